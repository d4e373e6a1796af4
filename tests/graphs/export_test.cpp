// SPDX-License-Identifier: Apache-2.0
//
// Random graphs as .tflite files: what is written comes back.
#include <catch2/catch.hpp>

#include "compiler/evaluate/evaluate.h"
#include "compiler/export/frames.h"
#include "compiler/export/tflite.h"
#include "compiler/graph/text.h"
#include "compiler/import/tflite.h"
#include "tests/graphs/generator.h"
#include "tests/support/essence.h"
#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;

namespace {

std::string text_of(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& each : diagnostics.all()) text += to_string(each);
  return text;
}

}  // namespace

TEST_CASE("a random graph comes back from its file as it was") {
  constexpr int wanted = 200;
  int exported = 0;
  for (std::uint32_t seed = 0; seed < 2000 && exported < wanted; ++seed) {
    const Graph graph = frame_pads(random_graph(seed));
    Diagnostics diagnostics;
    const auto bytes = export_tflite(graph, diagnostics);
    // Operators and pads may have no name in the format, and a file without inputs is refused.
    if (!bytes || graph.inputs.empty()) continue;
    ++exported;
    const auto back = import_tflite(*bytes, "", {}, diagnostics);
    // Outputs that do not depend on an input are refused, and only they.
    const std::string reason = text_of(diagnostics);
    if (reason.find("does not depend on an input") != std::string::npos) continue;
    INFO(reason);
    CAPTURE(seed);
    REQUIRE(back);
    CHECK(essence(*back, graph.tensors.size()) == essence(graph, graph.tensors.size()));
  }
  CHECK(exported == wanted);
}

TEST_CASE("pads written as operators of their own change no bit") {
  int framed = 0;
  for (std::uint32_t seed = 0; seed < 1000; ++seed) {
    const Graph graph = random_graph(seed), frames = frame_pads(graph);
    if (frames.nodes.size() == graph.nodes.size()) continue;
    ++framed;
    CAPTURE(seed);
    Random random(seed);
    std::vector<Bytes> inputs;
    for (const TensorId id : graph.inputs)
      inputs.push_back(random.elements(graph[id].type, element_count(graph[id].shape)));
    REQUIRE(Evaluation(frames).run(inputs) == Evaluation(graph).run(inputs));
  }
  CHECK(framed > 50);
}
