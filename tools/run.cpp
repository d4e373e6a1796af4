// SPDX-License-Identifier: Apache-2.0
//
// smelt run: the emitted code, or the evaluator, on given or generated inputs.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tools/commands.h"
#include "tools/files.h"
#include "tools/host_model.h"
#include "tools/model.h"
#include "tools/trace_files.h"
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

/// The folder of a case among several: "case_3/".
std::string case_folder(std::size_t index, std::size_t cases) {
  return cases == 1 ? "" : fmt::format("case_{}/", index);
}

/// What cases leave behind, besides what they print.
struct Results {
  std::vector<OutputFile> outputs, traces;
  nlohmann::json json = nlohmann::json::array();
};

void report_case(const RunOptions& options, const Graph& graph, const GoldenCase& golden,
                 const std::vector<Bytes>& outputs, Results& results) {
  if (options.json) {
    nlohmann::json row = {{"case", golden.name}};
    for (std::size_t i = 0; i < outputs.size(); ++i)
      row["outputs"].push_back(values(graph[graph.outputs[i]], outputs[i]));
    results.json.push_back(std::move(row));
  } else if (options.output.empty()) {
    print_case(graph, golden, outputs);
  }
}

/// By the evaluator where there is no emitted code.
Results run_cases(const RunOptions& options, const Compiled& compiled, HostModel* emitted,
                  const std::vector<GoldenCase>& cases) {
  const Graph& graph = compiled.model.graph;
  const EmitContext names(compiled.program, compiled.emit);
  std::optional<Evaluation> evaluator;
  if (!emitted) evaluator.emplace(graph);
  Results results;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const std::vector<Bytes>& inputs = cases[i].inputs;
    std::vector<TracedBuffer> trace;
    const bool traced = !options.trace.empty();
    const std::vector<Bytes> outputs =
        emitted ? emitted->run(inputs, traced ? &trace : nullptr) : evaluator->run(inputs);
    for (OutputFile& file : output_files(i, outputs)) results.outputs.push_back(std::move(file));
    if (traced)
      for (OutputFile& file :
           trace_files(names, case_folder(i, cases.size()), inputs, trace, outputs))
        results.traces.push_back(std::move(file));
    report_case(options, graph, cases[i], outputs, results);
  }
  return results;
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
  const auto cases = inputs_of(options.inputs, options.cases, graph, diagnostics);
  if (!cases) return fail(exit_bad_input);
  std::optional<HostModel> emitted;
  if (!options.reference) {
    emitted = HostModel::build(compiled->program, emit(compiled->program, compiled->emit),
                               options.with, diagnostics);
    if (!emitted) return fail(exit_system);
  }
  const Results results = run_cases(options, *compiled, emitted ? &*emitted : nullptr, *cases);
  if (options.json) fmt::print("{}\n", results.json.dump());
  if (!options.trace.empty() && !write_files(options.trace, results.traces, diagnostics))
    return fail(exit_system);
  if (!options.output.empty() && !write_files(options.output, results.outputs, diagnostics))
    return fail(exit_system);
  print(diagnostics);
  return exit_good;
}

}  // namespace smelt::tools
