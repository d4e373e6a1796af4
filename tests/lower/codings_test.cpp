// SPDX-License-Identifier: Apache-2.0
//
// Which codings layers get: the smallest, or the fastest within a budget of flash.
#include "compiler/lower/codings.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "compiler/ops/conv2d.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/targets/targets.h"
#include "tests/support/builder.h"
#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;

namespace {

constexpr auto s8 = ElementType::s8;

/// Of a hundred weights, so many are not zero; they are among so many levels.
TensorId weights(Builder& b, Random& random, const Shape& shape, std::int32_t axis,
                 std::int32_t nonzero, std::int32_t levels) {
  std::vector<std::int8_t> values(static_cast<std::size_t>(element_count(shape)));
  for (std::int8_t& value : values)
    if (random.integer(1, 100) <= nonzero)
      value = static_cast<std::int8_t>(random.integer(-levels / 2, (levels - 1) / 2));
  Quantization q = per_tensor(0.01F, 0);
  q.axis = axis;
  return b.constant(s8, shape, values, q);
}

/// Layers of all kinds, sparse and dense, and one of floats.
Graph layers(std::uint32_t seed) {
  Random random(seed);
  Builder b;
  const auto add = [&](const char* name, const OpDef& op, std::any attributes,
                       std::vector<TensorId> inputs) {
    const TensorId id = b.node(op, std::move(attributes), std::move(inputs), per_tensor(0.1F, 3));
    b.graph.nodes.back().name = name;
    return id;
  };
  TensorId x = b.input(s8, {1, 6, 7, 8}, per_tensor(0.1F, -3));
  const ops::Conv2dAttributes same{.pads = {1, 1, 1, 1}};
  x = add("dense", ops::conv2d, same, {x, weights(b, random, {12, 3, 3, 8}, 0, 100, 256)});
  x = add("few_levels", ops::conv2d, same, {x, weights(b, random, {16, 3, 3, 12}, 0, 100, 3)});
  x = add("depthwise", ops::depthwise_conv2d, ops::DepthwiseConv2dAttributes{.pads = same.pads},
          {x, weights(b, random, {1, 3, 3, 16}, 3, random.integer(1, 100), 7)});
  x = add("sparse", ops::conv2d, ops::Conv2dAttributes{},
          {x, weights(b, random, {40, 1, 1, 16}, 0, random.integer(1, 30), 15)});
  x = add("classes", ops::fully_connected, ops::FullyConnectedAttributes{},
          {x, weights(b, random, {10, 6 * 7 * 40}, 0, random.integer(1, 30), 15)});
  b.output(x);
  const TensorId y = b.input(ElementType::f32, {1, 20});
  const TensorId w = b.constant(ElementType::f32, {30, 20}, std::vector<float>(600));
  b.output(add("floats", ops::fully_connected, ops::FullyConnectedAttributes{}, {y, w}));
  return std::move(b.graph);
}

std::int64_t bytes_of(const Program& program, const std::string& layer = "") {
  std::int64_t bytes = 0;
  for (const Constant& constant : program.constants)
    if (layer.empty() || constant.layer == layer)
      bytes += static_cast<std::int64_t>(constant.bytes.size());
  return bytes;
}

Program coded(const Graph& graph, const Target& target, const Codings& codings) {
  return lower(graph, target, KernelChoice::best, codings);
}

std::int64_t bytes_of(const Graph& graph, const Target& target, const CodingOptions& options) {
  return bytes_of(coded(graph, target, choose_codings(graph, target, options)));
}

Coding coding_of(const Graph& graph, const Codings& codings, const std::string& name) {
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    if (graph.nodes[i].name == name) return codings[i];
  FAIL("no layer " << name);
  return Coding::plain;
}

constexpr CodingOptions smallest{.mode = CodingMode::smallest};

}  // namespace

