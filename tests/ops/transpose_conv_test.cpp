// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/transpose_conv.h"

#include <catch2/catch.hpp>

#include "compiler/evaluate/evaluate.h"
#include "compiler/ops/window.h"
#include "tests/support/builder.h"
#include "tests/support/linear_draw.h"
#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;

namespace {

using enum ElementType;

/// A random transposed convolution with the pads of SAME or VALID, which are what the oracle knows.
struct Draw {
  Random& random;
  Extent2 kernel = {random.integer(1, 5), random.integer(1, 5)};
  Extent2 stride = {random.integer(1, 4), random.integer(1, 4)};
  bool same = random.coin();
  std::int32_t groups = random.coin() ? 1 : random.integer(2, 3);
  std::int32_t inputs = groups * random.integer(1, groups > 1 ? 4 : 9);
  std::int32_t outputs = groups * random.integer(1, groups > 1 ? 6 : 9);
  Shape output = {random.integer(1, 2), random.integer(same ? 1 : kernel.height, 9),
                  random.integer(same ? 1 : kernel.width, 9), outputs};
  Activation activation = random.of<Activation>(
      {Activation::none, Activation::relu, Activation::relu6, Activation::relu_n1_to_1});

  Window window() const {
    const Pads pads = same ? same_pads({output[1], output[2]}, kernel, stride, {1, 1}) : Pads{};
    return {.kernel = kernel, .stride = stride, .pads = pads};
  }
  Shape input() const {
    const Extent2 extent = *output_extent(output, window());
    return {output[0], extent.height, extent.width, inputs};
  }
  Shape weights() const { return {outputs, kernel.height, kernel.width, inputs / groups}; }
  ops::TransposeConvAttributes attributes() const {
    return {
        .stride = stride, .pads = window().pads, .output_shape = output, .activation = activation};
  }
  oracle::ConvolutionOptions options() const {
    oracle::ConvolutionOptions options;
    options.stride_h = stride.height;
    options.stride_w = stride.width;
    options.padding = same ? oracle::Padding::same : oracle::Padding::valid;
    options.activation = static_cast<oracle::Activation>(activation);
    return options;
  }
};

void compare(Random& random, const LinearTypes& types) {
  const Draw draw{random};
  const ElementType type = types.input;
  Builder b;
  const TensorId x = b.input(type, draw.input(), random.quantization(type, 1e-3F, 0.1F));
  const TensorId w = draw_weights(random, b, types, draw.weights(), 0);
  const TensorId bias = draw_bias(random, b, types, draw.outputs);
  const TensorId y = b.node(ops::transpose_conv, draw.attributes(), {x, w, bias},
                            draw_output(random, b, types, x, w));
  b.output(y);
  CAPTURE(to_string(type), to_string(draw.input()), to_string(draw.weights()),
          to_string(draw.output));
  REQUIRE(problems(b.graph) == "");
  const Bytes input = random.elements(type, element_count(draw.input()));
  oracle::Tensor added;
  if (bias != no_tensor) added = for_oracle(b.graph[bias], b.graph[bias].data);
  const oracle::Tensor expected = oracle::transpose_conv(
      for_oracle(b.graph[x], input), for_oracle(b.graph[w], b.graph[w].data),
      bias == no_tensor ? nullptr : &added, draw.options(), for_oracle(b.graph[y]));
  for (const KernelChoice choice : {KernelChoice::portable, KernelChoice::best})
    REQUIRE(difference(expected, b.graph[y], Evaluation(b.graph, choice).run({input})[0]) == "");
}

std::string complaint(const Shape& input, const Shape& weights,
                      ops::TransposeConvAttributes attributes) {
  Builder b;
  const TensorId x = b.input(f32, input);
  const TensorId w = b.constant_bytes(
      f32, weights, Bytes(static_cast<std::size_t>(4 * element_count(weights))), {});
  try {
    b.node(ops::transpose_conv, attributes, {x, w});
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("every input pixel adds its kernel to the output", "[transpose_conv]") {
  Builder b;
  const TensorId x = b.input(f32, {1, 1, 2, 1});
  const TensorId w = b.constant<float>(f32, {1, 1, 3, 1}, {1, 10, 100});
  const TensorId bias = b.constant<float>(f32, {1}, {0.5F});
  b.output(b.node(ops::transpose_conv,
                  ops::TransposeConvAttributes{.stride = {1, 2}, .output_shape = {1, 1, 5, 1}},
                  {x, w, bias}));
  CHECK(Evaluation(b.graph).run({floats({2, 3})})[0] ==
        floats({2.5F, 20.5F, 203.5F, 30.5F, 300.5F}));
}

TEST_CASE("outputs that no input reaches hold the bias", "[transpose_conv]") {
  Builder b;
  const TensorId x = b.input(s8, {1, 1, 2, 1}, per_tensor(1, -100));
  const TensorId w = b.constant<std::int8_t>(s8, {1, 1, 1, 1}, {2}, per_tensor(1, 0));
  const TensorId bias = b.constant<std::int32_t>(s32, {1}, {7});
  b.output(b.node(ops::transpose_conv,
                  ops::TransposeConvAttributes{.stride = {1, 2}, .output_shape = {1, 1, 4, 1}},
                  {x, w, bias}, per_tensor(1, 3)));
  const Bytes input = to_bytes(std::vector<std::int8_t>{-90, -110});
  CHECK(Evaluation(b.graph).run({input})[0] == to_bytes(std::vector<std::int8_t>{30, 10, -10, 10}));
}

TEST_CASE("random transposed convolutions agree with the oracle", "[transpose_conv]") {
  Random random(4401);
  for (int trial = 0; trial < 300; ++trial)
    for (const LinearTypes& types : {f32_layer, s8_layer, s8_layer, u8_layer, s16x8_layer}) {
      CAPTURE(trial);
      compare(random, types);
    }
}

TEST_CASE("a transposed convolution says what it cannot compute", "[transpose_conv]") {
  const Shape input{1, 2, 2, 3}, weights{4, 2, 2, 3};
  CHECK(complaint(input, weights, {.output_shape = {1, 3, 3, 4}}) == "");
  const auto mismatch = Catch::Contains("do not match");
  CHECK_THAT(complaint(input, {4, 2, 2, 2}, {.output_shape = {1, 3, 3, 4}}), mismatch);
  CHECK_THAT(complaint(input, {4, 2, 2, 0}, {.output_shape = {1, 3, 3, 4}}), mismatch);
  CHECK_THAT(complaint(input, weights, {.output_shape = {1, 3, 3, 5}}), mismatch);
  CHECK_THAT(complaint(input, weights, {.output_shape = {1, 3, 3}}), mismatch);
  CHECK_THAT(complaint(input, weights, {.output_shape = {1, 0, 3, 4}}), mismatch);
  CHECK_THAT(complaint({2, 2, 3}, weights, {.output_shape = {1, 3, 3, 4}}), mismatch);
  CHECK_THAT(complaint(input, weights, {.output_shape = {1, 4, 3, 4}}),
             Catch::Contains("does not give the input"));
  CHECK_THAT(complaint(input, weights, {.output_shape = {2, 3, 3, 4}}),
             Catch::Contains("does not give the input"));
  CHECK_THAT(complaint(input, weights, {.stride = {0, 1}, .output_shape = {1, 3, 3, 4}}),
             Catch::Contains("kernel size, strides"));
  CHECK_THAT(complaint(input, weights, {.output_shape = {1, 1 << 20, 1 << 20, 4}}), mismatch);
}
