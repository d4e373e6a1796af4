// SPDX-License-Identifier: Apache-2.0
//
// smelt golden: records inputs, outputs and layers, as the evaluator computes them.
#include <fmt/format.h>

#include "tools/commands.h"
#include "tools/files.h"
#include "tools/model.h"
#include "tools/vectors.h"

namespace smelt::tools {
namespace {

/// Outputs, and if asked for every computed tensor, of one case.
void record(const Graph& graph, Evaluation& evaluation, bool layers, GoldenCase& golden) {
  golden.outputs = evaluation.run(golden.inputs);
  golden.layers.clear();
  if (!layers) return;
  for (const Node& node : graph.nodes)
    for (const TensorId id : node.outputs)
      if (graph[id].origin.tensor >= 0)
        golden.layers.push_back({graph[id].origin.tensor, evaluation[id]});
}

}  // namespace

int golden(const GoldenOptions& options) {
  Diagnostics diagnostics;
  const auto fail = [&](int code) {
    print(diagnostics);
    return code;
  };
  const auto model = load_model(options.model, diagnostics);
  if (!model) return fail(exit_bad_input);
  for (const Node& node : model->graph.nodes)
    if (node.op->opaque)
      diagnostics.error(place_of(model->graph, node), "a custom operator cannot be evaluated here")
          .note("record golden vectors where its function runs");
  if (diagnostics.failed()) return fail(exit_bad_input);
  std::optional<std::vector<GoldenCase>> cases =
      options.inputs.empty() ? random_inputs(model->graph, options.cases)
                             : read_inputs(options.inputs, model->graph, diagnostics);
  if (!cases) return fail(exit_bad_input);
  Evaluation evaluation(model->graph);
  for (GoldenCase& each : *cases) {
    if (!options.sequence) evaluation.reset();
    record(model->graph, evaluation, options.layers, each);
  }
  const std::size_t count = cases->size();
  const auto bytes = golden_bytes(model->graph, model->sha256,
                                  {.sequence = options.sequence, .cases = std::move(*cases)});
  const std::filesystem::path path = options.output;
  if (!write_files(path.parent_path(),
                   {{path.filename().string(), std::string(bytes.begin(), bytes.end())}},
                   diagnostics))
    return fail(exit_system);
  print(diagnostics);
  fmt::print("{}: {} cases of {}\n", options.output, count, model->graph.file);
  return exit_good;
}

}  // namespace smelt::tools
