// SPDX-License-Identifier: Apache-2.0
//
// Quotients, remainders, powers, comparisons, logic and choices.
#include <catch2/catch.hpp>
#include <limits>

#include "compiler/evaluate/evaluate.h"
#include "compiler/ops/bit_shift.h"
#include "compiler/ops/comparison.h"
#include "compiler/ops/div.h"
#include "compiler/ops/logic.h"
#include "compiler/ops/mod.h"
#include "compiler/ops/pow.h"
#include "compiler/ops/where.h"
#include "tests/support/builder.h"
#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;

namespace {

using enum ElementType;
using Catch::Contains;

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float no_number = std::numeric_limits<float>::quiet_NaN();

template <typename T>
constexpr ElementType type_of() {
  if constexpr (std::is_same_v<T, float>) return f32;
  if constexpr (std::is_same_v<T, std::int8_t>) return s8;
  if constexpr (std::is_same_v<T, std::uint8_t>) return u8;
  if constexpr (std::is_same_v<T, std::int32_t>) return s32;
  return s64;
}

Bytes run(const OpDef& op, std::any attributes, ElementType type, const Bytes& a, const Bytes& b,
          ElementType result) {
  Builder builder;
  const auto count = static_cast<std::int32_t>(a.size()) / byte_size(type);
  const TensorId x = builder.input(type, {count}), y = builder.input(type, {count});
  builder.output(builder.node(op, std::move(attributes), {x, y}, {}, result));
  REQUIRE(problems(builder.graph) == "");
  return Evaluation(builder.graph).run({a, b})[0];
}

/// a (op) b, of the operands' type.
template <typename T>
std::vector<T> run(const OpDef& op, std::any attributes, const std::vector<T>& a,
                   const std::vector<T>& b) {
  constexpr ElementType type = type_of<T>();
  return elements<T>(
      {.data = run(op, std::move(attributes), type, to_bytes(a), to_bytes(b), type)});
}

template <typename T>
Bytes compare(const OpDef& op, const std::vector<T>& a, const std::vector<T>& b) {
  return run(op, {}, type_of<T>(), to_bytes(a), to_bytes(b), boolean);
}

std::string complaint(const OpDef& op, std::any attributes, const std::vector<Tensor>& operands,
                      const Quantization& output = {}, std::optional<ElementType> type = {}) {
  Builder b;
  std::vector<TensorId> ids;
  for (const Tensor& each : operands)
    ids.push_back(b.input(each.type, each.shape, each.quantization));
  try {
    b.node(op, std::move(attributes), ids, output, type);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

Tensor tensor(ElementType type, Shape shape, Quantization quantization = {}) {
  return {.type = type, .shape = std::move(shape), .quantization = std::move(quantization)};
}

}  // namespace

TEST_CASE("integers are divided towards zero, and by zero give zero", "[arithmetic]") {
  using S8 = std::vector<std::int8_t>;
  using S64 = std::vector<std::int64_t>;
  const ops::DivAttributes none;
  CHECK(run<std::int8_t>(ops::div, none, {7, -7, 7, -128, -128, 5}, {2, 2, -2, -1, 1, 0}) ==
        S8{3, -3, -3, -128, -128, 0});
  CHECK(run<std::uint8_t>(ops::div, none, {255, 255, 9}, {2, 255, 0}) ==
        std::vector<std::uint8_t>{127, 1, 0});
  CHECK(run<std::int32_t>(ops::div, none, {INT32_MIN, INT32_MIN, 1}, {-1, 0, INT32_MAX}) ==
        std::vector<std::int32_t>{INT32_MIN, 0, 0});
  CHECK(run<std::int64_t>(ops::div, none, {INT64_MIN, 1LL << 40}, {-1, 1 << 20}) ==
        S64{INT64_MIN, 1 << 20});
  CHECK(run<float>(ops::div, none, {1, -1, 7}, {0, 0, 2}) ==
        std::vector<float>{infinity, -infinity, 3.5F});
  CHECK(run<float>(ops::div, ops::DivAttributes{Activation::relu6}, {1, -1, 7}, {0, 1, 2}) ==
        std::vector<float>{6, 0, 3.5F});
}

TEST_CASE("remainders have the sign of the dividend, or of the divisor", "[arithmetic]") {
  const std::vector<std::int32_t> a = {7, -7, 7, -7, 6, INT32_MIN, 5};
  const std::vector<std::int32_t> b = {3, 3, -3, -3, 3, -1, 0};
  CHECK(run(ops::mod, ops::ModAttributes{false}, a, b) ==
        std::vector<std::int32_t>{1, -1, 1, -1, 0, 0, 0});
  CHECK(run(ops::mod, ops::ModAttributes{true}, a, b) ==
        std::vector<std::int32_t>{1, 2, -2, -1, 0, 0, 0});
  const std::vector<float> x = {5.5F, -5.5F, 5.5F, -5.5F}, y = {2, 2, -2, -2};
  CHECK(run(ops::mod, ops::ModAttributes{false}, x, y) ==
        std::vector<float>{1.5F, -1.5F, 1.5F, -1.5F});
  CHECK(run(ops::mod, ops::ModAttributes{true}, x, y) ==
        std::vector<float>{1.5F, 0.5F, -0.5F, -1.5F});
}

TEST_CASE("powers of integers wrap, and lose their fraction", "[arithmetic]") {
  CHECK(run<std::int32_t>(ops::pow, {}, {2, 3, -2, 2, 1, -1, -1, 0, 7, 3},
                          {10, 0, 3, -1, -5, -3, -4, -2, 31, 40}) ==
        std::vector<std::int32_t>{1024, 1, -8, 0, 1, -1, 1, 0, 0x0FCB9AB7, 0x291FE821});
  CHECK(run<std::int64_t>(ops::pow, {}, {2, 3}, {62, 3}) ==
        std::vector<std::int64_t>{1LL << 62, 27});
  CHECK(run<float>(ops::pow, {}, {2, 4, 0}, {-1, 0.5F, 0}) == std::vector<float>{0.5F, 2, 1});
}

TEST_CASE("what is not a number is neither equal nor less", "[arithmetic]") {
  const std::vector<float> a = {1, 2, 2, no_number, no_number}, b = {2, 1, 2, no_number, 1};
  CHECK(compare(ops::equal, a, b) == Bytes{0, 0, 1, 0, 0});
  CHECK(compare(ops::less, a, b) == Bytes{1, 0, 0, 0, 0});
  CHECK(compare(ops::less_equal, a, b) == Bytes{1, 0, 1, 0, 0});
  CHECK(compare<std::uint8_t>(ops::less, {0, 255}, {255, 0}) == Bytes{1, 0});
  CHECK(compare<std::int64_t>(ops::less, {-1, 1LL << 40}, {1LL << 40, 0}) == Bytes{1, 0});
}

TEST_CASE("any byte but zero is true", "[arithmetic]") {
  const Bytes a = {0, 0, 1, 1, 7}, b = {0, 1, 0, 1, 2};
  CHECK(run(ops::logical_and, {}, boolean, a, b, boolean) == Bytes{0, 0, 0, 1, 1});
  CHECK(run(ops::logical_or, {}, boolean, a, b, boolean) == Bytes{0, 1, 1, 1, 1});
  CHECK(run(ops::logical_xor, {}, boolean, a, b, boolean) == Bytes{0, 1, 1, 0, 0});
}

TEST_CASE("bits that are shifted beyond a byte are lost", "[arithmetic]") {
  const std::vector<std::uint8_t> x = {0x81, 0x81, 0xff, 0xff, 0xff}, by = {0, 1, 7, 8, 255};
  CHECK(run(ops::bit_shift, ops::BitShiftAttributes{false}, x, by) ==
        std::vector<std::uint8_t>{0x81, 0x02, 0x80, 0, 0});
  CHECK(run(ops::bit_shift, ops::BitShiftAttributes{true}, x, by) ==
        std::vector<std::uint8_t>{0x81, 0x40, 0x01, 0, 0});
}

TEST_CASE("where broadcasts all three of its operands", "[arithmetic]") {
  Random random(41);
  for (int i = 0; i < 300; ++i) {
    Builder b;
    const Shape shape = random.shape(static_cast<std::size_t>(random.integer(0, 4)), 4);
    const auto some = [&] {
      Shape result = shape;
      for (std::int32_t& extent : result)
        if (random.integer(0, 2) == 0) extent = 1;
      return result;
    };
    const ElementType type = random.of<ElementType>({f32, s8, s16, s64, boolean});
    const TensorId c = b.input(boolean, some()), x = b.input(type, some());
    const TensorId y = b.input(type, shape);
    try {
      b.output(b.node(ops::where, {}, {c, x, y}, {}, type));
    } catch (const std::invalid_argument& error) {
      REQUIRE_THAT(error.what(), Contains("loops"));
      continue;
    }
    std::vector<Bytes> data;
    for (const TensorId id : {c, x, y})
      data.push_back(random.elements(b.graph[id].type, element_count(b.graph[id].shape)));
    const oracle::Tensor expected =
        oracle::where(for_oracle(b.graph[c], data[0]), for_oracle(b.graph[x], data[1]),
                      for_oracle(b.graph[y], data[2]), for_oracle(b.graph[b.graph.outputs[0]]));
    REQUIRE(difference(expected, b.graph[b.graph.outputs[0]], Evaluation(b.graph).run(data)[0]) ==
            "");
  }
}

TEST_CASE("arithmetic says what it cannot compute", "[arithmetic]") {
  const Quantization unit = per_tensor(1, 0);
  const Tensor scaled = tensor(s8, {2}, unit), plain = tensor(s8, {2}), real = tensor(f32, {2});
  for (const OpDef* op : {&ops::div, &ops::mod})
    CHECK_THAT(complaint(*op, op->attributes.make(), {scaled, scaled}, unit),
               Contains("the operands have scales"));
  CHECK_THAT(complaint(ops::div, ops::DivAttributes{Activation::relu}, {plain, plain}),
             Contains("activation relu of integers"));
  CHECK_THAT(complaint(ops::pow, {}, {plain, plain}), Contains("supported: f32, s32, s64"));
  CHECK_THAT(complaint(ops::bit_shift, ops::BitShiftAttributes{}, {plain, plain}),
             Contains("supported: u8"));
  const Tensor byte = tensor(u8, {2}, unit);
  CHECK_THAT(complaint(ops::bit_shift, ops::BitShiftAttributes{}, {byte, byte}, unit),
             Contains("not quantized"));
  for (const OpDef* op : {&ops::equal, &ops::less, &ops::less_equal}) {
    CHECK_THAT(complaint(*op, {}, {real, plain}, {}, boolean), Contains("the second operand"));
    CHECK_THAT(complaint(*op, {}, {real, real}, {}, f32), Contains("output"));
    CHECK_THAT(complaint(*op, {}, {scaled, tensor(s8, {2}, per_tensor(2, 0))}, {}, boolean),
               Contains("different scales"));
  }
  CHECK_THAT(complaint(ops::logical_and, {}, {plain, plain}), Contains("supported: bool"));
  CHECK_THAT(complaint(ops::logical_not, {}, {plain}), Contains("supported: bool"));
  const Tensor truth = tensor(boolean, {2});
  CHECK_THAT(complaint(ops::where, {}, {real, real, real}, {}, f32), Contains("the condition"));
  CHECK_THAT(complaint(ops::where, {}, {truth, real, plain}, {}, f32),
             Contains("the last operand"));
  CHECK_THAT(complaint(ops::where, {}, {tensor(boolean, {3}), real, real}, {}, f32),
             Contains("operands 3, 2 and 2 do not broadcast"));
  CHECK_THAT(complaint(ops::where, {}, {truth, scaled, scaled}, per_tensor(2, 0), s8),
             Contains("the second operand"));
}
