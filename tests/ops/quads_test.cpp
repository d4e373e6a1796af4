// SPDX-License-Identifier: Apache-2.0
//
// The kernels over quads of weights against the portable ones: bit for bit, on the host, where
// their primitives are plain C++. The boards of tests/device run the others.

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "compiler/evaluate/evaluate.h"
#include "compiler/lower/lower.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/program/invoke.h"
#include "compiler/targets/targets.h"
#include "smelt/arch/armv6m.h"
#include "smelt/arch/avr.h"
#include "smelt/fully_connected_quads.h"
#include "tests/support/layer_draw.h"
#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;

namespace {

/// How many of the layers the kernels of a core compute; `changed` may change the program.
int compare(Draw draw, std::string_view core, const Target& target,
            void (*changed)(Program&) = nullptr) {
  int computed = 0;
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    CAPTURE(target.name, seed);
    Layer layer(seed);
    draw(layer);
    REQUIRE(problems(layer.b.graph) == "");
    Program program = lower(layer.b.graph, target);
    if (!program.steps[0].kernel.name.ends_with(fmt::format("_s8_{}", core))) continue;
    ++computed;
    if (changed) changed(program);
    Evaluation expected(layer.b.graph), actual(std::move(program));
    for (int run = 0; run < 3; ++run) {
      const Bytes input = layer.values();
      REQUIRE(actual.run({input}) == expected.run({input}));
    }
  }
  return computed;
}

int compare_all(Draw draw) {
  return std::min(compare(draw, "armv6m", cortex_m0plus), compare(draw, "avr", atmega2560));
}

/// What a pipeline does: the inputs come in as many parts as they can.
template <typename Core>
void collected(const smelt::fully_connected_quads_layer& layer, const std::int8_t* input,
               std::int8_t* output) {
  std::vector<std::int32_t> sums(static_cast<std::size_t>(smelt::whole_quads(layer.outputs)));
  const std::int32_t rows = layer.inputs % 3 == 0 ? 3 : 1;
  for (std::int32_t row = 0; row < rows; ++row)
    smelt::fully_connected_quads_collect<Core>(
        layer, row, rows, input + row * (layer.inputs / rows), output, sums.data());
}

template <typename Core>
void collect(Program& program) {
  program.steps[0].kernel.invoke = invoke<&collected<Core>>;
}

/// Extreme and random sums with a multiplier and shift.
template <typename Core>
void compare_requantization(std::int32_t multiplier, std::int32_t shift, Random& random) {
  constexpr std::int32_t limit = Core::sum_limit - 1;
  const auto same = [&](std::int32_t sum) {
    return Core::requantize(sum, multiplier, shift) == smelt::requantize(sum, multiplier, shift);
  };
  for (const std::int32_t center : {-limit, -65536, -32768, 0, 32768, 65536, limit})
    for (std::int32_t sum = std::max(center - 40, -limit); sum <= std::min(center + 40, limit);
         ++sum) {
      CAPTURE(sum, multiplier, shift);
      REQUIRE(same(sum));
    }
  for (int i = 0; i < 500; ++i) {
    const std::int32_t sum = random.integer(-limit, limit) >> random.integer(0, 20);
    CAPTURE(sum, multiplier, shift);
    REQUIRE(same(sum));
  }
}

}  // namespace

TEST_CASE("convolutions over quads are the portable ones", "[quads]") {
  CHECK(compare_all(draw_conv2d) >= 150);
}

TEST_CASE("depthwise convolutions over quads are the portable ones", "[quads]") {
  CHECK(compare_all(draw_depthwise) >= 150);
}

TEST_CASE("fully connected layers over quads are the portable ones", "[quads]") {
  CHECK(compare_all(draw_fully_connected) >= 150);
  CHECK(compare(draw_fully_connected, "armv6m", cortex_m0plus, collect<smelt::armv6m>) >= 150);
  CHECK(compare(draw_fully_connected, "avr", atmega2560, collect<smelt::avr>) >= 150);
}

TEST_CASE("requantization by halves is exact", "[quads]") {
  Random random(9);
  for (std::int32_t shift = -31; shift < 0; ++shift)
    for (const std::int32_t multiplier :
         {0, 1 << 30, (1 << 30) + 1, (1 << 30) + 0xffff, 0x7fff0000, 0x7fffffff,
          random.integer(1 << 30, 0x7fffffff), random.integer(1 << 30, 0x7fffffff)}) {
      compare_requantization<smelt::armv6m>(multiplier, shift, random);
      compare_requantization<smelt::avr>(multiplier, shift, random);
    }
}

TEST_CASE("sums that a core has no room for are left to the portable kernels", "[quads]") {
  for (const std::int32_t bias : {(1 << 23) - 2, (1 << 23) - 1, (1 << 29) - 1, 1 << 29}) {
    Builder b;
    const TensorId x = b.input(ElementType::s8, {1, 1}, per_tensor(1, 0));
    const TensorId w = b.constant<std::int8_t>(ElementType::s8, {1, 1}, {0}, per_tensor(1e-3F, 0));
    const TensorId given = b.constant<std::int32_t>(ElementType::s32, {1}, {bias});
    b.output(b.node(ops::fully_connected, ops::FullyConnectedAttributes{}, {x, w, given},
                    per_tensor(1, 0)));
    const auto name = [&](const Target& target) {
      return lower(b.graph, target).steps[0].kernel.name;
    };
    CHECK(name(atmega328p) ==
          (bias < (1 << 23) - 1 ? "fully_connected_s8_avr" : "fully_connected_s8"));
    CHECK(name(cortex_m0plus) ==
          (bias < 1 << 29 ? "fully_connected_s8_armv6m" : "fully_connected_s8"));
  }
}
