// SPDX-License-Identifier: Apache-2.0
#include "tools/crc_log.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>

namespace smelt::tools {
namespace {

constexpr std::string_view marker = "smelt ";

struct Line {
  std::string_view model;
  std::optional<std::int32_t> step;  ///< none: the input
  std::uint32_t crc = 0;
};

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

/// The characters up to the next space, which is taken along; empty if there is none.
std::string_view take_word(std::string_view& text) {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return {};
  const std::string_view word = text.substr(0, space);
  text.remove_prefix(space + 1);
  return word;
}

/// Exactly eight digits, behind which the word ends.
std::optional<std::uint32_t> parse_crc(std::string_view text) {
  constexpr std::size_t digits = 8;
  std::uint32_t crc = 0;
  const char* const end = text.data() + std::min(digits, text.size());
  const auto [stop, error] = std::from_chars(text.data(), end, crc, 16);
  const bool good = error == std::errc() && text.size() >= digits && stop == end &&
                    (text.size() == digits || !is_word(text[digits]));
  return good ? std::optional(crc) : std::nullopt;
}

std::optional<std::int32_t> parse_step(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  std::int32_t step = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), step);
  return parsed.ec == std::errc() ? step : std::numeric_limits<std::int32_t>::max();
}

/// What stands behind the marker: words that no line end is part of.
std::optional<Line> parse_line(std::string_view text) {
  Line line{.model = take_word(text), .step = {}, .crc = 0};
  if (line.model.empty() || !std::all_of(line.model.begin(), line.model.end(), is_word))
    return std::nullopt;
  const std::string_view what = take_word(text);
  const auto crc = parse_crc(text);
  line.step = parse_step(what);
  if (!crc || (!line.step && what != "input")) return std::nullopt;
  line.crc = *crc;
  return line;
}

bool begins_run(const Line& line, const CrcRun& run, bool input_first) {
  if (!line.step) return run.input || (input_first && !run.steps.empty());
  return run.steps.contains(*line.step);
}

void add(const Line& line, bool input_first, std::vector<CrcRun>& runs) {
  if (runs.empty() || begins_run(line, runs.back(), input_first)) runs.emplace_back();
  if (line.step)
    runs.back().steps.emplace(*line.step, line.crc);
  else
    runs.back().input = line.crc;
}

}  // namespace

CrcLog parse_crc_log(std::string_view text, std::string_view model, bool input_first) {
  CrcLog log;
  for (std::size_t at = text.find(marker); at != std::string_view::npos;
       at = text.find(marker, at + 1)) {
    const auto line = parse_line(text.substr(at + marker.size()));
    if (!line) continue;
    if (line->model == model)
      add(*line, input_first, log.runs);
    else
      log.others.emplace(line->model);
  }
  return log;
}

}  // namespace smelt::tools
