// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/prelu.h"

#include <catch2/catch.hpp>

#include "compiler/evaluate/evaluate.h"
#include "tests/support/builder.h"
#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;

namespace {

using enum ElementType;

std::string complaint(const Tensor& input, const Tensor& slope, const Quantization& output) {
  Builder b;
  const TensorId x = b.input(input.type, input.shape, input.quantization);
  const TensorId y = b.input(slope.type, slope.shape, slope.quantization);
  try {
    b.node(ops::prelu, {}, {x, y}, output);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

bool mentions(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Tensor tensor(ElementType type, Shape shape, Quantization quantization = {}) {
  return {.type = type, .shape = std::move(shape), .quantization = std::move(quantization)};
}

}  // namespace

TEST_CASE("prelu agrees with the oracle", "[prelu]") {
  Random random(11);
  for (int i = 0; i < 300; ++i)
    for (const ElementType type : {f32, s8, u8, s16}) {
      Builder b;
      const Shape shape = random.shape(4, 5);
      const Shape slopes =
          random.of<Shape>({{shape[3]}, {1, 1, shape[3]}, {1}, shape, {shape[1], 1, 1}});
      const auto quantization = [&] { return random.quantization(type, 1e-2F, 1); };
      const ElementType slope_type = type == s16 ? s8 : type;
      const TensorId x = b.input(type, shape, quantization());
      const Bytes slope = random.elements(slope_type, element_count(slopes));
      const TensorId a =
          b.constant_bytes(slope_type, slopes, slope, random.quantization(slope_type, 1e-2F, 1));
      const TensorId y = b.node(ops::prelu, {}, {x, a}, quantization());
      b.output(y);
      CAPTURE(to_string(type), to_string(shape), to_string(slopes));
      REQUIRE(problems(b.graph) == "");
      const Bytes bytes = random.elements(type, element_count(shape));
      const oracle::Tensor expected = oracle::prelu(
          for_oracle(b.graph[x], bytes), for_oracle(b.graph[a], slope), for_oracle(b.graph[y]));
      REQUIRE(difference(expected, b.graph[y], Evaluation(b.graph).run({bytes})[0]) == "");
    }
}

TEST_CASE("prelu does not round its multipliers to float", "[prelu]") {
  // -79 * -48 times this scale is so close to 102.5 that such a multiplier would lead to 103.
  Builder b;
  const TensorId x = b.input(s8, {1}, per_tensor(0.92718339F, 0));
  const TensorId a = b.constant<std::int8_t>(s8, {1}, {-48}, per_tensor(0.876271069F, 0));
  b.output(b.node(ops::prelu, {}, {x, a}, per_tensor(30.0617867F, 0)));
  CHECK(Evaluation(b.graph).run({to_bytes(std::vector<std::int8_t>{-79})})[0] ==
        to_bytes(std::vector<std::int8_t>{102}));
}

TEST_CASE("prelu scales negative elements by their channel's slope", "[prelu]") {
  Builder b;
  const TensorId x = b.input(f32, {2, 2});
  const TensorId a = b.constant<float>(f32, {2}, {0.5F, -2});
  b.output(b.node(ops::prelu, {}, {x, a}));
  CHECK(Evaluation(b.graph).run({floats({-4, -4, 3, 0})})[0] == floats({-2, 8, 3, 0}));
}

TEST_CASE("prelu says what it cannot compute", "[prelu]") {
  const Quantization unit = per_tensor(1, 0);
  CHECK(mentions(complaint(tensor(s32, {4}), tensor(s32, {4}), {}), "supported: f32, s8, u8"));
  CHECK(mentions(complaint(tensor(f32, {1, 4}), tensor(f32, {2, 4}), {}), "exceed the input"));
  CHECK(mentions(complaint(tensor(f32, {4}), tensor(f32, {1, 4}), {}), "exceed the input"));
  CHECK(mentions(complaint(tensor(f32, {4}), tensor(f32, {3}), {}), "do not broadcast"));
  CHECK(mentions(complaint(tensor(s8, {4}, unit), tensor(s8, {4}), unit), "no scale"));
  CHECK(mentions(complaint(tensor(s8, {4}, unit), tensor(s8, {4}, unit), per_tensor(1e-5F, 0)),
                 "overflows 32 bits"));
}
