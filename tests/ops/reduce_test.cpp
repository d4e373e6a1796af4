// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/reduce.h"

#include <catch2/catch.hpp>
#include <limits>

#include "compiler/lower/lower.h"
#include "compiler/ops/arg.h"
#include "compiler/ops/cum_sum.h"
#include "compiler/ops/reduce_by.h"
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

TEST_CASE("the other reductions", "[reduce]") {
  const std::vector<std::pair<const OpDef*, float>> results = {
      {&ops::reduce_l1, 7},      {&ops::reduce_l2, 5},     {&ops::reduce_max, 4},
      {&ops::reduce_min, -3},    {&ops::reduce_prod, -12}, {&ops::reduce_sum_square, 25},
      {&ops::reduce_log_sum, 0},
  };
  for (const auto& [op, expected] : results) {
    Builder b;
    const TensorId x = b.input(ElementType::f32, {2});
    b.output(b.node(*op, ops::ReduceAttributes{{0}, false}, {x}));
    Evaluation evaluation(b.graph);
    CAPTURE(op->name);
    CHECK(evaluation.run({floats({-3, 4})})[0] == floats({expected}));
  }
}

TEST_CASE("the log of a sum of exponentials does not overflow", "[reduce]") {
  Builder b;
  const TensorId x = b.input(ElementType::f32, {3, 2});
  b.output(b.node(ops::reduce_log_sum_exp, ops::ReduceAttributes{{1}, false}, {x}));
  const float inf = std::numeric_limits<float>::infinity();
  CHECK(Evaluation(b.graph).run({floats({500, 500, 0, inf, -inf, -inf})})[0] ==
        floats({500 + 0.69314718F, inf, -inf}));
}

TEST_CASE("the other reductions agree with the oracle", "[reduce][property]") {
  using enum ElementType;
  struct Case {
    ReductionCase reduction;
    std::vector<ElementType> types;
  };
  const std::vector<Case> cases = {
      {{ops::reduce_max, oracle::reduce_max}, {f32, s8, u8, s32, s64}},
      {{ops::reduce_min, oracle::reduce_min}, {f32, s8, u8, s32, s64}},
      {{ops::reduce_prod, oracle::reduce_prod}, {f32, s32, s64}},
      {{ops::reduce_l1, oracle::reduce_l1}, {f32, s32, s64}},
      {{ops::reduce_sum_square, oracle::reduce_sum_square}, {f32, s32, s64}},
      {{ops::reduce_l2, oracle::reduce_l2}, {f32}},
      {{ops::reduce_log_sum, oracle::reduce_log_sum}, {f32}},
      {{ops::reduce_log_sum_exp, oracle::reduce_log_sum_exp}, {f32}},
  };
  Random random(4);
  for (int trial = 0; trial < 100; ++trial)
    for (const Case& each : cases)
      for (const ElementType type : each.types) {
        const Shape shape = random.shape(static_cast<std::size_t>(random.integer(0, 6)), 3);
        const ops::ReduceAttributes attributes{some_axes(random, shape.size()), random.coin()};
        Builder b;
        const Quantization quantization = random.quantization(type, 0.1F, 1);
        const TensorId x = b.input(type, shape, quantization);
        const TensorId y = b.node(each.reduction.op, attributes, {x}, quantization);
        b.output(y);
        REQUIRE(problems(b.graph) == "");
        const Bytes bytes = random.elements(type, element_count(shape));
        const oracle::Tensor expected = each.reduction.reference(
            for_oracle(b.graph[x], bytes), {{attributes.axes.begin(), attributes.axes.end()}},
            for_oracle(b.graph[y]));
        CAPTURE(each.reduction.op.name, to_string(type), to_string(shape), attributes.axes);
        REQUIRE(difference(expected, b.graph[y], Evaluation(b.graph).run({bytes})[0]) == "");
      }
}

TEST_CASE("running sums", "[cum_sum]") {
  const auto sums = [](bool exclusive, bool reverse) {
    Builder b;
    const TensorId x = b.input(ElementType::f32, {1, 3});
    b.output(b.node(ops::cum_sum, ops::CumSumAttributes{1, exclusive, reverse}, {x}));
    return Evaluation(b.graph).run({floats({1, 2, 4})})[0];
  };
  CHECK(sums(false, false) == floats({1, 3, 7}));
  CHECK(sums(true, false) == floats({0, 1, 3}));
  CHECK(sums(false, true) == floats({7, 6, 4}));
  CHECK(sums(true, true) == floats({6, 4, 0}));
}

