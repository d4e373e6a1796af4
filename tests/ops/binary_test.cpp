// SPDX-License-Identifier: Apache-2.0
//
// add, sub, mul, maximum, minimum: what they share is tested once, for all of them.
#include "compiler/ops/binary.h"

#include <catch2/catch.hpp>

#include "compiler/evaluate/evaluate.h"
#include "compiler/lower/lower.h"
#include "compiler/ops/add.h"
#include "compiler/ops/maximum.h"
#include "compiler/ops/minimum.h"
#include "compiler/ops/mul.h"
#include "compiler/ops/sub.h"
#include "compiler/targets/targets.h"
#include "tests/support/builder.h"
#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;

namespace {

struct Operator {
  const OpDef& op;
  std::any (*attributes)(Activation);
  oracle::Tensor (*expected)(const oracle::Tensor&, const oracle::Tensor&, oracle::Activation,
                             const oracle::Tensor& like);
};

template <typename Attributes>
std::any with(Activation activation) {
  return Attributes{.activation = activation};
}

template <auto function>
oracle::Tensor activated(const oracle::Tensor& a, const oracle::Tensor& b,
                         oracle::Activation activation, const oracle::Tensor& like) {
  return function(a, b, {activation}, like);
}

template <auto function>
oracle::Tensor plain(const oracle::Tensor& a, const oracle::Tensor& b, oracle::Activation,
                     const oracle::Tensor& like) {
  return function(a, b, like);
}

const Operator operators[] = {
    {ops::add, with<ops::AddAttributes>, activated<oracle::add>},
    {ops::sub, with<ops::SubAttributes>, activated<oracle::sub>},
    {ops::mul, with<ops::MulAttributes>, activated<oracle::mul>},
    {ops::maximum, [](Activation) { return std::any(); }, plain<oracle::maximum>},
    {ops::minimum, [](Activation) { return std::any(); }, plain<oracle::minimum>},
};

bool compares(const OpDef& op) {
  return &op == &ops::maximum || &op == &ops::minimum;
}

/// `shape` with some extents 1 and perhaps without its outermost dimensions.
Shape repeated(Random& random, Shape shape) {
  const std::int32_t pattern = random.integer(0, 3);
  if (pattern == 0) return shape;
  for (std::int32_t& extent : shape)
    if (random.integer(0, pattern) == 0) extent = 1;
  const auto dropped = random.integer(0, static_cast<std::int32_t>(shape.size()));
  if (random.coin()) shape.erase(shape.begin(), shape.begin() + dropped);
  return shape;
}

TensorId operand(Random& random, Builder& b, ElementType type, const Shape& shape,
                 const Quantization& quantization, Bytes& bytes) {
  bytes = random.elements(type, element_count(shape));
  return random.integer(0, 2) == 0 ? b.constant_bytes(type, shape, bytes, quantization)
                                   : b.input(type, shape, quantization);
}

/// One operator on random operands, against the oracle.
void attempt(Random& random, const Operator& each, ElementType type, float min_scale,
             float max_scale) {
  Builder b;
  const auto rank = static_cast<std::size_t>(random.integer(0, 6));
  const Shape shape = random.shape(rank, rank > 4 ? 3 : 5);
  const Shape shape_a = repeated(random, shape), shape_b = repeated(random, shape);
  if (broadcast_loops({shape_a, shape_b}).size() > 4) return;
  const bool plain = min_scale == 0;
  const auto quantization = [&] {
    return plain ? Quantization{} : random.quantization(type, min_scale, max_scale);
  };
  const Quantization scale_a = quantization();
  const Quantization scale_b = compares(each.op) ? scale_a : quantization();
  const auto activation =
      static_cast<Activation>(plain && type != ElementType::s32 ? 0 : random.integer(0, 3));
  Bytes bytes_a, bytes_b;
  const TensorId x = operand(random, b, type, shape_a, scale_a, bytes_a);
  const TensorId y = operand(random, b, type, shape_b, scale_b, bytes_b);
  const TensorId z = b.node(each.op, each.attributes(activation), {x, y},
                            compares(each.op) ? scale_a : quantization());
  b.output(z);
  CAPTURE(each.op.name, to_string(type), to_string(shape_a), to_string(shape_b));
  REQUIRE(problems(b.graph) == "");
  std::vector<Bytes> inputs;
  for (const TensorId id : b.graph.inputs) inputs.push_back(id == x ? bytes_a : bytes_b);
  const oracle::Tensor expected =
      each.expected(for_oracle(b.graph[x], bytes_a), for_oracle(b.graph[y], bytes_b),
                    static_cast<oracle::Activation>(activation), for_oracle(b.graph[z]));
  Evaluation evaluation(b.graph);
  REQUIRE(difference(expected, b.graph[z], evaluation.run(inputs)[0]) == "");
}

std::string complaint(const OpDef& op, std::any attributes, const Tensor& a, const Tensor& b,
                      const Quantization& output) {
  Builder builder;
  const TensorId x = builder.input(a.type, a.shape, a.quantization);
  const TensorId y = builder.input(b.type, b.shape, b.quantization);
  try {
    builder.node(op, std::move(attributes), {x, y}, output);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

Tensor tensor(ElementType type, Shape shape, Quantization quantization = {}) {
  return {.type = type, .shape = std::move(shape), .quantization = std::move(quantization)};
}

std::vector<std::uint8_t> bytes_of(const std::vector<std::int32_t>& values) {
  return to_bytes(values);
}

}  // namespace

TEST_CASE("binary operators agree with the oracle", "[binary]") {
  Random random(1);
  for (int i = 0; i < 400; ++i)
    for (const Operator& each : operators) {
      attempt(random, each, ElementType::f32, 1, 1);
      attempt(random, each, ElementType::s8, 1e-2F, 1);
      attempt(random, each, ElementType::u8, 1e-2F, 1);
      // Products of a finer output would leave 32 bits.
      attempt(random, each, ElementType::s16, 0.1F, 0.3F);
      // Scales far apart, where most bits of one operand are lost.
      attempt(random, each, ElementType::s8, 1e-3F, 1);
    }
  for (int i = 0; i < 50; ++i)
    for (const Operator& each : operators)
      for (const ElementType type :
           {ElementType::s8, ElementType::u8, ElementType::s16, ElementType::s32, ElementType::s64})
        attempt(random, each, type, 0, 0);  // without scales
}

TEST_CASE("results for every pair of bytes agree with the oracle", "[binary]") {
  // Scales for which it shows that sub rounds its multipliers to float, and that add and (with the
  // last) mul do not.
  constexpr float scales[][3] = {{0.926749825F, 0.981500506F, 0.839570105F},
                                 {0.522019625F, 0.412956238F, 1.15925229F},
                                 {0.963848829F, 0.898662686F, 1.07613456F},
                                 {0.92718339F, 0.876271069F, 30.0617867F}};
  Bytes bytes(256);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i);
  for (const auto& [scale_a, scale_b, scale] : scales)
    for (const Operator& each : {operators[0], operators[1], operators[2]}) {
      Builder b;
      const TensorId x = b.constant_bytes(ElementType::s8, {256, 1}, bytes, per_tensor(scale_a, 0));
      const TensorId y = b.constant_bytes(ElementType::s8, {256}, bytes, per_tensor(scale_b, 0));
      const TensorId z =
          b.node(each.op, each.attributes(Activation::none), {x, y}, per_tensor(scale, 0));
      b.output(z);
      const oracle::Tensor expected =
          each.expected(for_oracle(b.graph[x], bytes), for_oracle(b.graph[y], bytes),
                        oracle::Activation::none, for_oracle(b.graph[z]));
      REQUIRE(difference(expected, b.graph[z], Evaluation(b.graph).run({})[0]) == "");
    }
}

TEST_CASE("quantized sums of equal scales are sums of real numbers", "[binary]") {
  Builder b;
  const Quantization half = per_tensor(0.5F, -10);
  const TensorId x = b.input(ElementType::s8, {3}, half);
  const TensorId y = b.input(ElementType::s8, {3}, half);
  b.output(b.node(ops::add, ops::AddAttributes{}, {x, y}, per_tensor(1, 5)));
  b.output(b.node(ops::sub, ops::SubAttributes{}, {x, y}, per_tensor(1, 5)));
  Evaluation evaluation(b.graph);
  // Reals 10, 0, 68.5 and 1, -2.5, 68.5; the half -2.5 + 5 rounds away from zero before the shift.
  const auto results = evaluation.run({to_bytes(std::vector<std::int8_t>{10, -10, 127}),
                                       to_bytes(std::vector<std::int8_t>{-8, -15, 127})});
  CHECK(results[0] == to_bytes(std::vector<std::int8_t>{16, 2, 127}));
  CHECK(results[1] == to_bytes(std::vector<std::int8_t>{14, 8, 5}));
}

TEST_CASE("integers wrap and are clamped by an activation", "[binary]") {
  Builder b;
  const TensorId x = b.input(ElementType::s32, {3});
  const TensorId y = b.input(ElementType::s32, {3});
  b.output(b.node(ops::add, ops::AddAttributes{}, {x, y}));
  b.output(b.node(ops::sub, ops::SubAttributes{.activation = Activation::relu6}, {x, y}));
  b.output(b.node(ops::mul, ops::MulAttributes{}, {x, y}));
  b.output(b.node(ops::maximum, {}, {x, y}));
  b.output(b.node(ops::minimum, {}, {x, y}));
  REQUIRE(problems(b.graph) == "");
  Evaluation evaluation(b.graph);
  const auto results = evaluation.run({bytes_of({INT32_MAX, -7, 4}), bytes_of({1, INT32_MIN, -3})});
  CHECK(results[0] == bytes_of({INT32_MIN, INT32_MAX - 6, 1}));
  CHECK(results[1] == bytes_of({6, 6, 6}));
  CHECK(results[2] == bytes_of({INT32_MAX, INT32_MIN, -12}));
  CHECK(results[3] == bytes_of({INT32_MAX, -7, 4}));
  CHECK(results[4] == bytes_of({1, INT32_MIN, -3}));
}

TEST_CASE("neighbouring dimensions that behave alike are one loop", "[binary]") {
  using Loops = std::vector<BroadcastLoop>;
  CHECK(broadcast_loops({{2, 3, 4}, {2, 3, 4}}) == Loops{{24, {1, 1}}});
  CHECK(broadcast_loops({{2, 3, 4}, Shape{}}) == Loops{{24, {1, 0}}});
  CHECK(broadcast_loops({{1, 8, 8, 3}, {3}}) == Loops{{64, {3, 0}}, {3, {1, 1}}});
  CHECK(broadcast_loops({{4, 1}, {1, 5}}) == Loops{{4, {1, 0}}, {5, {0, 1}}});
  CHECK(broadcast_loops({{2, 1, 3}, {2, 1, 3}}) == Loops{{6, {1, 1}}});
  CHECK(broadcast_loops({{1, 1}, {1}}).empty());
  CHECK(broadcast_loops({{2, 1}, {2, 3}, {1}}) == Loops{{2, {1, 3, 0}}, {3, {0, 1, 0}}});
}

TEST_CASE("an output may overwrite an operand of its shape", "[binary]") {
  Builder b;
  const TensorId x = b.input(ElementType::f32, {2, 2});
  const TensorId y = b.input(ElementType::f32, {2});
  b.output(b.node(ops::sub, ops::SubAttributes{}, {y, x}));
  const Program program = lower(b.graph, host);
  const Step& step = program.steps[0];
  CHECK(step.in_place);
  float full[] = {1, 2, 3, 4}, row[] = {10, 20};
  step.kernel.invoke({nullptr, &*step.arguments, {row, full, full}, {}});
  CHECK(std::vector<float>(full, full + 4) == std::vector<float>{9, 18, 7, 16});
}

TEST_CASE("binary operators say what they cannot compute", "[binary]") {
  using enum ElementType;
  const Quantization unit = per_tensor(1, 0);
  const auto add = [&](const Tensor& x, const Tensor& y, const Quantization& output = {}) {
    return complaint(ops::add, ops::AddAttributes{}, x, y, output);
  };
  CHECK(add(tensor(f32, {2, 3}), tensor(f32, {2})).find("do not broadcast") != std::string::npos);
  CHECK(add(tensor(f32, {0}), tensor(f32, {1})).find("do not broadcast") != std::string::npos);
  CHECK(add(tensor(f32, {1 << 20, 1}), tensor(f32, {1 << 20})).find("do not broadcast") !=
        std::string::npos);
  CHECK(add(tensor(boolean, {1}), tensor(boolean, {1})).find("supported: f32, s8, u8, s16") !=
        std::string::npos);
  CHECK(add(tensor(s16, {1}, unit), tensor(s16, {1}), unit).find("no scale") != std::string::npos);
  CHECK(add(tensor(s16, {1}, unit), tensor(s16, {1}, per_tensor(1, 3)), unit).find("symmetric") !=
        std::string::npos);
  CHECK(complaint(ops::add, ops::AddAttributes{Activation::relu}, tensor(s64, {1}),
                  tensor(s64, {1}), {})
            .find("activation relu of type s64 without a scale") != std::string::npos);
  CHECK(add(tensor(f32, {1}), tensor(s32, {1})).find("the second operand") != std::string::npos);
  CHECK(add(tensor(f32, {2, 2, 2, 2, 2, 2}), tensor(f32, {2, 1, 2, 1, 2, 1})).find("4 loops") !=
        std::string::npos);
  CHECK(add(tensor(s8, {1}, unit), tensor(s8, {1})).find("no scale") != std::string::npos);
  CHECK(add(tensor(s8, {1}, unit), tensor(s8, {1}, per_tensor(0, 0)), unit).find("scale 0") !=
        std::string::npos);
  CHECK(add(tensor(s8, {1}, unit), tensor(s8, {1}, per_tensor(1, 128)), unit)
            .find("zero point 128") != std::string::npos);
  CHECK(add(tensor(s8, {1}, unit), tensor(s8, {1}, unit), per_tensor(1e-7F, 0))
            .find("larger scale") != std::string::npos);
  CHECK(complaint(ops::sub, ops::SubAttributes{}, tensor(s8, {1}, per_tensor(3e38F, 0)),
                  tensor(s8, {1}, unit), unit)
            .find("larger scale") != std::string::npos);
  CHECK(complaint(ops::mul, ops::MulAttributes{}, tensor(u8, {1}, unit), tensor(u8, {1}, unit),
                  per_tensor(1e-6F, 0))
            .find("overflows 32 bits") != std::string::npos);
  CHECK(complaint(ops::maximum, {}, tensor(s8, {1}, unit), tensor(s8, {1}, per_tensor(1, 1)), unit)
            .find("the second operand") != std::string::npos);
  CHECK(complaint(ops::minimum, {}, tensor(s8, {1}, per_tensor(2, 0)), tensor(s8, {1}, unit), unit)
            .find("the first operand") != std::string::npos);
}
