// SPDX-License-Identifier: Apache-2.0
//
// The kernels over quads of weights against the portable ones: bit for bit, on the host, where
// their primitives are plain C++. The boards of tests/device run the others.
#include "compiler/ops/quads.h"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "compiler/evaluate/evaluate.h"
#include "compiler/lower/lower.h"
#include "compiler/program/invoke.h"
#include "compiler/targets/targets.h"
#include "smelt/arch/armv6m.h"
#include "smelt/arch/avr.h"
#include "smelt/fully_connected_quads.h"
#include "tests/support/builder.h"
#include "tests/support/linear_draw.h"
#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;

namespace {

/// A graph of one random layer.
struct Layer {
  Random random;
  Builder b;
  TensorId x = no_tensor, w = no_tensor;

  explicit Layer(std::uint32_t seed) : random(seed) {}

  /// Every layer in four has extreme operands: all as small or as large as they can be.
  std::optional<std::uint8_t> extreme() {
    if (random.integer(0, 3) > 0) return std::nullopt;
    return random.coin() ? std::uint8_t{0x80} : std::uint8_t{0x7f};
  }
  void input(const Shape& shape) {
    x = b.input(ElementType::s8, shape, random.quantization(ElementType::s8, 1e-3F, 0.1F));
  }
  void weights(const Shape& shape, std::int32_t axis) {
    w = draw_weights(random, b, s8_layer, shape, axis);
    if (const auto value = extreme())
      std::fill(b.graph[w].data.begin(), b.graph[w].data.end(), *value);
  }
  template <typename Attributes>
  void output(const OpDef& op, const Attributes& attributes, std::int32_t channels) {
    const TensorId bias = draw_bias(random, b, s8_layer, channels);
    b.output(b.node(op, attributes, {x, w, bias}, draw_output(random, b, s8_layer, x, w)));
  }
  Bytes values() {
    const std::int64_t count = element_count(b.graph[x].shape);
    if (const auto value = extreme()) return Bytes(static_cast<std::size_t>(count), *value);
    return random.elements(ElementType::s8, count);
  }
  Extent2 extent(std::int32_t max) { return {random.integer(1, max), random.integer(1, max)}; }
  Activation activation() {
    return random.of<Activation>({Activation::none, Activation::relu, Activation::relu6});
  }
};

/// Kernel, stride, dilation, pads and an image that they fit in.
template <typename Attributes>
struct Geometry {
  Extent2 kernel;
  Attributes attributes;
  Extent2 image;

  explicit Geometry(Layer& layer) {
    Random& random = layer.random;
    const std::int32_t kind = random.integer(0, 3);
    kernel = kind == 0 ? Extent2{1, 1} : kind == 1 ? Extent2{3, 3} : layer.extent(7);
    attributes.stride = random.coin() ? Extent2{1, 1} : layer.extent(3);
    attributes.dilation = random.coin() ? Extent2{1, 1} : layer.extent(3);
    attributes.activation = layer.activation();
    const std::int32_t height = (kernel.height - 1) * attributes.dilation.height + 1;
    const std::int32_t width = (kernel.width - 1) * attributes.dilation.width + 1;
    if (random.coin())
      attributes.pads = {random.integer(0, height - 1), random.integer(0, width - 1),
                         random.integer(0, height - 1), random.integer(0, width - 1)};
    image = {height + random.integer(0, 4), width + random.integer(0, 4)};
  }
};

void draw_conv2d(Layer& layer) {
  const Geometry<ops::Conv2dAttributes> geometry(layer);
  const std::int32_t groups = layer.random.coin() ? 1 : layer.random.integer(2, 3);
  const std::int32_t inputs = layer.random.integer(1, 9);
  const std::int32_t outputs = groups * layer.random.integer(1, 9);
  layer.input({1, geometry.image.height, geometry.image.width, groups * inputs});
  layer.weights({outputs, geometry.kernel.height, geometry.kernel.width, inputs}, 0);
  layer.output(ops::conv2d, geometry.attributes, outputs);
}

void draw_depthwise(Layer& layer) {
  const Geometry<ops::DepthwiseConv2dAttributes> geometry(layer);
  const std::int32_t inputs = layer.random.integer(1, 25);
  // Others than one filter per channel are for the portable kernels, but for one channel.
  const std::int32_t outputs = inputs == 1 ? layer.random.integer(1, 9) : inputs;
  layer.input({1, geometry.image.height, geometry.image.width, inputs});
  layer.weights({1, geometry.kernel.height, geometry.kernel.width, outputs}, 3);
  layer.output(ops::depthwise_conv2d, geometry.attributes, outputs);
}

void draw_fully_connected(Layer& layer) {
  const std::int32_t rows = layer.random.integer(1, 6);
  const std::int32_t elements = layer.random.integer(1, 40);
  const std::int32_t outputs = layer.random.integer(1, 9);
  // A matrix of as many inputs as an image has elements: taken row by row, it is collected.
  layer.input({1, rows, elements, 1});
  layer.weights({outputs, rows * elements}, 0);
  layer.output(ops::fully_connected,
               ops::FullyConnectedAttributes{.activation = layer.activation()}, outputs);
}

using Draw = void (*)(Layer&);

/// How many of the layers the kernels of a core compute; `changed` may change the program.
int compare(Draw draw, const ops::QuadCore& core, const Target& target,
            void (*changed)(Program&) = nullptr) {
  int computed = 0;
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    CAPTURE(target.name, seed);
    Layer layer(seed);
    draw(layer);
    REQUIRE(problems(layer.b.graph) == "");
    Program program = lower(layer.b.graph, target);
    if (!program.steps[0].kernel.name.ends_with(fmt::format("_s8_{}", core.suffix))) continue;
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
  return std::min(compare(draw, ops::quads_armv6m, cortex_m0plus),
                  compare(draw, ops::quads_avr, atmega2560));
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
  CHECK(compare(draw_fully_connected, ops::quads_armv6m, cortex_m0plus, collect<smelt::armv6m>) >=
        150);
  CHECK(compare(draw_fully_connected, ops::quads_avr, atmega2560, collect<smelt::avr>) >= 150);
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
  for (const std::int32_t bias : {(1 << 23) - 1, 1 << 23, (1 << 29) - 1, 1 << 29}) {
    Builder b;
    const TensorId x = b.input(ElementType::s8, {1, 1}, per_tensor(1, 0));
    const TensorId w = b.constant<std::int8_t>(ElementType::s8, {1, 1}, {0}, per_tensor(1e-3F, 0));
    const TensorId given = b.constant<std::int32_t>(ElementType::s32, {1}, {bias});
    b.output(b.node(ops::fully_connected, ops::FullyConnectedAttributes{}, {x, w, given},
                    per_tensor(1, 0)));
    const auto name = [&](const Target& target) {
      return lower(b.graph, target).steps[0].kernel.name;
    };
    CHECK(name(atmega328p) == (bias < 1 << 23 ? "fully_connected_s8_avr" : "fully_connected_s8"));
    CHECK(name(cortex_m0plus) ==
          (bias < 1 << 29 ? "fully_connected_s8_armv6m" : "fully_connected_s8"));
  }
}
