// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/reduce.h"

#include <catch2/catch.hpp>

#include "compiler/lower/lower.h"
#include "compiler/ops/arg.h"
#include "compiler/targets/targets.h"
#include "tests/support/builder.h"
#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;
using Catch::Contains;

namespace {

struct ReductionCase {
  const OpDef& op;
  oracle::Tensor (*reference)(const oracle::Tensor&, const oracle::ReductionOptions&,
                              const oracle::Tensor&);
};
const ReductionCase reductions[] = {{ops::mean, oracle::mean}, {ops::sum, oracle::sum}};

std::vector<std::int32_t> some_axes(Random& random, std::size_t rank) {
  std::vector<std::int32_t> axes;
  for (std::size_t i = 0; i < rank; ++i)
    if (random.coin()) axes.push_back(static_cast<std::int32_t>(i));
  return axes;
}

/// Equal scales, the usual case, make exact halves to round; others differ by up to `ratio`.
void try_reduction(Random& random, const ReductionCase& reduction, ElementType type,
                   const Shape& shape, float ratio) {
  const ops::ReduceAttributes attributes{some_axes(random, shape.size()), random.coin()};
  Builder b;
  const Quantization input = random.quantization(type, 0.1F, 1);
  const bool same = random.coin();
  const TensorId x = b.input(type, shape, input);
  const TensorId y = b.node(reduction.op, attributes, {x},
                            same ? input : random.quantization(type, 0.1F / ratio, 10));
  b.output(y);
  REQUIRE(problems(b.graph) == "");
  const Bytes bytes = random.elements(type, element_count(shape));
  const oracle::Tensor expected = reduction.reference(
      for_oracle(b.graph[x], bytes), {{attributes.axes.begin(), attributes.axes.end()}},
      for_oracle(b.graph[y]));
  Evaluation evaluation(b.graph);
  CAPTURE(reduction.op.name, to_string(type), to_string(shape), attributes.axes);
  REQUIRE(difference(expected, b.graph[y], evaluation.run({bytes})[0]) == "");
}

template <typename Attributes>
std::string complaint(const OpDef& op, Attributes attributes, Tensor input,
                      Quantization output = {}, std::optional<ElementType> type = {}) {
  Builder b;
  const TensorId x = b.input(input.type, input.shape, input.quantization);
  try {
    b.node(op, attributes, {x}, std::move(output), type);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

Tensor tensor(ElementType type, Shape shape, Quantization quantization = {}) {
  return {.type = type, .shape = std::move(shape), .quantization = std::move(quantization)};
}

}  // namespace

TEST_CASE("a mean over height and width", "[reduce]") {
  Builder b;
  const TensorId x = b.input(ElementType::f32, {1, 2, 2, 2});
  const TensorId y = b.node(ops::mean, ops::ReduceAttributes{{1, 2}, false}, {x});
  b.output(y);
  CHECK(b.graph[y].shape == Shape{1, 2});
  Evaluation evaluation(b.graph);
  CHECK(evaluation.run({floats({1, 10, 2, 20, 3, 30, 6, 60})})[0] == floats({3, 30}));
}

TEST_CASE("a quantized mean changes scale and zero point", "[reduce]") {
  Builder b;
  const TensorId x = b.input(ElementType::u8, {4}, per_tensor(0.5F, 10));
  b.output(b.node(ops::mean, ops::ReduceAttributes{{0}, true}, {x}, per_tensor(0.25F, 3)));
  Evaluation evaluation(b.graph);
  // 0, 1, 2 and 4 have the mean 1.75: 7 quarters above 3.
  CHECK(evaluation.run({Bytes{10, 12, 14, 18}})[0] == Bytes{10});
}

TEST_CASE("a sum of 32-bit integers wraps around", "[reduce]") {
  Builder b;
  const TensorId x = b.input(ElementType::s32, {2, 2});
  b.output(b.node(ops::sum, ops::ReduceAttributes{{0}, false}, {x}));
  Evaluation evaluation(b.graph);
  const std::vector<std::int32_t> values = {INT32_MAX, 5, 2, -7};
  CHECK(evaluation.run({to_bytes(values)})[0] ==
        to_bytes(std::vector<std::int32_t>{INT32_MIN + 1, -2}));
}

TEST_CASE("reductions agree with the oracle", "[reduce][property]") {
  Random random(1);
  for (int trial = 0; trial < 300; ++trial)
    for (const ReductionCase& reduction : reductions)
      for (const ElementType type :
           {ElementType::f32, ElementType::s8, ElementType::u8, ElementType::s16})
        try_reduction(random, reduction, type,
                      random.shape(static_cast<std::size_t>(random.integer(0, 6)), 4), 100);
}

TEST_CASE("reductions of many elements agree with the oracle", "[reduce][property]") {
  Random random(2);
  for (int trial = 0; trial < 20; ++trial)
    for (const ReductionCase& reduction : reductions)
      for (const ElementType type : {ElementType::s8, ElementType::u8, ElementType::s16})
        try_reduction(random, reduction, type, random.shape(3, type == ElementType::s16 ? 15 : 60),
                      10);
}

TEST_CASE("a mean of next to nothing is the zero point", "[reduce]") {
  // The scale alone is shifted right by 27 bits, that of the mean by no more than 31.
  Builder b;
  const TensorId x = b.input(ElementType::s8, {1 << 12}, per_tensor(1e-8F, 0));
  b.output(b.node(ops::mean, ops::ReduceAttributes{{0}, false}, {x}, per_tensor(1, 5)));
  const std::vector<Step> steps = lower(b.graph, host).steps;
  const auto& fields = steps.front().arguments->fields;
  CHECK(std::get<std::int64_t>(fields[6].values[0]) == -31);
  Evaluation evaluation(b.graph);
  CHECK(evaluation.run({Bytes(1 << 12, 127)})[0] == Bytes{5});
}

TEST_CASE("arg_max and arg_min take the first extreme", "[arg]") {
  for (const OpDef* op : {&ops::arg_max, &ops::arg_min}) {
    Builder b;
    const TensorId x = b.input(ElementType::s32, {5, 1});
    b.output(b.node(*op, ops::ArgAttributes{0}, {x}, {}, ElementType::s32));
    Evaluation evaluation(b.graph);
    const std::vector<std::int32_t> values = {3, INT32_MIN, INT32_MAX, INT32_MIN, INT32_MAX};
    CHECK(evaluation.run({to_bytes(values)})[0] ==
          to_bytes(std::vector<std::int32_t>{op == &ops::arg_max ? 2 : 1}));
  }
}

TEST_CASE("arg_max and arg_min agree with the oracle", "[arg][property]") {
  using enum ElementType;
  Random random(3);
  for (int trial = 0; trial < 400; ++trial) {
    const bool max = random.coin();
    const ElementType type = random.of<ElementType>({f32, s8, u8, s32});
    const Shape shape = random.shape(static_cast<std::size_t>(random.integer(1, 5)), 6);
    const ops::ArgAttributes attributes{
        random.integer(0, static_cast<std::int32_t>(shape.size()) - 1)};
    Builder b;
    const TensorId x = b.input(type, shape);
    const TensorId y =
        b.node(max ? ops::arg_max : ops::arg_min, attributes, {x}, {}, random.coin() ? s32 : s64);
    b.output(y);
    REQUIRE(problems(b.graph) == "");
    const Bytes bytes = random.elements(type, element_count(shape));
    const oracle::Tensor expected = (max ? oracle::arg_max : oracle::arg_min)(
        for_oracle(b.graph[x], bytes), {attributes.axis}, for_oracle(b.graph[y]));
    Evaluation evaluation(b.graph);
    CAPTURE(max, to_string(type), to_string(shape), attributes.axis);
    REQUIRE(difference(expected, b.graph[y], evaluation.run({bytes})[0]) == "");
  }
}

TEST_CASE("reductions say what they cannot do", "[reduce]") {
  using enum ElementType;
  const Quantization fine = per_tensor(0.1F, 3);
  const ops::ReduceAttributes first{{0}, false};
  CHECK(complaint(ops::mean, first, tensor(s8, {2, 3}, fine), fine) == "");
  CHECK_THAT(complaint(ops::mean, first, tensor(s32, {2, 3})), Contains("supported: f32, s8, u8"));
  CHECK_THAT(complaint(ops::sum, first, tensor(s64, {2, 3})), Contains("f32, s8, u8, s16, s32"));
  CHECK_THAT(complaint(ops::mean, first, tensor(s8, {2, 3}), fine), Contains("no scale"));
  CHECK_THAT(complaint(ops::mean, first, tensor(s8, {2, 3}, fine), per_tensor(0, 0)),
             Contains("scales are positive"));
  CHECK_THAT(complaint(ops::mean, first, tensor(s8, {2, 0}, fine), fine), Contains("empty"));
  CHECK_THAT(complaint(ops::mean, first, tensor(f32, {})), Contains("not ascending dimensions"));
  CHECK_THAT(complaint(ops::mean, ops::ReduceAttributes{{1, 0}, false}, tensor(f32, {2, 3})),
             Contains("[1, 0] are not ascending"));
  CHECK_THAT(complaint(ops::mean, ops::ReduceAttributes{{-1}, false}, tensor(f32, {2, 3})),
             Contains("not ascending"));
  CHECK_THAT(complaint(ops::sum, first, tensor(s8, {2, 3}, fine), per_tensor(1e-12F, 0)),
             Contains("overflow 32 bits"));
  CHECK_THAT(complaint(ops::sum, first, tensor(s8, {1 << 24, 3}, fine), fine),
             Contains("overflow 32 bits"));

  const auto arg = [](ElementType type, std::int32_t axis, ElementType output) {
    return complaint(ops::arg_max, ops::ArgAttributes{axis}, tensor(type, {2, 3}), {}, output);
  };
  CHECK(arg(s8, 1, s64) == "");
  CHECK_THAT(arg(s16, 1, s32), Contains("supported: f32, s8, u8, s32"));
  CHECK_THAT(arg(s8, 1, s8), Contains("supported: s32, s64"));
  CHECK_THAT(arg(s8, 2, s32), Contains("axis 2 is no dimension"));
  CHECK_THAT(arg(s8, -1, s32), Contains("axis -1 is no dimension"));
}
