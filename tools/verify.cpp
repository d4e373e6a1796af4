// SPDX-License-Identifier: Apache-2.0
//
// smelt verify: builds the emitted code, runs it, and compares with golden outputs and with the
// evaluator on the model as the file has it, tensor by tensor; or compares what a board logged with
// it.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tools/commands.h"
#include "tools/crc_report.h"
#include "tools/files.h"
#include "tools/host_model.h"
#include "tools/json_text.h"
#include "tools/layer_report.h"
#include "tools/model.h"
#include "tools/vectors.h"
#include "tools/verification.h"

namespace smelt::tools {
namespace {

bool has_custom_operators(const Graph& graph) {
  for (const Node& node : graph.nodes)
    if (node.op->opaque) return true;
  return false;
}

std::size_t count_cases(const std::vector<GoldenSet>& sets) {
  std::size_t count = 0;
  for (const GoldenSet& set : sets) count += set.cases.size();
  return count;
}

/// Whether there is something to compare with.
bool check_sources(const VerifyOptions& options, const Graph& graph, Diagnostics& diagnostics) {
  if (!options.crc.empty() && options.golden.empty() && options.inputs.empty())
    diagnostics.error({.file = "--crc"}, "needs to know what the board ran on")
        .note("give --golden or --inputs");
  else if (options.crc.empty() && options.golden.empty() && has_custom_operators(graph))
    diagnostics.error(place_of(graph), "has custom operators, which only golden vectors can check")
        .note("give --golden");
  return !diagnostics.failed();
}

std::optional<std::vector<GoldenSet>> read_sets(const VerifyOptions& options,
                                                const Compiled& compiled,
                                                Diagnostics& diagnostics) {
  const Graph& graph = compiled.model.graph;
  if (!options.golden.empty())
    return read_golden(options.golden, graph, compiled.model.sha256, diagnostics);
  if (options.layers && options.inputs.empty() && compiled.model.quantized)
    diagnostics.warning(place_of(graph), "quantization errors are those on pseudo-random inputs")
        .note("give typical ones by --inputs");
  auto cases = inputs_of(options.inputs, 4, graph, diagnostics);
  if (!cases) return std::nullopt;
  return std::vector<GoldenSet>{
      {.sequence = compiled.program.state_bytes > 0, .cases = *std::move(cases)}};
}

int report(const VerifyOptions& options, const Compiled& compiled, std::size_t cases,
           const Outcome& outcome) {
  const Graph& graph = compiled.model.graph;
  const bool same = outcome.problem.empty();
  if (options.json) {
    nlohmann::json json = {{"model", graph.file},
                           {"cases", cases},
                           {"outputs_compared", outcome.outputs},
                           {"layers_compared", outcome.layers},
                           {"equal", same},
                           {"problem", outcome.problem}};
    if (options.layers) json["layers"] = to_json(compiled, outcome.errors);
    fmt::print("{}\n", json_text(json));
    return same ? exit_good : exit_difference;
  }
  if (options.layers) fmt::print("{}\n", layer_table(compiled, outcome.errors));
  if (same)
    fmt::print("{}: equal in {} cases ({} outputs, {} layers compared)\n", graph.file, cases,
               outcome.outputs, outcome.layers);
  else
    fmt::print("{}: DIFFERENT: {}\n", graph.file, outcome.problem);
  return same ? exit_good : exit_difference;
}

}  // namespace

int verify(const VerifyOptions& options) {
  Diagnostics diagnostics;
  const auto fail = [&](int code) {
    print(diagnostics);
    return code;
  };
  const auto compiled = compile_model(options.model, diagnostics);
  if (!compiled) return fail(exit_bad_input);
  const Graph& graph = compiled->model.graph;
  if (!check_sources(options, graph, diagnostics)) return fail(exit_bad_input);
  const auto sets = read_sets(options, *compiled, diagnostics);
  if (!sets) return fail(exit_bad_input);
  std::optional<CrcLog> log;
  if (!options.crc.empty()) log = read_crc_log(options.crc, compiled->program, diagnostics);
  if (diagnostics.failed()) return fail(exit_bad_input);
  auto emitted = HostModel::build(compiled->program, emit(compiled->program, compiled->emit),
                                  options.with, diagnostics);
  if (!emitted) return fail(exit_system);
  if (log) {
    const CrcOutcome outcome = check_crcs(compiled->program, *emitted, *sets, *log);
    return fail(report_crcs(options, *compiled, *sets, *log, outcome, diagnostics));
  }
  std::optional<Evaluation> evaluator;
  if (!has_custom_operators(graph)) evaluator.emplace(graph);
  const Outcome outcome = Verification(*compiled, *emitted, evaluator ? &*evaluator : nullptr,
                                       {.fraction = options.tolerance, .steps = options.steps},
                                       options.layers ? Verification::Layers::all
                                                      : Verification::Layers::until_different)
                              .run(*sets);
  print(diagnostics);
  return report(options, *compiled, count_cases(*sets), outcome);
}

}  // namespace smelt::tools
