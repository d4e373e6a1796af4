// SPDX-License-Identifier: Apache-2.0
//
// The evaluator and the emitted code on whole models, tensor by tensor, against the oracle.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/support/oracle_graph.h"
#include "tools/compare.h"
#include "tools/host_model.h"
#include "tools/model.h"
#include "tools/vectors.h"

using namespace smelt;
using namespace smelt::test;
namespace fs = std::filesystem;

namespace {

/// A model file and the folder of its golden vectors.
struct Case {
  fs::path model, golden;
};

void find_models(const fs::path& folder, std::vector<Case>& found) {
  std::error_code code;
  for (const auto& entry : fs::recursive_directory_iterator(folder, code)) {
    const fs::path extension = entry.path().extension();
    if (extension != ".tflite" && !(WITH_ONNX && extension == ".onnx")) continue;
    const fs::path beside = entry.path().parent_path() / "golden";
    found.push_back({entry.path(), fs::exists(beside) ? beside : entry.path().parent_path()});
  }
}

std::vector<Case> all_models() {
  std::vector<Case> found;
  find_models(EXAMPLES_DIR, found);
  const std::size_t own = found.size();
  find_models(MODELS_DIR, found);
  if (found.size() == own) WARN("skipped the models of " MODELS_DIR ": there are none");
  std::sort(found.begin(), found.end(),
            [](const Case& a, const Case& b) { return a.model < b.model; });
  return found;
}

tools::Compiled compiled(const Case& each) {
  Diagnostics diagnostics;
  auto result = tools::compile_model({.model = each.model.string(), .name = "net"}, diagnostics);
  for (const Diagnostic& problem : diagnostics.all()) UNSCOPED_INFO(to_string(problem));
  REQUIRE(result);
  return std::move(*result);
}

/// Cases that came with the model if they fit it, else random inputs.
std::vector<tools::GoldenCase> cases_of(const Case& each, const Graph& graph) {
  Diagnostics ignored;
  const auto sets = tools::read_golden(each.golden.string(), graph, "", ignored);
  return sets ? sets->front().cases : tools::random_inputs(graph, 6);
}

/// What an evaluator computed otherwise than the oracle did from end to end.
std::string mismatch(const Graph& graph, const OracleGraph& oracle, const Evaluation& evaluation) {
  for (const Node& node : graph.nodes)
    for (const TensorId id : node.outputs)
      if (const std::string found = difference(oracle[id], graph[id], evaluation[id]);
          !found.empty())
        return graph[id].name + ": " + found;
  for (std::size_t i = 0; i < graph.tensors.size(); ++i) {
    const auto id = static_cast<TensorId>(i);
    if (!graph[id].variable) continue;
    if (const std::string found = difference(oracle[id], graph[id], evaluation[id]); !found.empty())
      return graph[id].name + ": " + found;
  }
  return {};
}

}  // namespace

TEST_CASE("the evaluator computes every tensor of every model as the oracle does", "[models]") {
  for (const Case& each : all_models()) {
    CAPTURE(each.model.string());
    const Graph graph = compiled(each).model.graph;
    OracleGraph oracle(graph);
    Evaluation portable(graph, KernelChoice::portable);
    Evaluation best(graph, KernelChoice::best);
    // One after another, for state to go on.
    const std::vector<tools::GoldenCase> cases = cases_of(each, graph);
    for (std::size_t run = 0; run < 2; ++run) {
      const std::vector<Bytes>& inputs = cases.at(run).inputs;
      oracle.run(inputs);
      portable.run(inputs);
      best.run(inputs);
      CHECK(mismatch(graph, oracle, portable) == "");
      CHECK(mismatch(graph, oracle, best) == "");
    }
  }
}

TEST_CASE("models without golden outputs run as the oracle does", "[models]") {
  for (const Case& each : all_models()) {
    CAPTURE(each.model.string());
    const tools::Compiled model = compiled(each);
    const Graph& graph = model.model.graph;
    const std::vector<tools::GoldenCase> cases = cases_of(each, graph);
    if (!cases[0].outputs.empty()) continue;
    Diagnostics diagnostics;
    auto emitted =
        tools::HostModel::build(model.program, emit(model.program, model.emit), "", diagnostics);
    REQUIRE(emitted);
    OracleGraph oracle(graph);
    for (const tools::GoldenCase& golden : cases) {
      oracle.run(golden.inputs);
      const std::vector<Bytes> outputs = emitted->run(golden.inputs);
      for (std::size_t i = 0; i < outputs.size(); ++i) {
        const TensorId id = graph.outputs[i];
        CHECK(difference(oracle[id], graph[id], outputs[i]) == "");
      }
    }
  }
}
