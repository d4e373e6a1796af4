// SPDX-License-Identifier: Apache-2.0
//
// smelt golden: records inputs and outputs, as the emitted code computes them, and layers, as the
// evaluator does: passes may have left no trace of them in the emitted code.
#include <fmt/format.h>

#include "tools/commands.h"
#include "tools/compare.h"
#include "tools/files.h"
#include "tools/host_model.h"
#include "tools/model.h"
#include "tools/vectors.h"

namespace smelt::tools {
namespace {

bool layers_can_be_evaluated(const Graph& graph, Diagnostics& diagnostics) {
  for (const Node& node : graph.nodes)
    if (node.op->opaque)
      diagnostics.error(place_of(graph, node), "a custom operator cannot be evaluated here")
          .note(
              "without --layers, outputs are recorded; --with names a compiler and the file of "
              "its function");
  return !diagnostics.failed();
}

void record_outputs(HostModel& emitted, bool sequence, std::vector<GoldenCase>& cases) {
  for (GoldenCase& each : cases) {
    if (!sequence || &each == &cases.front()) emitted.reset();
    each.outputs = emitted.run(each.inputs);
  }
}

/// Every computed tensor of the file; reports outputs that are not those recorded.
void record_layers(const Graph& graph, bool sequence, std::vector<GoldenCase>& cases,
                   Diagnostics& diagnostics) {
  Evaluation evaluation(graph);
  for (GoldenCase& golden : cases) {
    if (!sequence) evaluation.reset();
    const std::vector<Bytes> outputs = evaluation.run(golden.inputs);
    for (std::size_t i = 0; i < outputs.size(); ++i)
      if (const auto found =
              difference(graph[graph.outputs[i]].type, golden.outputs[i], outputs[i]))
        diagnostics
            .error(place_of(graph),
                   fmt::format("{}: evaluator and emitted code differ: {}", golden.name, *found))
            .note("this is a fault of smelt; smelt verify names the layer");
    for (const Node& node : graph.nodes)
      for (const TensorId id : node.outputs)
        if (graph[id].origin.tensor >= 0)
          golden.layers.push_back({graph[id].origin.tensor, evaluation[id]});
  }
}

}  // namespace

int golden(const GoldenOptions& options) {
  Diagnostics diagnostics;
  const auto fail = [&](int code) {
    print(diagnostics);
    return code;
  };
  const auto compiled = compile_model(options.model, diagnostics);
  if (!compiled) return fail(exit_bad_input);
  const Graph& graph = compiled->model.graph;
  if (options.layers && !layers_can_be_evaluated(graph, diagnostics)) return fail(exit_bad_input);
  auto cases = inputs_of(options.inputs, options.cases, graph, diagnostics);
  if (!cases) return fail(exit_bad_input);
  auto emitted = HostModel::build(compiled->program, emit(compiled->program, compiled->emit),
                                  options.with, diagnostics);
  if (!emitted) return fail(exit_system);
  record_outputs(*emitted, options.sequence, *cases);
  if (options.layers) record_layers(graph, options.sequence, *cases, diagnostics);
  if (diagnostics.failed()) return fail(exit_difference);
  const std::size_t count = cases->size();
  const auto bytes = golden_bytes(graph, compiled->model.sha256,
                                  {.sequence = options.sequence, .cases = std::move(*cases)});
  if (!write_output(options.output, std::string(bytes.begin(), bytes.end()), diagnostics))
    return fail(exit_system);
  print(diagnostics);
  fmt::print("{}: {} cases of {}\n", options.output, count, graph.file);
  return exit_good;
}

}  // namespace smelt::tools
