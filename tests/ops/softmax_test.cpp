// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/softmax.h"

#include <catch2/catch.hpp>

#include "tests/support/builder.h"
#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;

namespace {

struct Case {
  ElementType input, output;
};

Quantization softmax_output(const Case& types) {
  const ElementType type = types.output;
  if (types.input == ElementType::s16) return per_tensor(1.0F / 32768, 0);
  return per_tensor(type == ElementType::s16 ? 1.0F / 65536 : 1.0F / 256, range_of(type).min);
}

/// One softmax with random operands, by both rows of its kernel table, against the oracle.
void try_softmax(Random& random, Case types, const Shape& shape, float min_scale, float max_scale) {
  Builder b;
  const bool real = types.input == ElementType::f32;
  const float beta = random.of<float>({1, 1, 0.5F, 2.7F});
  const TensorId x =
      b.input(types.input, shape, random.quantization(types.input, min_scale, max_scale));
  const TensorId y = b.node(ops::softmax, ops::SoftmaxAttributes{.beta = beta}, {x},
                            real ? Quantization{} : softmax_output(types), types.output);
  b.output(y);
  REQUIRE(problems(b.graph) == "");
  const Bytes bytes = random.elements(types.input, element_count(shape));
  const oracle::Tensor expected =
      oracle::softmax(for_oracle(b.graph[x], bytes), {.beta = beta}, for_oracle(b.graph[y]));
  for (const KernelChoice choice : {KernelChoice::portable, KernelChoice::best}) {
    Evaluation evaluation(b.graph, choice);
    CAPTURE(to_string(types.input), to_string(types.output), to_string(shape), beta,
            b.graph[x].quantization.scales);
    REQUIRE(difference(expected, b.graph[y], evaluation.run({bytes})[0]) == "");
  }
}

constexpr Case cases[] = {{ElementType::f32, ElementType::f32},
                          {ElementType::s8, ElementType::s8},
                          {ElementType::u8, ElementType::u8},
                          {ElementType::s8, ElementType::s16},
                          {ElementType::s16, ElementType::s16}};

std::string complaint(ElementType type, Shape shape, Quantization in, Quantization out,
                      float beta = 1) {
  Builder b;
  const TensorId x = b.input(type, std::move(shape), std::move(in));
  try {
    b.node(ops::softmax, ops::SoftmaxAttributes{.beta = beta}, {x}, std::move(out));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("softmax of equal elements shares evenly", "[softmax]") {
  Builder b;
  b.output(b.node(ops::softmax, ops::SoftmaxAttributes{},
                  {b.input(ElementType::s8, {2, 4}, per_tensor(0.1F, 3))},
                  softmax_output({ElementType::s8, ElementType::s8})));
  Evaluation evaluation(b.graph);
  // A quarter is 64 of 256, above -128.
  CHECK(evaluation.run({Bytes(8, 100)})[0] == Bytes(8, static_cast<std::uint8_t>(-64)));
}

TEST_CASE("softmax in float has rows that add up to one", "[softmax]") {
  Builder b;
  b.output(b.node(ops::softmax, ops::SoftmaxAttributes{}, {b.input(ElementType::f32, {2, 2})}));
  Evaluation evaluation(b.graph);
  // exp(ln 3) = 3 and exp(0) = 1; the second row would overflow without its largest element off.
  const Bytes result = evaluation.run({floats({1.0986123F, 0, 1000, 1000})})[0];
  const oracle::Tensor expected{
      .type = oracle::Type::f32, .shape = {2, 2}, .f = {0.75F, 0.25F, 0.5F, 0.5F}};
  CHECK(difference(expected, b.graph[b.graph.outputs[0]], result) == "");
}

TEST_CASE("softmax agrees with the oracle", "[softmax][property]") {
  Random random(1);
  for (const Case& types : cases)
    for (int i = 0; i < 100; ++i)
      try_softmax(random, types, random.shape(static_cast<std::size_t>(random.integer(1, 4)), 9),
                  1e-3F, types.input == ElementType::s16 ? 0.5F : 1);
}

TEST_CASE("softmax agrees with the oracle at extremes", "[softmax][property]") {
  Random random(2);
  for (const Case& types : cases)
    for (const Shape& shape : {Shape{1}, Shape{3, 1}, Shape{1, 300}, Shape{2, 4095}}) {
      try_softmax(random, types, shape, 3e-8F, 1e-5F);
      const bool wide = types.input == ElementType::s16;
      try_softmax(random, types, shape, wide ? 0.5F : 10, wide ? 0.9F : 1e6F);
    }
}

TEST_CASE("softmax of a long row of equal elements rounds to zero", "[softmax]") {
  // 2048 equal shares are less than half of 1/256, and shift by more than 31 bits.
  for (const std::int32_t depth : {511, 512, 513, 2048, 4095}) {
    Builder b;
    b.output(b.node(ops::softmax, ops::SoftmaxAttributes{},
                    {b.input(ElementType::u8, {depth}, per_tensor(1, 0))},
                    softmax_output({ElementType::u8, ElementType::u8})));
    Evaluation evaluation(b.graph);
    const auto size = static_cast<std::size_t>(depth);
    CHECK(evaluation.run({Bytes(size, 255)})[0] == Bytes(size, depth < 512 ? 1 : 0));
  }
}

TEST_CASE("softmax says what it cannot do", "[softmax]") {
  using Catch::Contains;
  const Quantization in = per_tensor(0.1F, 0);
  const Quantization out = softmax_output({ElementType::s8, ElementType::s8});
  CHECK(complaint(ElementType::s8, {4}, in, out) == "");
  CHECK_THAT(complaint(ElementType::s32, {4}, {}, {}), Contains("supported: f32, s8, u8"));
  CHECK_THAT(complaint(ElementType::s8, {4}, in, in), Contains("needs scale 0.00390625"));
  CHECK_THAT(complaint(ElementType::s8, {4}, {}, out), Contains("no scale"));
  CHECK_THAT(complaint(ElementType::s8, {4}, per_tensor(1e-9F, 0), out), Contains("too small"));
  CHECK_THAT(complaint(ElementType::s8, {4}, per_tensor(NAN, 0), out),
             Contains("scales are positive"));
  CHECK_THAT(complaint(ElementType::s8, {4096}, in, out), Contains("overflow"));
  CHECK_THAT(complaint(ElementType::f32, {}, {}, {}), Contains("scalar"));
  CHECK_THAT(complaint(ElementType::f32, {2, 0}, {}, {}), Contains("2x0"));
  CHECK_THAT(complaint(ElementType::f32, {4}, {}, {}, -1), Contains("positive"));
  CHECK_THAT(complaint(ElementType::f32, {4}, {}, {}, NAN), Contains("positive"));
}
