// SPDX-License-Identifier: Apache-2.0
#include "compiler/compress/sensitivity.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "compiler/ops/fully_connected.h"
#include "tests/support/builder.h"
#include "tests/support/dense.h"
#include "tests/support/quantizing.h"

using namespace smelt;
using namespace smelt::test;

namespace {

constexpr std::int32_t width = 16;

/// Two layers that matter and, between them, one of which almost nothing reaches the output.
Graph net() {
  Random random(11);
  Builder b;
  const auto dense = [&](TensorId x, std::int32_t outputs, std::int32_t inputs) {
    const TensorId w =
        b.constant(ElementType::f32, {outputs, inputs}, normal(random, outputs * inputs));
    return b.node(ops::fully_connected, ops::FullyConnectedAttributes{}, {x, w, no_tensor});
  };
  TensorId x = b.input(ElementType::f32, {1, width});
  x = dense(x, width, width);
  x = dense(x, width, width);
  b.output(dense(x, 6, width));
  std::vector<float> faint(width * width);
  const std::vector<float> small = normal(random, width * width);
  for (std::size_t i = 0; i < faint.size(); ++i)
    faint[i] = (i % (width + 1) == 0 ? 1.0F : 0.0F) + 1e-3F * small[i];
  b.graph[b.graph.nodes[1].inputs[1]].data = to_bytes(faint);
  for (std::size_t i = 0; i < b.graph.nodes.size(); ++i)
    b.graph.nodes[i].name = "layer " + std::to_string(i);
  return b.graph;
}

struct Case {
  PruneChoice choose(double most, const PruneOptions& options = {},
                     const std::function<Compressed(Compressed)>& recover = {}) {
    return choose_shares(graph, samples, options, loss, most, recover, diagnostics);
  }

  Graph graph = net();
  std::vector<Sample> samples = uniform_samples(graph, 100, -1, 1);
  Loss loss{graph, samples, {}};
  Diagnostics diagnostics;
};

double pruned_share(const Compressed& compressed) {
  double zeros = 0;
  for (const auto& [name, held] : compressed.layers)
    zeros += static_cast<double>(std::count(held.kept.begin(), held.kept.end(), 0));
  return zeros / (2 * width * width + 6 * width);
}

}  // namespace

TEST_CASE("layers that do little harm are pruned most", "[compress]") {
  Case c;
  const PruneChoice choice = c.choose(0.1);
  CHECK(c.diagnostics.all().empty());
  REQUIRE(choice.table.size() == 3);
  for (const LayerSensitivity& layer : choice.table)
    for (std::size_t i = 1; i < layer.at.size(); ++i) {
      CHECK(layer.at[i].harm > layer.at[i - 1].harm);
      CHECK(layer.at[i].share == Approx(sensitivity_shares[i]).margin(0.02));
    }
  // Its weights off the diagonal, 15 of 16, say nothing.
  CHECK(choice.table[1].at[3].noise < 0.01 * choice.table[0].at[3].noise);
  CHECK(choice.options.layers.at("layer 1") > 0.85);
  CHECK(choice.options.layers.at("layer 0") < choice.options.layers.at("layer 1"));
  CHECK(choice.options.share == 0);
}

TEST_CASE("what is chosen loses no more than it may, and a larger bound gives more", "[compress]") {
  Case c;
  double before = 0;
  for (const double most : {0.0, 0.05, 0.2, 1.0}) {
    const PruneChoice choice = c.choose(most);
    const Compressed result = prune(c.graph, c.samples, choice.options, c.diagnostics);
    CHECK(c.loss.of(result.graph) <= most);
    CHECK(pruned_share(result) >= before);
    before = pruned_share(result);
    for (const PruneTrial& trial : choice.trials)
      if (trial.loss <= most) CHECK(trial.share <= before + 1e-9);
  }
  CHECK(before > 0.9);
}

TEST_CASE("named layers keep their share, and impossible bounds prune nothing", "[compress]") {
  Case c;
  const PruneChoice choice = c.choose(-1, {.layers = {{"layer 2", 0.25}}});
  CHECK(choice.table.size() == 2);
  CHECK(choice.options.layers.at("layer 0") == 0);
  CHECK(choice.options.layers.at("layer 1") == 0);
  CHECK(choice.options.layers.at("layer 2") == 0.25);
  CHECK(!choice.trials.empty());
}

TEST_CASE("candidates are recovered before they are measured", "[compress]") {
  Case c;
  std::size_t calls = 0;
  const PruneChoice choice = c.choose(0, {}, [&](Compressed compressed) {
    ++calls;
    compressed.graph = c.graph;
    return compressed;
  });
  CHECK(calls == choice.trials.size());
  for (const PruneTrial& trial : choice.trials) CHECK(trial.loss == 0);
  CHECK(choice.trials.back().share > 0.9);
}

TEST_CASE("N:M is kept wholly or not at all", "[compress]") {
  Case c;
  for (const double most : {0.0, 0.1, 1.0}) {
    const PruneChoice choice = c.choose(most, {.pattern = {.nonzero = 2, .of = 4}});
    for (const auto& [name, share] : choice.options.layers) CHECK((share == 0 || share >= 0.49));
  }
}

TEST_CASE("options of automatic pruning are checked", "[compress]") {
  Case c;
  const PruneChoice choice = c.choose(0.1, {.layers = {{"x", 0.5}}});
  CHECK(text_of(c.diagnostics).find("there is no layer \"x\"") != std::string::npos);
  CHECK(choice.table.empty());
}

TEST_CASE("data that tells nothing chooses shares that are numbers", "[compress]") {
  Case c;
  for (const auto& samples :
       {uniform_samples(c.graph, 1, -1, 1), uniform_samples(c.graph, 5, 0, 0)}) {
    const Loss loss(c.graph, samples, {});
    const PruneChoice choice = choose_shares(c.graph, samples, {}, loss, 0.1, {}, c.diagnostics);
    for (const auto& [name, share] : choice.options.layers) CHECK((share >= 0 && share <= 1));
  }
}
