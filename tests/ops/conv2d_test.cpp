// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/conv2d.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>

#include "compiler/evaluate/evaluate.h"
#include "compiler/lower/lower.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/targets/targets.h"
#include "tests/support/builder.h"
#include "tests/support/linear_draw.h"
#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;

namespace {

/// A random convolution. Operands that its node gets, in order: input, weights, bias.
struct Draw {
  Random& random;
  std::int32_t groups = random.coin() ? 1 : random.integer(2, 4);
  std::int32_t inputs = random.integer(1, 4);  // of a group
  std::int32_t outputs = groups * random.integer(1, 6);
  Extent2 kernel = random.integer(0, 2) == 0 ? Extent2{1, 1} : extent(4);
  ops::Conv2dAttributes attributes{
      .stride = random.coin() ? Extent2{1, 1} : extent(3),
      .dilation = random.coin() ? Extent2{1, 1} : extent(3),
      .pads =
          random.coin() ? Pads{} : Pads{pad(height()), pad(width()), pad(height()), pad(width())},
      .activation = random.of<Activation>(
          {Activation::none, Activation::relu, Activation::relu6, Activation::relu_n1_to_1})};
  // At least as large as the window, so that it fits.
  Shape input = {random.integer(1, 2), height() + random.integer(0, 5),
                 width() + random.integer(0, 5), groups* inputs};

  Extent2 extent(std::int32_t max) const {
    return {random.integer(1, max), random.integer(1, max)};
  }
  std::int32_t height() const { return (kernel.height - 1) * attributes.dilation.height + 1; }
  std::int32_t width() const { return (kernel.width - 1) * attributes.dilation.width + 1; }
  std::int32_t pad(std::int32_t window) const {
    return random.coin() ? 0 : random.integer(0, window);
  }
};

/// The oracle's convolution has no pads of its own choice: pad first.
oracle::Tensor expected(const Draw& draw, const Graph& graph, const Node& node,
                        const Bytes& input) {
  const NodeView view{graph, node};
  const oracle::Tensor given = for_oracle(view.input(0), input);
  oracle::Tensor padded = for_oracle(view.input(0));
  const Pads& pads = draw.attributes.pads;
  padded.shape[1] += pads.top + pads.bottom;
  padded.shape[2] += pads.left + pads.right;
  padded = oracle::pad(given, {.before = {0, pads.top, pads.left, 0}}, nullptr, padded);
  oracle::Tensor bias;
  if (view.has_input(2)) bias = for_oracle(view.input(2), view.input(2).data);
  oracle::ConvolutionOptions options;
  options.stride_h = draw.attributes.stride.height;
  options.stride_w = draw.attributes.stride.width;
  options.dilation_h = draw.attributes.dilation.height;
  options.dilation_w = draw.attributes.dilation.width;
  options.activation = static_cast<oracle::Activation>(draw.attributes.activation);
  return oracle::conv2d(padded, for_oracle(view.input(1), view.input(1).data),
                        view.has_input(2) ? &bias : nullptr, options, for_oracle(view.output()));
}

void compare(Random& random, const LinearTypes& types) {
  const Draw draw{random};
  const ElementType type = types.input;
  Builder b;
  const TensorId x = b.input(type, draw.input, random.quantization(type, 1e-3F, 0.1F));
  const Shape shape{draw.outputs, draw.kernel.height, draw.kernel.width, draw.inputs};
  const TensorId w = draw_weights(random, b, types, shape, 0);
  const TensorId bias = draw_bias(random, b, types, draw.outputs);
  const TensorId y =
      b.node(ops::conv2d, draw.attributes, {x, w, bias}, draw_output(random, b, types, x, w));
  b.output(y);
  REQUIRE(problems(b.graph) == "");
  for (const KernelChoice choice : {KernelChoice::portable, KernelChoice::best}) {
    Evaluation evaluation(b.graph, choice);
    for (int run = 0; run < 2; ++run) {
      const Bytes input = random.elements(type, element_count(draw.input));
      CHECK(difference(expected(draw, b.graph, b.graph.nodes[0], input), b.graph[y],
                       evaluation.run({input})[0]) == "");
    }
  }
}

/// Channels enough for several blocks, and pixels that leave some over. Whether there were blocks.
bool compare_blocks(Random& random, const LinearTypes& types, const Target& target) {
  Draw draw{random};
  draw.outputs = draw.groups * random.integer(1, 11);
  draw.input[2] += random.integer(0, 9);
  const ElementType type = types.input;
  Builder b;
  const TensorId x = b.input(type, draw.input, random.quantization(type, 1e-3F, 0.1F));
  const Shape shape{draw.outputs, draw.kernel.height, draw.kernel.width, draw.inputs};
  const TensorId w = draw_weights(random, b, types, shape, 0);
  const TensorId bias = draw_bias(random, b, types, draw.outputs);
  const TensorId y =
      b.node(ops::conv2d, draw.attributes, {x, w, bias}, draw_output(random, b, types, x, w));
  b.output(y);
  Program program = lower(b.graph, target);
  const bool blocks = program.steps[0].kernel.header == "smelt/conv2d_blocks.h";
  Evaluation evaluation(std::move(program)), portable(b.graph);
  for (const int kind : {0, 1, 2}) {
    Bytes input = random.elements(type, element_count(draw.input));
    // All at one end of the range: sums at their largest.
    if (kind > 0 && type == ElementType::s8)
      std::fill(input.begin(), input.end(), kind == 1 ? 0x80 : 0x7f);
    CHECK(difference(for_oracle(b.graph[y], portable.run({input})[0]), b.graph[y],
                     evaluation.run({input})[0]) == "");
  }
  return blocks;
}

/// One output channel per element of `weights`, on a 1x1 image with one channel.
struct Small {
  Builder b;
  TensorId x, w, bias = no_tensor;

