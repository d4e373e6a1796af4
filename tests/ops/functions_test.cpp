// SPDX-License-Identifier: Apache-2.0
//
// Functions of one real number, and of integers that stand for themselves.
#include "compiler/ops/functions.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "compiler/evaluate/evaluate.h"
#include "compiler/lower/lower.h"
#include "compiler/ops/elu.h"
#include "compiler/ops/log_softmax.h"
#include "compiler/targets/targets.h"
#include "tests/support/builder.h"
#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;

namespace {

using enum ElementType;
using Catch::Contains;

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float no_number = std::numeric_limits<float>::quiet_NaN();

/// Where a function is tested, and whether the oracle has it from the same library, so that tables
/// must agree in every bit.
struct Function {
  const OpDef& op;
  oracle::Tensor (*expected)(const oracle::Tensor&, const oracle::Tensor& like);
  float min, max;
  bool exact = true;
};

const Function functions[] = {
    {ops::abs, oracle::abs, -10, 10},
    {ops::acos, oracle::acos, -1.1F, 1.1F},
    {ops::acosh, oracle::acosh, 0.9F, 20'000, false},
    {ops::asin, oracle::asin, -1.1F, 1.1F},
    {ops::asinh, oracle::asinh, -20'000, 20'000, false},
    {ops::atan, oracle::atan, -10, 10},
    {ops::atanh, oracle::atanh, -1.1F, 1.1F, false},
    {ops::ceil, oracle::ceil, -10, 10},
    {ops::cos, oracle::cos, -100, 100},
    {ops::cosh, oracle::cosh, -10, 10},
    {ops::erf, oracle::erf, -5, 5, false},
    {ops::exp, oracle::exp, -20, 20},
    {ops::floor, oracle::floor, -10, 10},
    {ops::gelu, oracle::gelu, -8, 8, false},
    {ops::log, oracle::log, -0.5F, 10},
    {ops::neg, oracle::neg, -10, 10},
    {ops::reciprocal, oracle::reciprocal, -10, 10},
    {ops::round, oracle::round, -10, 10},
    {ops::rsqrt, oracle::rsqrt, -0.5F, 10},
    {ops::sign, oracle::sign, -10, 10},
    {ops::sin, oracle::sin, -100, 100},
    {ops::sinh, oracle::sinh, -10, 10},
    {ops::softplus, oracle::softplus, -100, 100, false},
    {ops::softsign, oracle::softsign, -10, 10},
    {ops::sqrt, oracle::sqrt, -0.5F, 10},
    {ops::tan, oracle::tan, -10, 10},
};

std::vector<float> reals(const Bytes& bytes) {
  return elements<float>({.data = bytes});
}

Bytes run(const OpDef& op, ElementType type, const Bytes& x, std::any attributes = {}) {
  Builder b;
  const auto count = static_cast<std::int32_t>(x.size()) / byte_size(type);
  b.output(b.node(op, std::move(attributes), {b.input(type, {count})}));
  REQUIRE(problems(b.graph) == "");
  return Evaluation(b.graph).run({x})[0];
}

std::vector<float> run(const OpDef& op, const std::vector<float>& x, std::any attributes = {}) {
  return reals(run(op, f32, floats(x), std::move(attributes)));
}

/// One element at a time, so that small results are held to their own size.
void check_floats(Random& random, const Function& function) {
  for (int i = 0; i < 300; ++i) {
    Builder b;
    const TensorId x = b.input(f32, {1}), y = b.node(function.op, {}, {x});
    b.output(y);
    const float scale = random.of<float>({1, 1, 1e-3F});
    const Bytes bytes = floats({scale * random.real(function.min, function.max)});
    const oracle::Tensor expected =
        function.expected(for_oracle(b.graph[x], bytes), for_oracle(b.graph[y]));
    CAPTURE(function.op.name, reals(bytes)[0]);
    REQUIRE(difference(expected, b.graph[y], Evaluation(b.graph).run({bytes})[0]) == "");
  }
}

/// What differs by one where the library is another may be a tie.
bool agree(const oracle::Tensor& expected, const Tensor& tensor, const Bytes& actual, bool exact) {
  const oracle::Tensor found = for_oracle(tensor, actual);
  for (std::size_t i = 0; i < expected.q.size(); ++i)
    if (std::abs(found.q[i] - expected.q[i]) > (exact ? 0 : 1)) return false;
  return found.q.size() == expected.q.size();
}

void check_bytes(Random& random, const Function& function, ElementType type) {
  Bytes bytes(256);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  Builder b;
  const TensorId x = b.input(type, {256}, random.quantization(type, 1e-3F, 1));
  const TensorId y = b.node(function.op, {}, {x}, random.quantization(type, 1e-3F, 1));
  b.output(y);
  CAPTURE(function.op.name, b.graph[x].quantization.scales, b.graph[y].quantization.scales);
  REQUIRE(problems(b.graph) == "");
  const oracle::Tensor expected =
      function.expected(for_oracle(b.graph[x], bytes), for_oracle(b.graph[y]));
  for (const KernelChoice choice : {KernelChoice::portable, KernelChoice::best})
    REQUIRE(
        agree(expected, b.graph[y], Evaluation(b.graph, choice).run({bytes})[0], function.exact));
}

}  // namespace

TEST_CASE("functions of real numbers agree with the oracle", "[functions]") {
  Random random(31);
  for (const Function& function : functions) {
    check_floats(random, function);
    for (int i = 0; i < 30; ++i)
      for (const ElementType type : {s8, u8}) check_bytes(random, function, type);
  }
}

TEST_CASE("functions at the ends of the floats", "[functions]") {
  CHECK(run(ops::round, {0.5F, 1.5F, 2.5F, -0.5F, -1.5F, 8388609, -infinity}) ==
        std::vector<float>{0, 2, 2, 0, -2, 8388609, -infinity});
  CHECK(std::signbit(run(ops::round, {-0.3F})[0]));
  CHECK(run(ops::erf, {0, 10, -infinity}) == std::vector<float>{0, 1, -1});
  CHECK(run(ops::gelu, {0, infinity, -infinity, 20}) == std::vector<float>{0, infinity, 0, 20});
  CHECK(run(ops::softplus, {-infinity, 200, infinity}) == std::vector<float>{0, 200, infinity});
  CHECK(run(ops::atanh, {0, 1, -1}) == std::vector<float>{0, infinity, -infinity});
  CHECK(run(ops::acosh, {1, infinity}) == std::vector<float>{0, infinity});
  CHECK(run(ops::asinh, {0, infinity, -infinity}) == std::vector<float>{0, infinity, -infinity});
  CHECK(run(ops::log, {0, 1}) == std::vector<float>{-infinity, 0});
  CHECK(run(ops::reciprocal, {0, -4}) == std::vector<float>{infinity, -0.25F});
  CHECK(run(ops::sign, {-3, 0, 7}) == std::vector<float>{-1, 0, 1});
  for (const OpDef* op : {&ops::atanh, &ops::acosh})
    for (const float x : run(*op, {-2, -1e10F, no_number})) CHECK(std::isnan(x));
  for (const OpDef* op : {&ops::round, &ops::sign, &ops::gelu, &ops::erf, &ops::softplus})
    CHECK(std::isnan(run(*op, {no_number})[0]));
}

TEST_CASE("integers without scales have magnitudes, negatives and signs", "[functions]") {
  const auto s8s = [](std::vector<std::int8_t> values) { return to_bytes(values); };
  const auto u8s = [](std::vector<std::uint8_t> values) { return to_bytes(values); };
  const auto s64s = [](std::vector<std::int64_t> values) { return to_bytes(values); };
  CHECK(run(ops::abs, s8, s8s({-128, -5, 0, 7})) == s8s({-128, 5, 0, 7}));
  CHECK(run(ops::neg, s8, s8s({-128, -5, 0, 7})) == s8s({-128, 5, 0, -7}));
  CHECK(run(ops::sign, s8, s8s({-128, -5, 0, 7})) == s8s({-1, -1, 0, 1}));
  CHECK(run(ops::neg, u8, u8s({0, 1, 255})) == u8s({0, 255, 1}));
  CHECK(run(ops::abs, u8, u8s({0, 1, 255})) == u8s({0, 1, 255}));
  CHECK(run(ops::abs, s64, s64s({INT64_MIN, -(1LL << 40)})) == s64s({INT64_MIN, 1LL << 40}));
  CHECK(run(ops::sign, s64, s64s({INT64_MIN, 1LL << 40})) == s64s({-1, 1}));
}

TEST_CASE("elu agrees with the oracle for all of its factors", "[functions]") {
  Random random(32);
  for (int i = 0; i < 200; ++i)
    for (const ElementType type : {f32, s8, u8}) {
      Builder b;
      const ops::EluAttributes factors{random.of<float>({1, -0.5F, 1.7F}),
                                       random.of<float>({1, 1.05F}),
                                       random.of<float>({1, 0.1F, 3})};
      const TensorId x = b.input(type, {40}, random.quantization(type, 1e-3F, 1));
      const TensorId y = b.node(ops::elu, factors, {x}, random.quantization(type, 1e-3F, 1));
      b.output(y);
      const Bytes bytes = random.elements(type, 40);
      const oracle::Tensor expected =
          oracle::elu(for_oracle(b.graph[x], bytes),
                      {.alpha = factors.alpha, .slope = factors.slope, .rate = factors.rate},
                      for_oracle(b.graph[y]));
      REQUIRE(difference(expected, b.graph[y], Evaluation(b.graph).run({bytes})[0]) == "");
    }
  CHECK(run(ops::elu, {-infinity, 3}, ops::EluAttributes{2, 1, 1}) == std::vector<float>{-2, 3});
  CHECK(run(ops::elu, {-1e-6F}, ops::EluAttributes{})[0] == Approx(-1e-6F));
}

TEST_CASE("log_softmax neither overflows nor is the logarithm of nothing", "[functions]") {
  const std::vector<float> result = run(ops::log_softmax, {0, 1000, -1000});
  CHECK(result == std::vector<float>{-1000, 0, -2000});
}

TEST_CASE("quantized functions are tables, of integers they are not", "[functions]") {
  const auto kernel = [](const OpDef& op, ElementType type, const Quantization& quantization) {
    Builder b;
    b.output(b.node(op, {}, {b.input(type, {4}, quantization)}, quantization));
    return lower(b.graph, host).steps[0].kernel.name;
  };
  CHECK(kernel(ops::exp, s8, per_tensor(0.1F, 3)) == "lookup_8");
  CHECK(kernel(ops::abs, u8, per_tensor(0.1F, 3)) == "lookup_8");
  CHECK(kernel(ops::abs, s8, {}) == "abs_integers");
  CHECK(kernel(ops::exp, f32, {}) == "exp_elements");
}

TEST_CASE("functions of real numbers say what they cannot compute", "[functions]") {
  const auto complaint = [](const OpDef& op, ElementType type, const Quantization& input,
                            const Quantization& output, std::any attributes = {}) {
    Builder b;
    try {
      b.node(op, std::move(attributes), {b.input(type, {4}, input)}, output);
    } catch (const std::invalid_argument& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const Quantization unit = per_tensor(1, 0);
  for (const Function& function : functions) {
    CHECK_THAT(complaint(function.op, boolean, {}, {}), Contains("has type bool"));
    CHECK_THAT(complaint(function.op, s8, unit, {}), Contains("no scale"));
    CHECK_THAT(complaint(function.op, s8, unit, per_tensor(1e-40F, 0)), Contains("no inverse"));
  }
  CHECK_THAT(complaint(ops::exp, s8, {}, {}), Contains("no scale"));
  CHECK_THAT(complaint(ops::exp, s32, {}, {}), Contains("supported: f32, s8, u8"));
  CHECK_THAT(complaint(ops::elu, f32, {}, {}, ops::EluAttributes{.rate = infinity}),
             Contains("rate inf"));
  CHECK_THAT(complaint(ops::log_softmax, s8, unit, unit), Contains("supported: f32"));
}
