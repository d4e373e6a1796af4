// SPDX-License-Identifier: Apache-2.0
#include "tools/crc_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tools/files.h"
#include "tools/json_text.h"

namespace smelt::tools {
namespace {

void report_no_lines(const std::string& path, const Program& program, const CrcLog& log,
                     Diagnostics& diagnostics) {
  Diagnostic& error = diagnostics.error(
      {.file = path},
      fmt::format("has no lines of \"{0}\", as \"smelt {0} 3 8f2a11c0\" is one", program.name));
  if (log.others.empty())
    error.note(
        fmt::format("smelt compile --crc-log writes {}_crc.h, which says how firmware logs them",
                    program.name));
  else
    error.note(fmt::format("it has lines of {}; --name says which one this is",
                           fmt::join(log.others, ", ")));
}

void report_foreign(const std::string& path, const Program& program, std::int32_t step,
                    Diagnostics& diagnostics) {
  const std::string why =
      step < static_cast<std::int32_t>(program.steps.size())
          ? "where the model logs none"
          : fmt::format("the model has {} steps, from 0 on", program.steps.size());
  diagnostics
      .error({.file = path},
             fmt::format("has a line of step {}, {}: the log is of another build", step, why))
      .note("give the options that the firmware's code was compiled with, or compile it anew");
}

std::vector<std::string> names_of(const std::vector<GoldenSet>& sets) {
  std::vector<std::string> names;
  for (const GoldenSet& set : sets)
    for (const GoldenCase& golden : set.cases) names.push_back(golden.name);
  return names;
}

/// What the comparison left out.
void warn(const std::string& path, std::size_t cases, const CrcLog& log, const CrcOutcome& outcome,
          Diagnostics& diagnostics) {
  if (log.runs.size() > cases)
    diagnostics
        .warning({.file = path}, fmt::format("has {} runs, but there are inputs of {} cases: the "
                                             "runs behind them were not compared",
                                             log.runs.size(), cases))
        .note("give the inputs of all runs, in their order");
  if (outcome.lacking > 0)
    diagnostics.warning({.file = path}, fmt::format("lacks {} layers of the {} runs compared",
                                                    outcome.lacking, outcome.runs));
  if (outcome.inexact > 0)
    diagnostics
        .warning({.file = path},
                 fmt::format("{} layers differ that are computed in floats, or from such layers",
                             outcome.inexact))
        .note("last bits of floats are not the same on every core: a checksum cannot judge them");
}

nlohmann::json to_json(const Program& program, const std::vector<std::string>& cases,
                       const CrcDifference& difference) {
  nlohmann::json json = {{"run", difference.run + 1},
                         {"case", cases[difference.run]},
                         {"step", nullptr},
                         {"crc", fmt::format("{:08x}", difference.crc)},
                         {"expected", fmt::format("{:08x}", difference.expected)}};
  if (!difference.step) return json;
  json["step"] = *difference.step;
  json["layer"] = program.steps[static_cast<std::size_t>(*difference.step)].layer;
  return json;
}

void print_json(const Compiled& compiled, const std::vector<std::string>& cases, const CrcLog& log,
                const CrcOutcome& outcome) {
  const auto& differences = outcome.differences;
  nlohmann::json json = {{"model", compiled.model.graph.file},
                         {"runs", log.runs.size()},
                         {"cases", cases.size()},
                         {"runs_compared", outcome.runs},
                         {"layers_equal", outcome.equal},
                         {"layers_inexact", outcome.inexact},
                         {"layers_lacking", outcome.lacking},
                         {"equal", differences.empty()},
                         {"problem", differences.empty() ? "" : differences[0].text},
                         {"differences", nlohmann::json::array()}};
  for (const CrcDifference& each : differences)
    json["differences"].push_back(to_json(compiled.program, cases, each));
  fmt::print("{}\n", json_text(json));
}

void print_text(const std::string& file, const CrcOutcome& outcome) {
  if (outcome.differences.empty()) {
    fmt::print("{}: equal on the board in {} runs ({} layers compared)\n", file, outcome.runs,
               outcome.equal);
    return;
  }
  fmt::print("{}: DIFFERENT: {}\n", file, outcome.differences[0].text);
  if (outcome.runs > 1)
    fmt::print("{} of {} runs differ\n", outcome.differences.size(), outcome.runs);
}

}  // namespace

std::optional<CrcLog> read_crc_log(const std::string& path, const Program& program,
                                   Diagnostics& diagnostics) {
  const auto bytes = read_file(path, diagnostics);
  if (!bytes) return std::nullopt;
  CrcLog log = parse_crc_log({reinterpret_cast<const char*>(bytes->data()), bytes->size()},
                             program.name, !program.streamed);
  if (log.runs.empty()) {
    report_no_lines(path, program, log, diagnostics);
    return std::nullopt;
  }
  if (const auto step = foreign_step(program, log)) {
    report_foreign(path, program, *step, diagnostics);
    return std::nullopt;
  }
  return log;
}

int report_crcs(const VerifyOptions& options, const Compiled& compiled,
                const std::vector<GoldenSet>& sets, const CrcLog& log, const CrcOutcome& outcome,
                Diagnostics& diagnostics) {
  const std::vector<std::string> cases = names_of(sets);
  warn(options.crc, cases.size(), log, outcome, diagnostics);
  if (outcome.differences.empty() && outcome.equal == 0) {
    diagnostics.error({.file = options.crc}, "has no layer that could be compared")
        .note(outcome.inexact > 0 ? "compare outputs instead: smelt compile --golden"
                                  : "log at least one layer of a run");
    return exit_bad_input;
  }
  if (options.json)
    print_json(compiled, cases, log, outcome);
  else
    print_text(compiled.model.graph.file, outcome);
  return outcome.differences.empty() ? exit_good : exit_difference;
}

}  // namespace smelt::tools