TEST_CASE("running sums agree with the oracle", "[cum_sum][property]") {
  using enum ElementType;
  Random random(5);
  for (int trial = 0; trial < 200; ++trial) {
    const ElementType type = random.of<ElementType>({f32, s32, s64});
    const Shape shape = random.shape(static_cast<std::size_t>(random.integer(1, 6)), 4);
    const ops::CumSumAttributes attributes{
        random.integer(0, static_cast<std::int32_t>(shape.size()) - 1), random.coin(),
        random.coin()};
    Builder b;
    const TensorId x = b.input(type, shape);
    const TensorId y = b.node(ops::cum_sum, attributes, {x});
    b.output(y);
    const Bytes bytes = random.elements(type, element_count(shape));
    const oracle::Tensor expected = oracle::cum_sum(
        for_oracle(b.graph[x], bytes), {attributes.axis, attributes.exclusive, attributes.reverse},
        for_oracle(b.graph[y]));
    CAPTURE(to_string(type), to_string(shape), attributes.axis);
    REQUIRE(difference(expected, b.graph[y], Evaluation(b.graph).run({bytes})[0]) == "");
  }
}

TEST_CASE("arg_max and arg_min take the first or last extreme", "[arg]") {
  for (const OpDef* op : {&ops::arg_max, &ops::arg_min}) {
    Builder b;
    const TensorId x = b.input(ElementType::s32, {5, 1});
    b.output(b.node(*op, ops::ArgAttributes{0}, {x}, {}, ElementType::s32));
    b.output(b.node(*op, ops::ArgAttributes{0, true}, {x}, {}, ElementType::s32));
    Evaluation evaluation(b.graph);
    const std::vector<std::int32_t> values = {3, INT32_MIN, INT32_MAX, INT32_MIN, INT32_MAX};
    const auto positions = evaluation.run({to_bytes(values)});
    CHECK(positions[0] == to_bytes(std::vector<std::int32_t>{op == &ops::arg_max ? 2 : 1}));
    CHECK(positions[1] == to_bytes(std::vector<std::int32_t>{op == &ops::arg_max ? 4 : 3}));
  }
}

TEST_CASE("arg_max and arg_min agree with the oracle", "[arg][property]") {
  using enum ElementType;
  Random random(3);
  for (int trial = 0; trial < 400; ++trial) {
    const bool max = random.coin();
    const ElementType type = random.of<ElementType>({f32, s8, u8, s32, s64});
    const Shape shape = random.shape(static_cast<std::size_t>(random.integer(1, 5)), 6);
    const ops::ArgAttributes attributes{
        random.integer(0, static_cast<std::int32_t>(shape.size()) - 1), random.coin()};
    Builder b;
    const TensorId x = b.input(type, shape);
    const TensorId y =
        b.node(max ? ops::arg_max : ops::arg_min, attributes, {x}, {}, random.coin() ? s32 : s64);
    b.output(y);
    REQUIRE(problems(b.graph) == "");
    const Bytes bytes = random.elements(type, element_count(shape));
    const oracle::Tensor expected = (max ? oracle::arg_max : oracle::arg_min)(
        for_oracle(b.graph[x], bytes), {attributes.axis, attributes.last}, for_oracle(b.graph[y]));
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
  CHECK_THAT(complaint(ops::sum, first, tensor(boolean, {2, 3})),
             Contains("f32, s8, u8, s16, s32, s64"));
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
  CHECK_THAT(complaint(ops::reduce_max, first, tensor(s8, {2, 3}, fine), per_tensor(0.1F, 4)),
             Contains("insert a QUANTIZE"));
  CHECK_THAT(complaint(ops::reduce_prod, first, tensor(s8, {2, 3}, fine), fine),
             Contains("supported: f32, s32, s64"));
  CHECK_THAT(complaint(ops::reduce_l2, first, tensor(s32, {2, 3})), Contains("supported: f32"));
  CHECK_THAT(complaint(ops::reduce_min, ops::ReduceAttributes{{2}, false}, tensor(f32, {2, 3})),
             Contains("not ascending"));
  CHECK_THAT(complaint(ops::cum_sum, ops::CumSumAttributes{2}, tensor(f32, {2, 3})),
             Contains("axis 2 is no dimension"));
  CHECK_THAT(complaint(ops::cum_sum, ops::CumSumAttributes{0}, tensor(u8, {2, 3})),
             Contains("supported: f32, s32, s64"));
  CHECK_THAT(arg(s8, 1, s8), Contains("supported: s32, s64"));
  CHECK_THAT(arg(s8, 2, s32), Contains("axis 2 is no dimension"));
  CHECK_THAT(arg(s8, -1, s32), Contains("axis -1 is no dimension"));
}
