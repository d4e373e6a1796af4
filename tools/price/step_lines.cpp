// SPDX-License-Identifier: Apache-2.0
#include "tools/price/step_lines.h"

#include <regex>
#include <sstream>

namespace smelt::tools {

StepLines::StepLines(std::string file, const std::string& text) : file_(std::move(file)) {
  // "// 3  conv_2, 9,216 MACs"; "// 0-10  input to conv_9, row by row" is of no single step.
  static const std::regex title(R"( *// (\d+)(-\d+)?  \S.*)");
  // What does no layer's work itself.
  static const std::regex network(R"([\w ]+ (\w+_)?(run|push_row|pipeline_\d+)(_in)?\(.*)");
  std::istringstream lines(text);
  std::optional<std::int32_t> step;
  steps_.emplace_back();  // lines count from 1
  for (std::string line; std::getline(lines, line); steps_.push_back(step)) {
    std::smatch match;
    if (std::regex_match(line, match, title))
      step = match[2].matched ? between : std::stoi(match[1]);
    else if (!step && std::regex_match(line, network))
      step = between;
    else if (line == "}")
      step.reset();
  }
}

std::optional<std::int32_t> StepLines::step_at(const machine::SourcePlace& place) const {
  if (place.file != file_ || place.line >= steps_.size()) return std::nullopt;
  return steps_[place.line];
}

std::optional<std::int32_t> StepLines::step_of(
    const std::vector<machine::SourcePlace>& places) const {
  // A function of the runtime may be said to be of the file that includes it.
  if (places.empty() || places.back().function.starts_with("_ZN5smelt")) return std::nullopt;
  for (auto place = places.rbegin(); place != places.rend(); ++place)
    if (const auto step = step_at(*place); step && *step != between) return step;
  return step_at(places.back());
}

}  // namespace smelt::tools
