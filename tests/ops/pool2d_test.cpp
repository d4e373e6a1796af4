// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/pool2d.h"

#include <catch2/catch.hpp>

#include "compiler/evaluate/evaluate.h"
#include "compiler/lower/lower.h"
#include "compiler/ops/window.h"
#include "compiler/targets/targets.h"
#include "tests/support/builder.h"
#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;

namespace {

using enum ElementType;

using Oracle = oracle::Tensor (*)(const oracle::Tensor&, const oracle::PoolOptions&,
                                  const oracle::Tensor&);

/// A random pooling with the pads of SAME or VALID, which are what the oracle knows.
struct Draw {
  Random& random;
  Extent2 kernel = {random.integer(1, 5), random.integer(1, 5)};
  Extent2 stride = {random.integer(1, 3), random.integer(1, 3)};
  bool same = random.coin();
  Shape input = {random.integer(1, 2), random.integer(same ? 1 : kernel.height, 9),
                 random.integer(same ? 1 : kernel.width, 9), random.integer(1, 20)};
  Activation activation = random.of<Activation>(
      {Activation::none, Activation::relu, Activation::relu6, Activation::relu_n1_to_1});

  ops::Pool2dAttributes attributes() const {
    const Pads pads = same ? same_pads({input[1], input[2]}, kernel, stride, {1, 1}) : Pads{};
    return {.kernel = kernel, .stride = stride, .pads = pads, .activation = activation};
  }
  oracle::PoolOptions options() const {
    oracle::PoolOptions options;
    options.filter_h = kernel.height;
    options.filter_w = kernel.width;
    options.stride_h = stride.height;
    options.stride_w = stride.width;
    options.padding = same ? oracle::Padding::same : oracle::Padding::valid;
    options.activation = static_cast<oracle::Activation>(activation);
    return options;
  }
};

/// Two runs, so that what the first leaves in the ring would show in the second.
void compare(Random& random, ElementType type, const OpDef& op, Oracle oracle) {
  const Draw draw{random};
  const Quantization quantization = random.quantization(type, 1e-2F, 1);
  Builder b;
  const TensorId x = b.input(type, draw.input, quantization);
  const TensorId y = b.node(op, draw.attributes(), {x}, quantization);
  b.output(y);
  CAPTURE(to_string(type), to_string(draw.input), draw.kernel.height, draw.kernel.width);
  REQUIRE(problems(b.graph) == "");
  Evaluation evaluation(b.graph);
  for (int run = 0; run < 2; ++run) {
    const Bytes input = random.elements(type, element_count(draw.input));
    const oracle::Tensor expected =
        oracle(for_oracle(b.graph[x], input), draw.options(), for_oracle(b.graph[y]));
    REQUIRE(difference(expected, b.graph[y], evaluation.run({input})[0]) == "");
  }
}

std::string complaint(const Shape& input, ops::Pool2dAttributes attributes,
                      const Quantization& output = per_tensor(1, 0), ElementType type = s8) {
  Builder b;
  const TensorId x = b.input(type, input, per_tensor(1, 0));
  try {
    b.node(ops::average_pool2d, attributes, {x}, output);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

Bytes pooled(const OpDef& op, ops::Pool2dAttributes attributes, const Shape& shape,
             const Bytes& input) {
  Builder b;
  const TensorId x = b.input(s8, shape, per_tensor(1, 0));
  b.output(b.node(op, attributes, {x}, per_tensor(1, 0)));
  return Evaluation(b.graph).run({input})[0];
}

Bytes signed_bytes(const std::vector<std::int8_t>& values) {
  return to_bytes(values);
}

}  // namespace

TEST_CASE("an average rounds half away from zero and leaves padding out", "[pool2d]") {
  const ops::Pool2dAttributes pairs{.kernel = {1, 2}, .stride = {1, 2}};
  CHECK(pooled(ops::average_pool2d, pairs, {1, 1, 6, 1},
               signed_bytes({1, 2, -1, -2, -128, -127})) == signed_bytes({2, -2, -128}));
  const ops::Pool2dAttributes padded{.kernel = {2, 2}, .pads = {1, 1, 1, 1}};
  CHECK(pooled(ops::average_pool2d, padded, {1, 1, 1, 1}, signed_bytes({-7})) ==
        signed_bytes({-7, -7, -7, -7}));
}

TEST_CASE("padding is never the maximum", "[pool2d]") {
  const ops::Pool2dAttributes padded{.kernel = {2, 2}, .pads = {1, 1, 1, 1}};
  CHECK(pooled(ops::max_pool2d, padded, {1, 1, 1, 1}, signed_bytes({-128})) ==
        signed_bytes({-128, -128, -128, -128}));
  CHECK(pooled(ops::max_pool2d, padded, {1, 1, 2, 1}, signed_bytes({-100, -3})) ==
        signed_bytes({-100, -3, -3, -100, -3, -3}));
}

TEST_CASE("pooling a whole image needs no ring", "[pool2d]") {
  Builder b;
  const TensorId x = b.input(f32, {1, 3, 4, 2});
  b.output(b.node(ops::average_pool2d, ops::Pool2dAttributes{.kernel = {3, 4}}, {x}));
  for (const Buffer& buffer : lower(b.graph, host).buffers)
    if (buffer.suffix == "ring") CHECK(buffer.bytes == 0);
}

TEST_CASE("random poolings agree with the oracle", "[pool2d]") {
  Random random(4301);
  for (int trial = 0; trial < 200; ++trial)
    for (const ElementType type : {f32, s8, u8, s16}) {
      CAPTURE(trial);
      compare(random, type, ops::average_pool2d, oracle::average_pool2d);
      compare(random, type, ops::max_pool2d, oracle::max_pool2d);
    }
}

TEST_CASE("pooling says what it cannot compute", "[pool2d]") {
  CHECK(complaint({1, 2, 2, 1}, {.kernel = {2, 2}}) == "");
  CHECK_THAT(complaint({1, 2, 2, 1}, {.kernel = {3, 2}}), Catch::Contains("does not fit"));
  CHECK_THAT(complaint({1, 2, 2, 1}, {.kernel = {0, 2}}), Catch::Contains("kernel size"));
  CHECK_THAT(complaint({1, 2, 2, 1}, {.kernel = {2, 2}, .stride = {0, 1}}),
             Catch::Contains("kernel size"));
  CHECK_THAT(complaint({2, 2}, {.kernel = {2, 2}}), Catch::Contains("four dimensions"));
  CHECK_THAT(complaint({1, 2, 2, 1}, {.kernel = {2, 2}, .pads = {2, 0, 0, 0}}),
             Catch::Contains("as large as the 2x2 window"));
  CHECK_THAT(complaint({1, 2, 2, 1}, {.kernel = {2, 2}}, per_tensor(1.00001F, 0)),
             Catch::Contains("does not rescale"));
  CHECK_THAT(complaint({1, 2, 2, 1}, {.kernel = {2, 2}}, per_tensor(1, 1)),
             Catch::Contains("does not rescale"));
  CHECK_THAT(complaint({1, 2, 2, 1}, {.kernel = {2, 2}}, per_tensor(1, 0), s32),
             Catch::Contains("supported: f32, s8, u8"));
}