  Small(ElementType type, Shape weights, Quantization quantization)
      : x(b.input(type, {1, 1, 1, 1}, per_tensor(1, 0))),
        w(b.constant_bytes(type, weights, Bytes(static_cast<std::size_t>(element_count(weights))),
                           std::move(quantization))) {}

  std::string problem(ops::Conv2dAttributes attributes = {},
                      Quantization output = per_tensor(1, 0)) {
    try {
      b.node(ops::conv2d, attributes, {x, w, bias}, std::move(output));
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "";
  }
};

bool mentions(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a convolution pads with the input's zero point", "[conv2d]") {
  Builder b;
  const TensorId x = b.input(ElementType::s8, {1, 1, 2, 1}, per_tensor(1, 10));
  const TensorId w =
      b.constant<std::int8_t>(ElementType::s8, {1, 1, 3, 1}, {1, 2, 3}, per_tensor(1, 0));
  const TensorId bias = b.constant<std::int32_t>(ElementType::s32, {1}, {100});
  b.output(b.node(ops::conv2d, ops::Conv2dAttributes{.pads = {.left = 1, .right = 1}}, {x, w, bias},
                  per_tensor(2, -5)));
  Evaluation evaluation(b.graph);
  // (2 * 1 + 3 * 2 + 100) / 2 - 5 and (1 * 1 + 2 * 2 + 100) / 2 - 5, half away from zero.
  CHECK(evaluation.run({{11, 12}})[0] == Bytes{49, 48});
}

TEST_CASE("random s8 convolutions agree with the oracle bit for bit", "[conv2d]") {
  Random random(4101);
  for (int trial = 0; trial < 400; ++trial) {
    CAPTURE(trial);
    compare(random, s8_layer);
  }
}

TEST_CASE("blocks of pixels and channels agree with the portable convolution", "[conv2d]") {
  Random random(4107);
  int blocks = 0;
  for (int trial = 0; trial < 300; ++trial) {
    CAPTURE(trial);
    blocks += compare_blocks(random, s8_layer, rv32imc);
    blocks += compare_blocks(random, s8_layer, cortex_m3);
    blocks += compare_blocks(random, f32_layer, cortex_m4);
  }
  CHECK(blocks > 600);
}

TEST_CASE("random u8 convolutions agree with the oracle bit for bit", "[conv2d]") {
  Random random(4102);
  for (int trial = 0; trial < 200; ++trial) {
    CAPTURE(trial);
    compare(random, u8_layer);
  }
}

TEST_CASE("random f32 convolutions agree with the oracle", "[conv2d]") {
  Random random(4103);
  for (int trial = 0; trial < 200; ++trial) {
    CAPTURE(trial);
    compare(random, f32_layer);
  }
}

TEST_CASE("random convolutions of other widths agree with the oracle bit for bit", "[conv2d]") {
  Random random(4104);
  for (int trial = 0; trial < 200; ++trial)
    for (const LinearTypes& types : {s16x8_layer, s16x8_b32_layer, s8x4_layer, s16x4_layer}) {
      CAPTURE(trial);
      compare(random, types);
    }
}

TEST_CASE("linear layers round the product of their scales as the reference does", "[conv2d]") {
  // In double for a convolution, to float for a fully connected layer: sums next to where the
  // output steps from 100 to 101 tell one from the other.
  const float scale = 0.1F, output_scale = 1e5F;
  const auto step = static_cast<std::int32_t>(100.5 * static_cast<double>(output_scale) /
                                              (static_cast<double>(scale) * scale));
  std::vector<std::int32_t> sums;
  for (std::int32_t i = -100; i < 100; ++i) sums.push_back(step + i);
  const std::int32_t channels = 200;

  Builder b;
  const Bytes zeros(channels);
  const TensorId x = b.input(ElementType::s8, {1, 1, 1, 1}, per_tensor(scale, 0));
  const TensorId kernels =
      b.constant_bytes(ElementType::s8, {channels, 1, 1, 1}, zeros, per_tensor(scale, 0));
  const TensorId matrix =
      b.constant_bytes(ElementType::s8, {channels, 1}, zeros, per_tensor(scale, 0));
  const TensorId bias = b.constant(ElementType::s32, {channels}, sums);
  const Quantization output = per_tensor(output_scale, 0);
  const TensorId conv = b.node(ops::conv2d, ops::Conv2dAttributes{}, {x, kernels, bias}, output);
  const TensorId linear =
      b.node(ops::fully_connected, ops::FullyConnectedAttributes{}, {x, matrix, bias}, output);
  b.output(conv);
  b.output(linear);

  const auto given = [&](TensorId id) { return for_oracle(b.graph[id], b.graph[id].data); };
  const oracle::Tensor input = for_oracle(b.graph[x], {0});
  const oracle::Tensor added = given(bias);
  const std::vector<Bytes> results = Evaluation(b.graph).run({{0}});
  CHECK(results[0] != results[1]);
  CHECK(difference(oracle::conv2d(input, given(kernels), &added, {}, for_oracle(b.graph[conv])),
                   b.graph[conv], results[0]) == "");
  CHECK(difference(
            oracle::fully_connected(input, given(matrix), &added, {}, for_oracle(b.graph[linear])),
            b.graph[linear], results[1]) == "");
}

TEST_CASE("a convolution refuses hostile shapes", "[conv2d]") {
  const Quantization one = per_tensor(1, 0);
  CHECK(Small(ElementType::s8, {1, 1, 1, 1}, one).problem() == "");
  CHECK(mentions(Small(ElementType::s8, {0, 1, 1, 1}, one).problem(), "weights 0x1x1x1"));
  CHECK(mentions(Small(ElementType::s8, {1, 0, 1, 1}, one).problem(), "kernel size"));
  CHECK(mentions(Small(ElementType::s8, {1, 1, 1, 0}, one).problem(), "weights 1x1x1x0"));
  CHECK(mentions(Small(ElementType::s8, {1, 2, 1, 1}, one).problem(), "does not fit"));
  CHECK(mentions(Small(ElementType::s8, {1, 1, 1}, one).problem(), "weights have shape 1x1x1"));

  Small empty(ElementType::s8, {1, 1, 1, 1}, one);
  empty.b.graph[empty.x].shape = {1, 1, 1, 0};
  CHECK(mentions(empty.problem(), "input has shape 1x1x1x0"));

  const std::int32_t far = 32767;
  Small wide(ElementType::s8, {1, 200, 200, 1}, one);
  CHECK(mentions(wide.problem({.dilation = {far, far}, .pads = {199 * far, 199 * far, 1, 1}}),
                 "than memory holds"));
}

TEST_CASE("a convolution refuses hostile quantization", "[conv2d]") {
  const float infinity = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const float scale : {-1.0F, infinity, nan})
    CHECK(mentions(Small(ElementType::s8, {1, 1, 1, 1}, per_tensor(scale, 0)).problem(),
                   "weights have"));
  CHECK(mentions(Small(ElementType::u8, {1, 1, 1, 1}, per_tensor(1, 256)).problem(), "zero point"));
  CHECK(mentions(Small(ElementType::s8, {1, 1, 1, 1}, {{1}, {}, 0}).problem(), "zero point"));
  CHECK(mentions(Small(ElementType::s8, {2, 1, 1, 1}, {{1, 1, 1}, {0, 0, 0}, 0}).problem(),
                 "3 scales for 2"));
  CHECK(
      mentions(Small(ElementType::s8, {1, 1, 1, 1}, per_tensor(1, 0)).problem({}, per_tensor(0, 0)),
               "scale 0"));
}

TEST_CASE("a convolution's sums leave room for the output's zero point", "[conv2d]") {
  Small small(ElementType::s8, {1, 1, 1, 1}, per_tensor(1, 0));
  const auto with_bias = [&](std::int32_t bias, float scale) {
    Small copy = small;
    copy.bias = copy.b.constant<std::int32_t>(ElementType::s32, {1}, {bias});
    return copy.problem({}, per_tensor(scale, 0));
  };
  const std::int32_t room = 128 * 128 + 255;
  CHECK(with_bias(INT32_MAX - room, 1.5F) == "");
  CHECK(mentions(with_bias(INT32_MAX - room + 1, 1.5F), "can overflow 32 bits"));
  CHECK(with_bias(INT32_MAX / 16 - room, 0.1F) == "");
  CHECK(mentions(with_bias(INT32_MAX / 16, 0.1F), "can overflow 32 bits"));
}
