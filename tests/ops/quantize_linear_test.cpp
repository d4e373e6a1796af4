// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/quantize_linear.h"

#include <catch2/catch.hpp>
#include <limits>

#include "compiler/evaluate/evaluate.h"
#include "compiler/ops/dequantize_linear.h"
#include "tests/support/builder.h"
#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;

namespace {

using enum ElementType;

/// One scale and zero point, or some along a dimension, as operands.
struct Scales {
  TensorId scale, zero_point;
};
Scales scales(Builder& b, Random& random, const Shape& input, ElementType type) {
  Shape shape(random.coin() ? 1 : 0, 1);
  const std::int32_t axis = random.integer(-1, static_cast<std::int32_t>(input.size()) - 1);
  if (axis >= 0) {
    shape = {input.begin() + axis, input.end()};
    std::fill(shape.begin() + 1, shape.end(), 1);
  }
  std::vector<float> values;
  for (std::int64_t i = 0; i < element_count(shape); ++i) values.push_back(random.real(1e-2F, 2));
  const Bytes zeros = type == s32 ? Bytes(4 * values.size())
                                  : random.elements(type, static_cast<std::int64_t>(values.size()));
  return {b.constant<float>(f32, shape, values), b.constant_bytes(type, shape, zeros, {})};
}

using Oracle = oracle::Tensor (*)(const oracle::Tensor&, const oracle::Tensor&,
                                  const oracle::Tensor&, const oracle::Tensor&);

void agree(const OpDef& op, ElementType from, ElementType to, ElementType zero, Oracle run) {
  Random random(12);
  for (int i = 0; i < 150; ++i) {
    Builder b;
    const Shape shape = random.shape(static_cast<std::size_t>(random.integer(1, 5)), 5);
    const TensorId x = b.input(from, shape);
    const auto [scale, zero_point] = scales(b, random, shape, zero);
    const TensorId y = b.node(op, {}, {x, scale, zero_point}, {}, to);
    b.output(y);
    CAPTURE(to_string(from), to_string(to), to_string(shape), to_string(b.graph[scale].shape));
    REQUIRE(problems(b.graph) == "");
    const Bytes bytes = random.elements(from, element_count(shape));
    const oracle::Tensor expected =
        run(for_oracle(b.graph[x], bytes), for_oracle(b.graph[scale], b.graph[scale].data),
            for_oracle(b.graph[zero_point], b.graph[zero_point].data), for_oracle(b.graph[y]));
    REQUIRE(difference(expected, b.graph[y], Evaluation(b.graph).run({bytes})[0]) == "");
  }
}

Bytes quantized(const std::vector<float>& values, float scale, std::int8_t zero) {
  Builder b;
  const TensorId x = b.input(f32, {static_cast<std::int32_t>(values.size())});
  const TensorId s = b.constant<float>(f32, {}, {scale});
  const TensorId z = b.constant<std::int8_t>(s8, {}, {zero});
  b.output(b.node(ops::quantize_linear, {}, {x, s, z}, {}, s8));
  return Evaluation(b.graph).run({floats(values)})[0];
}

std::string complaint(const OpDef& op, const Tensor& input, const Tensor& scale,
                      const Tensor& zero) {
  Builder b;
  const TensorId x = b.graph.add(input), s = b.graph.add(scale), z = b.graph.add(zero);
  try {
    b.node(op, {}, {x, s, z}, {}, zero.type);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

bool mentions(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Tensor scale_of(const Shape& shape, const std::vector<float>& values) {
  return {.type = f32, .shape = shape, .constant = true, .data = floats(values)};
}
Tensor zeros_of(ElementType type, const Shape& shape, const Bytes& data) {
  return {.type = type, .shape = shape, .constant = true, .data = data};
}

}  // namespace

TEST_CASE("quantize_linear, requantize_linear and dequantize_linear agree with the oracle",
          "[quantize_linear]") {
  for (const ElementType type : {s8, u8, s16}) {
    agree(ops::quantize_linear, f32, type, type, oracle::quantize_linear);
    agree(ops::requantize_linear, s32, type, type, oracle::requantize_linear);
    agree(ops::dequantize_linear, type, f32, type, oracle::dequantize_linear);
  }
  agree(ops::dequantize_linear, s32, f32, s32, oracle::dequantize_linear);
}

TEST_CASE("quantize_linear rounds half to even and saturates", "[quantize_linear]") {
  CHECK(quantized({0.5F, 1.5F, 2.5F, -0.5F, -1.5F, -2.5F}, 1, 1) ==
        to_bytes(std::vector<std::int8_t>{1, 3, 3, 1, -1, -1}));
  constexpr float infinity = std::numeric_limits<float>::infinity();
  CHECK(quantized({infinity, -infinity, 3e38F, -3e38F, std::nanf("")}, 0.1F, -3) ==
        to_bytes(std::vector<std::int8_t>{127, -128, 127, -128, -128}));
}

TEST_CASE("what quantize_linear and dequantize_linear cannot compute", "[quantize_linear]") {
  const Tensor x{.type = f32, .shape = {2, 3}};
  const Tensor one = scale_of({}, {1}), zero = zeros_of(s8, {}, {0});
  const auto& q = ops::quantize_linear;
  CHECK(complaint(q, x, one, zero) == "");
  CHECK(complaint(q, x, scale_of({2, 1}, {1, 2}), zeros_of(s8, {2, 1}, {0, 0})) == "");
  CHECK(mentions(complaint(q, {.type = s64, .shape = {2}}, one, zero), "supported: f32"));
  CHECK(mentions(complaint(q, x, x, zero), "must be constants"));
  CHECK(mentions(complaint(q, x, scale_of({2}, {1, 1}), zeros_of(s8, {2}, {0, 0})),
                 "do not go with the input"));
  CHECK(mentions(complaint(q, x, scale_of({2, 3}, {1, 1, 1, 1, 1, 1}),
                           zeros_of(s8, {2, 3}, {0, 0, 0, 0, 0, 0})),
                 "do not go with the input"));
  CHECK(mentions(complaint(q, x, scale_of({1, 2, 3}, {1, 1, 1, 1, 1, 1}), zero),
                 "do not go with the input"));
  CHECK(mentions(complaint(q, x, scale_of({3}, {1, 1, 1}), zero), "do not go with the input"));
  for (const float bad : {0.0F, -1.0F, std::nanf(""), std::numeric_limits<float>::infinity()})
    CHECK(mentions(complaint(q, x, scale_of({}, {bad}), zero), "no positive number"));
  CHECK(mentions(complaint(ops::dequantize_linear, {.type = s32, .shape = {2}}, one,
                           zeros_of(s32, {}, {1, 0, 0, 0})),
                 "have a zero point"));
  CHECK(mentions(complaint(ops::dequantize_linear, {.type = u8, .shape = {2}}, one, zero),
                 "supported: u8"));
}
