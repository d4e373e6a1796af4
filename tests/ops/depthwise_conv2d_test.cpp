// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/depthwise_conv2d.h"

#include <catch2/catch.hpp>

#include "compiler/evaluate/evaluate.h"
#include "tests/support/builder.h"
#include "tests/support/linear_draw.h"
#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;

namespace {

using enum ElementType;

/// A random depthwise convolution. Operands that its node gets, in order: input, weights, bias.
/// Channels reach past every block of the kernels.
struct Draw {
  Random& random;
  std::int32_t channels = random.integer(0, 2) == 0 ? 1 : random.integer(1, 40);
  std::int32_t multiplier = random.coin() ? 1 : random.integer(1, channels < 4 ? 40 : 10);
  std::int32_t outputs = channels * multiplier;
  Extent2 kernel = extent(4);
  ops::DepthwiseConv2dAttributes attributes{
      .stride = random.coin() ? Extent2{1, 1} : extent(3),
      .dilation = random.coin() ? Extent2{1, 1} : extent(3),
      .pads =
          random.coin() ? Pads{} : Pads{pad(height()), pad(width()), pad(height()), pad(width())},
      .activation = random.of<Activation>(
          {Activation::none, Activation::relu, Activation::relu6, Activation::relu_n1_to_1})};
  // At least as large as the window, so that it fits.
  Shape input = {random.integer(1, 2), height() + random.integer(0, 5),
                 width() + random.integer(0, 5), channels};

