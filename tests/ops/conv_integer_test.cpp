// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/conv_integer.h"

#include <catch2/catch.hpp>

#include "compiler/evaluate/evaluate.h"
#include "tests/support/builder.h"
#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;

namespace {

using enum ElementType;

oracle::ConvolutionOptions options_of(const ops::ConvIntegerAttributes& attributes) {
  oracle::ConvolutionOptions options;
  options.stride_h = attributes.stride.height;
  options.stride_w = attributes.stride.width;
  options.dilation_h = attributes.dilation.height;
  options.dilation_w = attributes.dilation.width;
  return options;
}

void compare(Random& random, ElementType type, ElementType weight_type) {
  Builder b;
  const std::int32_t groups = random.integer(1, 3), depth = random.integer(1, 4);
  const Shape shape{random.integer(1, 2), random.integer(3, 7), random.integer(3, 7),
                    groups * depth};
  const Shape weights{groups * random.integer(1, 3), random.integer(1, 3), random.integer(1, 3),
                      depth};
  const IntegerRange range = range_of(type);
  const ops::ConvIntegerAttributes attributes{
      .stride = {random.integer(1, 2), random.integer(1, 3)},
      .zero_point = random.integer(range.min, range.max)};
  const TensorId x = b.input(type, shape);
  const Bytes weight_bytes = random.elements(weight_type, element_count(weights));
  const TensorId w = b.constant_bytes(weight_type, weights, weight_bytes, {});
  std::vector<std::int32_t> biases;
  for (std::int32_t i = 0; i < weights[0]; ++i) biases.push_back(random.integer(-99999, 99999));
  const Bytes bias_bytes = to_bytes(biases);
  const TensorId bias = b.constant_bytes(s32, {weights[0]}, bias_bytes, {});
  CAPTURE(to_string(type), to_string(weight_type), to_string(shape), to_string(weights));
  const TensorId y = b.node(ops::conv_integer, attributes, {x, w, bias}, {}, s32);
  b.output(y);
  const Bytes bytes = random.elements(type, element_count(shape));
  const oracle::Tensor given_bias = for_oracle(b.graph[bias], bias_bytes);
  const oracle::Tensor expected = oracle::conv_integer(
      for_oracle(b.graph[x], bytes), for_oracle(b.graph[w], weight_bytes), &given_bias,
      options_of(attributes), attributes.zero_point, for_oracle(b.graph[y]));
  REQUIRE(difference(expected, b.graph[y], Evaluation(b.graph).run({bytes})[0]) == "");
}

std::string complaint(const ops::ConvIntegerAttributes& attributes, const Tensor& weights) {
  Builder b;
  const TensorId x = b.input(u8, {1, 4, 4, 4});
  const TensorId w = b.graph.add(weights);
  try {
    b.node(ops::conv_integer, attributes, {x, w}, {}, s32);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

Tensor weights_of(ElementType type, const Shape& shape, std::uint8_t byte) {
  const auto size = static_cast<std::size_t>(element_count(shape) * byte_size(type));
  return {.type = type, .shape = shape, .constant = true, .data = Bytes(size, byte)};
}

bool mentions(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("conv_integer agrees with the oracle", "[conv_integer]") {
  Random random(14);
  for (int i = 0; i < 100; ++i)
    for (const ElementType type : {s8, u8})
      for (const ElementType weights : {s8, s16}) compare(random, type, weights);
}

TEST_CASE("what lies outside the image adds nothing to conv_integer's sums", "[conv_integer]") {
  Builder b;
  const TensorId x = b.input(u8, {1, 1, 2, 1});
  const TensorId w = b.constant<std::int8_t>(s8, {1, 1, 3, 1}, {1, 10, 100});
  b.output(b.node(ops::conv_integer,
                  ops::ConvIntegerAttributes{.pads = {0, 1, 0, 1}, .zero_point = 5}, {x, w}, {},
                  s32));
  CHECK(Evaluation(b.graph).run({Bytes{6, 8}})[0] == to_bytes(std::vector<std::int32_t>{310, 31}));
}

TEST_CASE("conv_integer says what it cannot compute", "[conv_integer]") {
  CHECK(complaint({}, weights_of(s8, {2, 1, 1, 2}, 1)) == "");
  CHECK(mentions(complaint({}, weights_of(u8, {2, 1, 1, 4}, 1)), "supported: s8, s16"));
  CHECK(mentions(complaint({}, weights_of(s8, {2, 1, 1, 3}, 1)), "do not divide"));
  CHECK(mentions(complaint({}, weights_of(s8, {2, 4}, 1)), "weights have shape"));
  CHECK(mentions(complaint({.zero_point = -1}, weights_of(s8, {2, 1, 1, 4}, 1)), "is no u8"));
  CHECK(mentions(complaint({}, {.type = s8, .shape = {2, 1, 1, 4}}), "must be constants"));
  Builder b;
  const TensorId x = b.input(u8, {1, 1, 1, 300});
  const TensorId w =
      b.constant<std::int16_t>(s16, {1, 1, 1, 300}, std::vector<std::int16_t>(300, 32767));
  CHECK_THROWS_WITH(b.node(ops::conv_integer, ops::ConvIntegerAttributes{}, {x, w}, {}, s32),
                    Catch::Contains("can overflow 32 bits"));
}
