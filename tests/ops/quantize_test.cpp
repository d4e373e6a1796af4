// SPDX-License-Identifier: Apache-2.0
//
// quantize and dequantize.
#include "compiler/ops/quantize.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "compiler/evaluate/evaluate.h"
#include "compiler/ops/dequantize.h"
#include "compiler/targets/targets.h"
#include "smelt/quantize.h"
#include "tests/support/builder.h"
#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;

namespace {

using enum ElementType;

/// Any scale and zero point, of s16 too.
Quantization quantization(Random& random, ElementType type) {
  if (type == f32) return {};
  Quantization result = random.quantization(s8, 1e-2F, 1);
  result.zero_points = {random.integer(range_of(type).min, range_of(type).max)};
  return result;
}

/// quantize or dequantize by both rows of its table.
void attempt(const OpDef& op, const Tensor& from, const Tensor& to, const Bytes& bytes,
             const auto& expected) {
  Builder b;
  const TensorId x = b.input(from.type, from.shape, from.quantization);
  const TensorId y = b.node(op, {}, {x}, to.quantization, to.type);
  b.output(y);
  CAPTURE(to_string(from.type), to_string(to.type), from.quantization.scales,
          from.quantization.zero_points, to.quantization.scales, to.quantization.zero_points);
  REQUIRE(problems(b.graph) == "");
  const oracle::Tensor result = expected(for_oracle(b.graph[x], bytes), for_oracle(b.graph[y]));
  for (const KernelChoice choice : {KernelChoice::portable, KernelChoice::best}) {
    Evaluation evaluation(b.graph, choice);
    REQUIRE(difference(result, b.graph[y], evaluation.run({bytes})[0]) == "");
  }
}

std::vector<std::int8_t> quantized(const std::vector<float>& x, float scale, std::int32_t zero) {
  Builder b;
  b.output(b.node(ops::quantize, {}, {b.input(f32, {static_cast<std::int32_t>(x.size())})},
                  per_tensor(scale, zero), s8));
  const Bytes bytes = Evaluation(b.graph).run({floats(x)})[0];
  return {bytes.begin(), bytes.end()};
}

std::string complaint(const OpDef& op, const Tensor& from, const Tensor& to) {
  Builder b;
  try {
    b.node(op, {}, {b.input(from.type, {4}, from.quantization)}, to.quantization, to.type);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

bool mentions(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Tensor tensor(ElementType type, Quantization quantization = {}) {
  return {.type = type, .shape = {4}, .quantization = std::move(quantization)};
}

}  // namespace

TEST_CASE("quantize agrees with the oracle for all types", "[quantize]") {
  Random random(6);
  for (int i = 0; i < 100; ++i)
    for (const ElementType from : {f32, s8, u8, s16})
      for (const ElementType to : {s8, u8, s16}) {
        const Tensor input{
            .type = from, .shape = random.shape(3, 7), .quantization = quantization(random, from)};
        const Bytes bytes = random.elements(from, element_count(input.shape));
        attempt(ops::quantize, input, tensor(to, quantization(random, to)), bytes,
                oracle::quantize);
      }
}

TEST_CASE("quantize divides by the scale", "[quantize]") {
  // Halves are where a product with the scale's reciprocal would differ.
  Random random(14);
  const float scale = 0.0371F;
  std::vector<float> halves;
  for (int i = -128; i < 128; ++i) halves.push_back(scale * (static_cast<float>(i) + 0.5F));
  Tensor input = tensor(f32);
  input.shape = {256};
  attempt(ops::quantize, input, tensor(s8, per_tensor(scale, 0)), floats(halves), oracle::quantize);
}

TEST_CASE("dequantize is exact in every bit", "[quantize]") {
  Random random(8);
  std::vector<std::int16_t> all(65536);
  std::iota(all.begin(), all.end(), std::int16_t{-32768});
  for (int i = 0; i < 20; ++i)
    for (const ElementType from : {s8, u8, s16}) {
      const bool wide = from == s16;
      Bytes bytes(256);
      std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
      if (wide) bytes = to_bytes(all);
      Builder b;
      const TensorId x = b.input(from, {wide ? 65536 : 256}, quantization(random, from));
      const TensorId y = b.node(ops::dequantize, {}, {x}, {}, f32);
      b.output(y);
      REQUIRE(problems(b.graph) == "");
      const oracle::Tensor expected =
          oracle::dequantize(for_oracle(b.graph[x], bytes), for_oracle(b.graph[y]));
      REQUIRE(Evaluation(b.graph).run({bytes})[0] == floats(expected.f));
    }
}

TEST_CASE("quantize rounds half away from zero and saturates", "[quantize]") {
  constexpr float inf = std::numeric_limits<float>::infinity();
  using Values = std::vector<std::int8_t>;
  CHECK(quantized({0.5F, 1.5F, -0.5F, -2.5F, 0.49999997F, -0.49999997F}, 1, 0) ==
        Values{1, 2, -1, -3, 0, 0});
  CHECK(quantized({1, -1, 0.25F}, 0.5F, 7) == Values{9, 5, 8});
  CHECK(quantized({1e30F, -1e30F, inf, -inf, 3e9F, -3e9F}, 1, 0) ==
        Values{127, -128, 127, -128, 127, -128});
  CHECK(quantized({1e30F, -1e30F}, 1e-30F, -128) == Values{127, -128});
  CHECK(quantized({std::nanf("")}, 1, 0) == Values{-128});
}

TEST_CASE("round_half_away is std::round", "[quantize]") {
  std::mt19937 bits(9);
  for (int i = 0; i < 1000000; ++i) {
    const auto pattern = static_cast<std::uint32_t>(bits());
    float x = 0;
    std::memcpy(&x, &pattern, sizeof(x));
    if (i % 2 == 0) x = static_cast<float>(static_cast<std::int32_t>(pattern) >> 4) / 2;
    if (!(std::abs(x) < 1073741824.0F)) continue;
    if (round_half_away(x) != static_cast<std::int32_t>(std::round(x))) {
      CAPTURE(x);
      REQUIRE(round_half_away(x) == static_cast<std::int32_t>(std::round(x)));
    }
  }
  // The sum x + 0.5 of the common shortcut would round these up.
  CHECK(round_half_away(0.49999997F) == 0);
  CHECK(round_half_away(8388609.0F) == 8388609);
  CHECK(round_half_away(-4194303.5F) == -4194304);
}

TEST_CASE("quantize of bytes to bytes is a table", "[quantize]") {
  const auto kernel = [](ElementType from, ElementType to) {
    Builder b;
    const Quantization unit = per_tensor(1, 0);
    b.output(b.node(ops::quantize, {}, {b.input(from, {4}, from == f32 ? Quantization{} : unit)},
                    unit, to));
    const Step step = lower(b.graph, host).steps[0];
    return step.kernel.name + (step.in_place ? " in place" : "");
  };
  CHECK(kernel(u8, s8) == "lookup_8 in place");
  CHECK(kernel(s8, s8) == "lookup_8 in place");
  CHECK(kernel(s8, s16) == "requantize_s16");
  CHECK(kernel(s16, u8) == "requantize_u8 in place");
  CHECK(kernel(f32, s8) == "quantize_s8 in place");
  CHECK(kernel(f32, s16) == "quantize_s16");
}

TEST_CASE("quantize and dequantize say what they cannot compute", "[quantize]") {
  const Quantization unit = per_tensor(1, 0);
  CHECK(mentions(complaint(ops::quantize, tensor(s32, unit), tensor(s8, unit)),
                 "supported: f32, s8, u8, s16"));
  CHECK(
      mentions(complaint(ops::quantize, tensor(f32), tensor(s32, unit)), "supported: s8, u8, s16"));
  CHECK(mentions(complaint(ops::quantize, tensor(f32), tensor(s8)), "no scale"));
  CHECK(mentions(complaint(ops::quantize, tensor(f32), tensor(s8, per_tensor(0, 0))), "scale 0"));
  CHECK(mentions(complaint(ops::quantize, tensor(s8), tensor(s8, unit)), "no scale"));
  CHECK(mentions(complaint(ops::quantize, tensor(s16, unit), tensor(s8, per_tensor(1e-6F, 0))),
                 "overflows 32 bits"));
  CHECK(mentions(complaint(ops::dequantize, tensor(f32), tensor(f32)), "supported: s8, u8, s16"));
  CHECK(mentions(complaint(ops::dequantize, tensor(s8, unit), tensor(s8, unit)), "supported: f32"));
  CHECK(mentions(complaint(ops::dequantize, tensor(s8, {{1, 2}, {0, 0}, 0}), tensor(f32)),
                 "scale per channel"));
}