  Extent2 extent(std::int32_t max) const {
    return {random.integer(1, max), random.integer(1, max)};
  }
  std::int32_t height() const { return (kernel.height - 1) * attributes.dilation.height + 1; }
  std::int32_t width() const { return (kernel.width - 1) * attributes.dilation.width + 1; }
  std::int32_t pad(std::int32_t window) const {
    return random.coin() ? 0 : random.integer(0, window);
  }
  Shape weights() const { return {1, kernel.height, kernel.width, outputs}; }
};

/// The oracle has no pads of its own choice: pad first.
oracle::Tensor expected(const ops::DepthwiseConv2dAttributes& attributes, const NodeView& view,
                        const Bytes& input) {
  const oracle::Tensor given = for_oracle(view.input(0), input);
  oracle::Tensor padded = for_oracle(view.input(0));
  const Pads& pads = attributes.pads;
  padded.shape[1] += pads.top + pads.bottom;
  padded.shape[2] += pads.left + pads.right;
  padded = oracle::pad(given, {.before = {0, pads.top, pads.left, 0}}, nullptr, padded);
  oracle::Tensor bias;
  if (view.has_input(2)) bias = for_oracle(view.input(2), view.input(2).data);
  oracle::ConvolutionOptions options;
  options.stride_h = attributes.stride.height;
  options.stride_w = attributes.stride.width;
  options.dilation_h = attributes.dilation.height;
  options.dilation_w = attributes.dilation.width;
  options.activation = static_cast<oracle::Activation>(attributes.activation);
  return oracle::depthwise_conv2d(padded, for_oracle(view.input(1), view.input(1).data),
                                  view.has_input(2) ? &bias : nullptr, options,
                                  for_oracle(view.output()));
}

/// Two runs, so that what the first leaves in the ring would show in the second.
void compare(Random& random, const LinearTypes& types) {
  const Draw draw{random};
  const ElementType type = types.input;
  Builder b;
  const TensorId x = b.input(type, draw.input, random.quantization(type, 1e-3F, 0.1F));
  const TensorId w = draw_weights(random, b, types, draw.weights(), 3);
  const TensorId bias = draw_bias(random, b, types, draw.outputs);
  const TensorId y = b.node(ops::depthwise_conv2d, draw.attributes, {x, w, bias},
                            draw_output(random, b, types, x, w));
  b.output(y);
  CAPTURE(to_string(type), to_string(draw.input), to_string(draw.weights()));
  REQUIRE(problems(b.graph) == "");
  for (const KernelChoice choice : {KernelChoice::portable, KernelChoice::best}) {
    Evaluation evaluation(b.graph, choice);
    for (int run = 0; run < 2; ++run) {
      const Bytes input = random.elements(type, element_count(draw.input));
      const NodeView view{b.graph, b.graph.nodes[0]};
      REQUIRE(difference(expected(draw.attributes, view, input), b.graph[y],
                         evaluation.run({input})[0]) == "");
    }
  }
}

std::string complaint(const Shape& input, const Shape& weights, const Quantization& quantization,
                      ops::DepthwiseConv2dAttributes attributes = {}) {
  Builder b;
  const TensorId x = b.input(s8, input, per_tensor(1, 0));
  const Bytes zeros(static_cast<std::size_t>(element_count(weights)));
  const TensorId w = b.constant_bytes(s8, weights, zeros, quantization);
  try {
    b.node(ops::depthwise_conv2d, attributes, {x, w}, per_tensor(1, 0));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("every channel is convolved by filters of its own", "[depthwise_conv2d]") {
  Builder b;
  const TensorId x = b.input(f32, {1, 1, 2, 2});
  const TensorId w = b.constant<float>(f32, {1, 1, 2, 4}, {1, 10, 100, 1000, 2, 20, 200, 2000});
  const TensorId bias = b.constant<float>(f32, {4}, {0, 1, 2, 3});
  b.output(b.node(ops::depthwise_conv2d, ops::DepthwiseConv2dAttributes{}, {x, w, bias}));
  // Channel 0 holds 1 and 3, channel 1 holds 2 and 4.
  CHECK(Evaluation(b.graph).run({floats({1, 2, 3, 4})})[0] == floats({7, 71, 1002, 10003}));
}

TEST_CASE("a depthwise convolution pads with the input's zero point", "[depthwise_conv2d]") {
  Builder b;
  const TensorId x = b.input(s8, {1, 1, 2, 1}, per_tensor(1, 10));
  const TensorId w = b.constant<std::int8_t>(s8, {1, 1, 3, 1}, {1, 2, 3}, per_tensor(1, 0));
  const TensorId bias = b.constant<std::int32_t>(s32, {1}, {100});
  b.output(b.node(ops::depthwise_conv2d,
                  ops::DepthwiseConv2dAttributes{.pads = {.left = 1, .right = 1}}, {x, w, bias},
                  per_tensor(2, -5)));
  // (2 * 1 + 3 * 2 + 100) / 2 - 5 and (1 * 1 + 2 * 2 + 100) / 2 - 5, half away from zero.
  for (const KernelChoice choice : {KernelChoice::portable, KernelChoice::best})
    CHECK(Evaluation(b.graph, choice).run({{11, 12}})[0] == Bytes{49, 48});
}

TEST_CASE("random depthwise convolutions agree with the oracle", "[depthwise_conv2d]") {
  Random random(4201);
  for (int trial = 0; trial < 200; ++trial)
    for (const LinearTypes& types :
         {f32_layer, s8_layer, s8_layer, u8_layer, s16x8_layer, s8x4_layer, s16x4_layer}) {
      CAPTURE(trial);
      compare(random, types);
    }
}

TEST_CASE("a depthwise convolution says what it cannot compute", "[depthwise_conv2d]") {
  const Quantization one = per_tensor(1, 0);
  CHECK(complaint({1, 2, 2, 3}, {1, 1, 1, 6}, one) == "");
  CHECK_THAT(complaint({1, 2, 2, 3}, {2, 1, 1, 6}, one), Catch::Contains("expected [1][height]"));
  CHECK_THAT(complaint({1, 2, 2, 3}, {1, 1, 6}, one), Catch::Contains("expected [1][height]"));
  CHECK_THAT(complaint({1, 2, 2, 3}, {1, 1, 1, 4}, one), Catch::Contains("multiple of its input"));
  CHECK_THAT(complaint({1, 2, 2, 3}, {1, 1, 1, 0}, one), Catch::Contains("multiple of its input"));
  CHECK_THAT(complaint({1, 2, 2, 0}, {1, 1, 1, 4}, one), Catch::Contains("1x2x2x0"));
  CHECK_THAT(complaint({1, 2, 2, 3}, {1, 3, 1, 3}, one), Catch::Contains("does not fit"));
  CHECK_THAT(complaint({1, 2, 2, 3}, {1, 0, 1, 3}, one), Catch::Contains("kernel size"));
  CHECK_THAT(complaint({1, 2, 2, 2}, {1, 1, 1, 2}, {{1, 2}, {0, 0}, 0}),
             Catch::Contains("output channels along 3"));
  CHECK_THAT(complaint({1, 2, 2, 2}, {1, 1, 1, 2}, {{1, 2, 3}, {0, 0, 0}, 3}),
             Catch::Contains("3 scales for 2"));
}