TEST_CASE("the smallest codings are small, layer by layer", "[coding]") {
  for (const Target* target : all_targets())
    for (std::uint32_t seed = 0; seed < 6; ++seed) {
      CAPTURE(target->name, seed);
      const Graph graph = layers(seed);
      const Codings codings = choose_codings(graph, *target, smallest);
      const Program chosen = coded(graph, *target, codings), plain = lower(graph, *target);
      for (const Node& node : graph.nodes) {
        CAPTURE(node.name);
        CHECK(bytes_of(chosen, node.name) <= bytes_of(plain, node.name));
        for (const Coding coding : all_codings) {
          const Program other = coded(graph, *target, Codings(graph.nodes.size(), coding));
          CHECK(static_cast<double>(bytes_of(chosen, node.name)) <=
                (1 + 1.0 / 32) * static_cast<double>(bytes_of(other, node.name)));
        }
      }
      CHECK(coding_of(graph, codings, "dense") == Coding::plain);
      CHECK(coding_of(graph, codings, "few_levels") == Coding::values);
      CHECK(coding_of(graph, codings, "sparse") != Coding::plain);
      CHECK(coding_of(graph, codings, "floats") == Coding::plain);
    }
}

TEST_CASE("a budget of flash is met wherever the smallest codings meet it", "[coding]") {
  for (std::uint32_t seed = 0; seed < 8; ++seed) {
    const Graph graph = layers(seed);
    const std::int64_t least = bytes_of(graph, cortex_m4, smallest);
    const std::int64_t most = bytes_of(graph, cortex_m4, {.mode = CodingMode::plain});
    CAPTURE(seed, least, most);
    std::int64_t coded_layers = 100;
    for (std::int64_t part = 0; part <= 8; ++part) {
      const std::int64_t budget = least + (most - least) * part / 8;
      const CodingOptions options{.mode = CodingMode::fastest, .flash = budget};
      const Codings codings = choose_codings(graph, cortex_m4, options);
      CHECK(bytes_of(coded(graph, cortex_m4, codings)) <= budget);
      const auto now = static_cast<std::int64_t>(codings.size()) -
                       std::count(codings.begin(), codings.end(), Coding::plain);
      if (part == 0) coded_layers = now;
    }
    CHECK(coded_layers >= 3);
    const CodingOptions impossible{.mode = CodingMode::fastest, .flash = 10};
    CHECK(bytes_of(graph, cortex_m4, impossible) <= least + (most - least) / 8);
  }
}

TEST_CASE("without a budget, weights are coded only where that is faster", "[coding]") {
  const Graph graph = layers(1);
  Target target = cortex_m4;
  target.coding_costs = {.plain_mac = 1, .mac = 2, .symbol = 10, .weight = 1};
  const CodingOptions fastest{.mode = CodingMode::fastest};
  // Even of the sparsest layer, decoding takes longer than multiplying.
  CHECK(choose_codings(layers(1), target, {.mode = CodingMode::plain}) ==
        Codings(graph.nodes.size(), Coding::plain));
  target.coding_costs.symbol = 1000;
  CHECK(choose_codings(graph, target, fastest) == Codings(graph.nodes.size(), Coding::plain));
  // Where a multiplication takes longer than decoding, all that can be coded is.
  target.coding_costs = {.plain_mac = 100, .mac = 2, .symbol = 10, .weight = 1};
  const Codings coded = choose_codings(graph, target, fastest);
  for (const char* name : {"dense", "few_levels", "depthwise", "sparse", "classes"}) {
    CAPTURE(name);
    CHECK(coding_of(graph, coded, name) != Coding::plain);
  }
  CHECK(coding_of(graph, coded, "floats") == Coding::plain);
}

TEST_CASE("a layer that decodes its weights for each row is coded less readily", "[coding]") {
  const Graph graph = layers(1);
  Target target = cortex_m4;
  target.coding_costs = {.plain_mac = 3, .mac = 2, .symbol = 10, .weight = 1};
  CodingOptions options{.mode = CodingMode::fastest,
                        .passes = std::vector<std::int64_t>(graph.nodes.size(), 1)};
  CHECK(coding_of(graph, choose_codings(graph, target, options), "few_levels") != Coding::plain);
  options.passes.assign(graph.nodes.size(), 6);
  CHECK(coding_of(graph, choose_codings(graph, target, options), "few_levels") == Coding::plain);
}
