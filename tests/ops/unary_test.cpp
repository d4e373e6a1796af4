// SPDX-License-Identifier: Apache-2.0
//
// Functions of one element: logistic, tanh, the relus, leaky_relu, hard_swish.
#include "compiler/ops/unary.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "compiler/evaluate/evaluate.h"
#include "compiler/ops/hard_swish.h"
#include "compiler/ops/leaky_relu.h"
#include "compiler/ops/logistic.h"
#include "compiler/ops/relu.h"
#include "compiler/ops/relu6.h"
#include "compiler/ops/relu_n1_to_1.h"
#include "compiler/ops/tanh.h"
#include "compiler/targets/targets.h"
#include "tests/support/builder.h"
#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;

namespace {

using enum ElementType;

/// How an operator's output may be quantized.
enum class Output { any, as_input, fixed };

struct Function {
  const OpDef& op;
  Output output;
  oracle::Tensor (*expected)(const oracle::Tensor&, const oracle::Tensor& like);
};

const Function functions[] = {
    {ops::logistic, Output::fixed, oracle::logistic},
    {ops::tanh, Output::fixed, oracle::tanh},
    {ops::relu, Output::any, oracle::relu},
    {ops::relu6, Output::as_input, oracle::relu6},
    {ops::relu_n1_to_1, Output::as_input, oracle::relu_n1_to_1},
    {ops::hard_swish, Output::any, oracle::hard_swish},
};

Quantization fixed_output(const OpDef& op, ElementType type) {
  if (type == s16) return per_tensor(1.0F / 32768, 0);
  if (&op == &ops::logistic) return per_tensor(1.0F / 256, type == s8 ? -128 : 0);
  return per_tensor(1.0F / 128, type == s8 ? 0 : 128);
}

Quantization output_of(Random& random, const Function& function, ElementType type,
                       const Quantization& input) {
  if (type == f32) return {};
  if (function.output == Output::fixed) return fixed_output(function.op, type);
  if (function.output == Output::as_input || random.integer(0, 3) == 0) return input;
  // hard_swish demands 1/128 of the input's scale, and no more is needed elsewhere.
  return {{input.scale() * random.real(0.01F, 4)},
          {type == s16 ? 0 : random.integer(range_of(type).min, range_of(type).max)},
          0};
}

Bytes all_bytes() {
  Bytes bytes(256);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  return bytes;
}

/// Both rows of the kernel table on every value of a byte, or on random others.
void attempt(Random& random, const OpDef& op, std::any attributes, ElementType type,
             const Quantization& input, const Quantization& output, const auto& expected) {
  Builder b;
  const bool bytewise = byte_size(type) == 1;
  const Shape shape = bytewise ? Shape{4, 64} : random.shape(3, 5);
  const TensorId x = b.input(type, shape, input);
  const TensorId y = b.node(op, std::move(attributes), {x}, output);
  b.output(y);
  CAPTURE(op.name, to_string(type), input.scales, input.zero_points, output.scales,
          output.zero_points);
  REQUIRE(problems(b.graph) == "");
  const Bytes bytes = bytewise ? all_bytes() : random.elements(type, element_count(shape));
  const oracle::Tensor result = expected(for_oracle(b.graph[x], bytes), for_oracle(b.graph[y]));
  for (const KernelChoice choice : {KernelChoice::portable, KernelChoice::best}) {
    Evaluation evaluation(b.graph, choice);
    REQUIRE(difference(result, b.graph[y], evaluation.run({bytes})[0]) == "");
  }
}

std::vector<float> floats_of(const OpDef& op, std::any attributes, const std::vector<float>& x) {
  Builder b;
  b.output(
      b.node(op, std::move(attributes), {b.input(f32, {static_cast<std::int32_t>(x.size())})}));
  const Bytes bytes = Evaluation(b.graph).run({floats(x)})[0];
  std::vector<float> result(x.size());
  std::memcpy(result.data(), bytes.data(), bytes.size());
  return result;
}

std::string complaint(const OpDef& op, ElementType type, const Quantization& input,
                      const Quantization& output, std::any attributes = {},
                      std::optional<ElementType> output_type = {}) {
  Builder b;
  try {
    b.node(op, std::move(attributes), {b.input(type, {4}, input)}, output, output_type);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

bool mentions(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("functions of one element agree with the oracle", "[unary]") {
  Random random(3);
  for (int i = 0; i < 100; ++i)
    for (const Function& function : functions)
      for (const ElementType type : {f32, s8, u8}) {
        const Quantization input = random.quantization(type, 1e-4F, 10);
        attempt(random, function.op, {}, type, input, output_of(random, function, type, input),
                function.expected);
      }
}

TEST_CASE("functions of 16 bits agree with the oracle", "[unary]") {
  Random random(6);
  for (int i = 0; i < 300; ++i)
    for (const Function& function : functions) {
      if (&function.op == &ops::hard_swish) continue;
      const Quantization input = random.quantization(s16, 1e-6F, 5);
      attempt(random, function.op, {}, s16, input, output_of(random, function, s16, input),
              function.expected);
    }
}

TEST_CASE("logistic and tanh of every 16-bit number agree with the oracle", "[unary]") {
  std::vector<std::int16_t> all;
  for (int i = -32768; i < 32768; ++i) all.push_back(static_cast<std::int16_t>(i));
  // Powers of two, nearly one, and others from the finest to the coarsest.
  for (const float scale :
       {1.0F / 4096, 1.0F / 2048, 1.0F / 1024, 1.0F / 8192, 2.4422e-4F, 1e-9F, 3e-4F, 0.01F, 5.33F})
    for (const Function& function : {functions[0], functions[1]}) {
      Builder b;
      const TensorId x = b.input(s16, {256, 256}, per_tensor(scale, 0));
      const TensorId y = b.node(function.op, {}, {x}, fixed_output(function.op, s16));
      b.output(y);
      CAPTURE(function.op.name, scale);
      const oracle::Tensor expected =
          function.expected(for_oracle(b.graph[x], to_bytes(all)), for_oracle(b.graph[y]));
      REQUIRE(difference(expected, b.graph[y], Evaluation(b.graph).run({to_bytes(all)})[0]) == "");
    }
}

TEST_CASE("leaky_relu agrees with the oracle for slopes of either sign", "[unary]") {
  Random random(4);
  for (int i = 0; i < 200; ++i)
    for (const ElementType type : {f32, s8, u8, s16}) {
      const Quantization input = random.quantization(type, 1e-3F, 10);
      Quantization output = random.quantization(type, 1e-3F, 10);
      if (type != f32) output.scales = {input.scale() * random.real(0.1F, 4)};
      const float alpha = random.of<float>({0.2F, 0.01F, 0, 1, 3, -0.5F});
      attempt(random, ops::leaky_relu, ops::LeakyReluAttributes{.alpha = alpha}, type, input,
              output, [&](const oracle::Tensor& x, const oracle::Tensor& like) {
                return oracle::leaky_relu(x, {.alpha = alpha}, like);
              });
    }
}

TEST_CASE("the ends of the scales agree with the oracle", "[unary]") {
  Random random(5);
  for (const float scale : {1e-12F, 1e-8F, 100.0F, 1e6F, 1e12F})
    for (const Function& function : functions)
      for (const ElementType type : {s8, u8}) {
        const Quantization input = per_tensor(scale, random.integer(0, 1) * 127);
        const Quantization output =
            function.output == Output::fixed ? fixed_output(function.op, type) : input;
        // The oracle takes bounds beyond 64 bits for undefined.
        if (function.output != Output::fixed && scale < 1e-8F) continue;
        attempt(random, function.op, {}, type, input, output, function.expected);
      }
}

TEST_CASE("multipliers are rounded to float where the reference rounds them", "[unary]") {
  // Scales for which multipliers in double would change a result.
  Random random(12);
  attempt(random, ops::relu, {}, s8, per_tensor(0.810183465F, 0), per_tensor(0.480883092F, 0),
          oracle::relu);
  const float alpha = 0.415864229F;
  attempt(random, ops::leaky_relu, ops::LeakyReluAttributes{.alpha = alpha}, s8,
          per_tensor(0.830379546F, 0), per_tensor(0.382613778F, 0),
          [&](const oracle::Tensor& x, const oracle::Tensor& like) {
            return oracle::leaky_relu(x, {.alpha = alpha}, like);
          });
}

TEST_CASE("a negative slope mirrors the result of its magnitude", "[unary]") {
  Builder b;
  b.output(b.node(ops::leaky_relu, ops::LeakyReluAttributes{.alpha = -0.5F},
                  {b.input(s8, {3}, per_tensor(1, 0))}, per_tensor(1, 0)));
  // Of -1 * 0.5, the tie goes up to 0; of -3 * 0.5 to -1.
  CHECK(Evaluation(b.graph).run({to_bytes(std::vector<std::int8_t>{-1, -3, 3})})[0] ==
        to_bytes(std::vector<std::int8_t>{0, 1, 3}));
}

TEST_CASE("float functions at values computed by hand", "[unary]") {
  constexpr float inf = std::numeric_limits<float>::infinity();
  CHECK(floats_of(ops::logistic, {}, {0, 200, -200, inf}) == std::vector<float>{0.5F, 1, 0, 1});
  CHECK(floats_of(ops::tanh, {}, {0, 50, -50}) == std::vector<float>{0, 1, -1});
  CHECK(floats_of(ops::relu, {}, {-1, 0, 7}) == std::vector<float>{0, 0, 7});
  CHECK(floats_of(ops::relu6, {}, {-1, 3, 7}) == std::vector<float>{0, 3, 6});
  CHECK(floats_of(ops::relu_n1_to_1, {}, {-3, 0.5F, 7}) == std::vector<float>{-1, 0.5F, 1});
  CHECK(floats_of(ops::hard_swish, {}, {-4, -3, 0, 3, 8}) == std::vector<float>{0, 0, 0, 3, 8});
  CHECK(floats_of(ops::leaky_relu, ops::LeakyReluAttributes{.alpha = 0.5F}, {-4, 4}) ==
        std::vector<float>{-2, 4});
}

TEST_CASE("logistic of quantized numbers computed by hand", "[unary]") {
  Builder b;
  b.output(b.node(ops::logistic, {}, {b.input(s8, {4}, per_tensor(0.1F, 10))},
                  per_tensor(1.0F / 256, -128)));
  const Bytes x = to_bytes(std::vector<std::int8_t>{10, 20, -128, 127});
  // 256 * logistic(0, 1, -13.8, 11.7) - 128
  CHECK(Evaluation(b.graph).run({x})[0] == to_bytes(std::vector<std::int8_t>{0, 59, -128, 127}));
}

TEST_CASE("functions of a byte are tables, clamps are not", "[unary]") {
  const auto kernel = [](const OpDef& op, const Quantization& input, const Quantization& output) {
    Builder b;
    b.output(b.node(op, {}, {b.input(s8, {4}, input)}, output));
    const Program program = lower(b.graph, host);
    CHECK(program.steps[0].in_place);
    if (program.steps[0].kernel.name == "lookup_8") {
      CHECK(program.constants[0].table);
      CHECK(program.constants[0].bytes.size() == 256);
    }
    return program.steps[0].kernel.name;
  };
  const Quantization q = per_tensor(0.1F, 3), other = per_tensor(0.2F, 3);
  CHECK(kernel(ops::logistic, q, per_tensor(1.0F / 256, -128)) == "lookup_8");
  CHECK(kernel(ops::hard_swish, q, other) == "lookup_8");
  CHECK(kernel(ops::relu, q, other) == "lookup_8");
  CHECK(kernel(ops::relu, q, q) == "clamp_s8");
  CHECK(kernel(ops::relu6, q, q) == "clamp_s8");
}

TEST_CASE("functions of one element say what they cannot compute", "[unary]") {
  const Quantization unit = per_tensor(1, 0);
  for (const Function& function : functions) {
    CHECK(mentions(complaint(function.op, s32, {}, {}), "supported: f32, s8, u8"));
    CHECK(mentions(complaint(function.op, s8, {}, unit), "no scale"));
    CHECK(mentions(complaint(function.op, s8, unit, unit, {}, f32), "output"));
    CHECK(mentions(complaint(function.op, s8, per_tensor(NAN, 0), unit), "scale nan"));
  }
  CHECK(mentions(complaint(ops::logistic, s8, unit, per_tensor(1.0F / 256, 0)),
                 "scale 1/256 and zero point -128"));
  CHECK(mentions(complaint(ops::logistic, u8, unit, per_tensor(1.0F / 128, 0)),
                 "scale 1/256 and zero point 0"));
  CHECK(mentions(complaint(ops::tanh, u8, unit, per_tensor(1.0F / 128, 0)),
                 "scale 1/128 and zero point 128"));
  CHECK(mentions(complaint(ops::tanh, s8, unit, per_tensor(1.0F / 256, 0)), "zero point 0"));
  CHECK(mentions(complaint(ops::relu6, s8, unit, per_tensor(1, 1)), "same scale and zero point"));
  CHECK(mentions(complaint(ops::relu_n1_to_1, s8, unit, per_tensor(2, 0)), "QUANTIZE"));
  CHECK(mentions(complaint(ops::relu, s8, unit, per_tensor(1e-8F, 0)), "overflows 32 bits"));
  CHECK(mentions(complaint(ops::relu, s8, per_tensor(1e30F, 0), per_tensor(1e-30F, 0)),
                 "overflows 32 bits"));
  CHECK(mentions(complaint(ops::hard_swish, s8, unit, per_tensor(0.007F, 0)), "1/128"));
  CHECK(mentions(complaint(ops::leaky_relu, s8, unit, unit, ops::LeakyReluAttributes{NAN}),
                 "alpha is nan"));
  CHECK(mentions(complaint(ops::leaky_relu, s8, unit, unit, ops::LeakyReluAttributes{1e9F}),
                 "overflows 32 bits"));
}
