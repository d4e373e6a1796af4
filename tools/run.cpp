// SPDX-License-Identifier: Apache-2.0
//
// smelt run: the emitted code, or the evaluator, on given or generated inputs.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tools/commands.h"
#include "tools/files.h"
#include "tools/host_model.h"
#include "tools/model.h"
#include "tools/vectors.h"

namespace smelt::tools {
namespace {

nlohmann::json values(const Tensor& like, const Bytes& bytes) {
  Tensor tensor{.type = like.type, .shape = like.shape};
  tensor.data = bytes;
  if (like.type == ElementType::f32) return elements<float>(tensor);
  return integers(tensor);
}

void print_case(const Graph& graph, const GoldenCase& golden, const std::vector<Bytes>& outputs) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const Tensor& tensor = graph[graph.outputs[i]];
    fmt::print("{}: {} = {}\n", golden.name, tensor.name, values(tensor, outputs[i]).dump());
  }
}

std::vector<OutputFile> output_files(std::size_t index, const std::vector<Bytes>& outputs) {
  std::vector<OutputFile> files;
  for (std::size_t i = 0; i < outputs.size(); ++i)
    files.push_back({outputs.size() == 1 ? fmt::format("out{}.bin", index)
                                         : fmt::format("out{}_{}.bin", index, i),
                     std::string(outputs[i].begin(), outputs[i].end())});
  return files;
}

}  // namespace

int run(const RunOptions& options) {
  Diagnostics diagnostics;
  const auto fail = [&](int code) {
    print(diagnostics);
    return code;
  };
  const auto compiled = compile_model(options.model, diagnostics);
  if (!compiled) return fail(exit_bad_input);
  const Graph& graph = compiled->model.graph;
  const auto cases = options.inputs.empty() ? random_inputs(graph, options.cases)
                                            : read_inputs(options.inputs, graph, diagnostics);
  if (!cases) return fail(exit_bad_input);
  std::optional<HostModel> emitted;
  std::optional<Evaluation> evaluator;
  if (options.reference) {
    evaluator.emplace(graph);
  } else {
    emitted = HostModel::build(compiled->program, emit(compiled->program, compiled->emit),
                               options.with, diagnostics);
    if (!emitted) return fail(exit_system);
  }
  std::vector<OutputFile> files;
  nlohmann::json json = nlohmann::json::array();
  for (std::size_t i = 0; i < cases->size(); ++i) {
    const std::vector<Bytes> outputs =
        emitted ? emitted->run((*cases)[i].inputs) : evaluator->run((*cases)[i].inputs);
    for (OutputFile& file : output_files(i, outputs)) files.push_back(std::move(file));
    if (options.json) {
      nlohmann::json row = {{"case", (*cases)[i].name}};
      for (std::size_t j = 0; j < outputs.size(); ++j)
        row["outputs"].push_back(values(graph[graph.outputs[j]], outputs[j]));
      json.push_back(std::move(row));
    } else if (options.output.empty()) {
      print_case(graph, (*cases)[i], outputs);
    }
  }
  if (options.json) fmt::print("{}\n", json.dump());
  if (!options.output.empty() && !write_files(options.output, files, diagnostics))
    return fail(exit_system);
  print(diagnostics);
  return exit_good;
}

}  // namespace smelt::tools
