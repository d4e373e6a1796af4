// SPDX-License-Identifier: Apache-2.0
//
// The operators that move elements, and the collapsing of dimensions that they share.
#include "compiler/ops/movement.h"

#include <catch2/catch.hpp>

#include "compiler/lower/lower.h"
#include "compiler/ops/concat.h"
#include "compiler/ops/pad.h"
#include "compiler/ops/slice.h"
#include "compiler/ops/transpose.h"
#include "compiler/targets/targets.h"
#include "tests/support/builder.h"
#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;
using Catch::Contains;

namespace {

const std::vector<ElementType> all_types = {ElementType::f32,    ElementType::s8,  ElementType::u8,
                                            ElementType::s16,    ElementType::s32, ElementType::s64,
                                            ElementType::boolean};

Bytes bytes_of(const Shape& shape, ElementType type, Random& random) {
  return random.elements(type, element_count(shape));
}

/// Runs the graph's one output on operands of the given bytes; constants take none.
std::string mismatch(Builder& b, TensorId output, const std::vector<Bytes>& inputs,
                     const oracle::Tensor& expected) {
  b.output(output);
  if (const std::string text = problems(b.graph); !text.empty()) return text;
  Evaluation evaluation(b.graph);
  return difference(expected, b.graph[output], evaluation.run(inputs)[0]);
}

/// The message of a node that is refused; empty if it is not.
template <typename Attributes>
std::string complaint(const OpDef& op, Attributes attributes, std::vector<Tensor> inputs,
                      Quantization output = {}) {
  Builder b;
  std::vector<TensorId> ids;
  for (const Tensor& each : inputs)
    ids.push_back(b.input(each.type, each.shape, each.quantization));
  try {
    b.node(op, attributes, ids, std::move(output));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

Tensor tensor(ElementType type, Shape shape, Quantization quantization = {}) {
  return {.type = type, .shape = std::move(shape), .quantization = std::move(quantization)};
}

std::vector<std::string> kernels_of(Builder& b, TensorId output) {
  b.output(output);
  std::vector<std::string> names;
  for (const Step& step : lower(b.graph, host).steps) names.push_back(step.kernel.name);
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("contiguous dimensions collapse into one", "[movement]") {
  // Rows 2 to 3 of a 4x5x6 tensor are one run.
  CHECK(collapse({{{2, 30, 30}, {5, 6, 6}, {6, 1, 1}}, 0, 0}).dimensions ==
        std::vector<MoveDimension>{{60, 1, 1}});
  // Columns are not, and a dimension of 1 does not count.
  CHECK(collapse({{{4, 30, 18}, {1, 99, 99}, {3, 6, 6}, {6, 1, 1}}, 0, 0}).dimensions ==
        std::vector<MoveDimension>{{4, 30, 18}, {18, 1, 1}});
  CHECK(collapse({{{1, 7, 7}}, 3, 4}).dimensions.empty());
}

TEST_CASE("the kernel follows from runs, element width and constants", "[movement]") {
  const auto transpose = [](ElementType type, std::vector<std::int32_t> permutation) {
    Builder b;
    return kernels_of(b, b.node(ops::transpose, ops::TransposeAttributes{permutation},
                                {b.input(type, {2, 3, 4})}));
  };
  CHECK(transpose(ElementType::f32, {1, 0, 2}) == Names{"move_runs"});
  CHECK(transpose(ElementType::f32, {0, 2, 1}) == Names{"move_32"});
  CHECK(transpose(ElementType::s8, {2, 1, 0}) == Names{"move_8"});
  CHECK(transpose(ElementType::s64, {2, 0, 1}) == Names{"move_64"});
  Builder b;
  const TensorId constant = b.constant<std::int16_t>(ElementType::s16, {1, 2}, {5, -6});
  const TensorId input = b.input(ElementType::s16, {3, 2});
  CHECK(kernels_of(b, b.node(ops::concat, ops::ConcatAttributes{0}, {constant, input})) ==
        Names{"move_constant_16", "move_runs"});
}

TEST_CASE("a slice takes elements at begin + i * stride", "[slice]") {
  Builder b;
  const TensorId x = b.input(ElementType::f32, {2, 5});
  b.output(b.node(ops::slice, ops::SliceAttributes{{1, 4}, {1, -2}, {1, 3}}, {x}));
  REQUIRE(problems(b.graph) == "");
  Evaluation evaluation(b.graph);
  CHECK(evaluation.run({floats({0, 1, 2, 3, 4, 5, 6, 7, 8, 9})})[0] == floats({9, 7, 5}));
}

TEST_CASE("pad frames with a value", "[pad]") {
  Builder b;
  const TensorId x = b.input(ElementType::f32, {2, 1});
  b.output(b.node(ops::pad, ops::PadAttributes{{0, 1}, {1, 0}, 0, -2.5F}, {x}));
  Evaluation evaluation(b.graph);
  CHECK(evaluation.run({floats({1, 2})})[0] == floats({-2.5F, 1, -2.5F, 2, -2.5F, -2.5F}));
}

TEST_CASE("slices agree with the oracle", "[slice][property]") {
  Random random(1);
  for (int trial = 0; trial < 300; ++trial) {
    const ElementType type = random.of(all_types);
    const Shape shape = random.shape(static_cast<std::size_t>(random.integer(0, 6)), 5);
    ops::SliceAttributes slice;
    oracle::StridedSliceOptions options;
    for (const std::int32_t extent : shape) {
      const std::int32_t begin = random.integer(0, extent - 1);
      const std::int32_t stride = random.of<std::int32_t>({1, 1, 1, 2, -1, -2, 0});
      const std::int32_t room =
          stride < 0 ? begin / -stride : (extent - 1 - begin) / std::max(stride, 1);
      const std::int32_t size = 1 + random.integer(0, room);
      slice.begin.push_back(begin), slice.stride.push_back(stride), slice.size.push_back(size);
      options.begin.push_back(begin), options.stride.push_back(stride);
      options.size.push_back(size);
    }
    Builder b;
    const Quantization quantization = random.quantization(type, 0.01F, 1);
    const TensorId x = b.input(type, shape, quantization);
    const TensorId y = b.node(ops::slice, slice, {x}, quantization);
    const Bytes bytes = bytes_of(shape, type, random);
    const auto expected =
        oracle::strided_slice(for_oracle(b.graph[x], bytes), options, for_oracle(b.graph[y]));
    CAPTURE(to_string(type), to_string(shape));
    REQUIRE(mismatch(b, y, {bytes}, expected) == "");
  }
}

TEST_CASE("transpositions of inputs and constants agree with the oracle", "[transpose][property]") {
  Random random(2);
  for (int trial = 0; trial < 300; ++trial) {
    const ElementType type = random.of(all_types);
    const Shape shape = random.shape(static_cast<std::size_t>(random.integer(1, 6)), 4);
    ops::TransposeAttributes transpose;
    for (std::int32_t i = 0; i < static_cast<std::int32_t>(shape.size()); ++i) {
      const auto place = transpose.permutation.begin() + random.integer(0, i);
      transpose.permutation.insert(place, i);
    }
    Builder b;
    const Bytes bytes = bytes_of(shape, type, random);
    const bool constant = random.coin();
    const TensorId x = constant ? b.constant_bytes(type, shape, bytes, {}) : b.input(type, shape);
    const TensorId y = b.node(ops::transpose, transpose, {x});
    const oracle::TransposeOptions options{
        {transpose.permutation.begin(), transpose.permutation.end()}};
    const auto expected =
        oracle::transpose(for_oracle(b.graph[x], bytes), options, for_oracle(b.graph[y]));
    CAPTURE(to_string(type), to_string(shape));
    REQUIRE(mismatch(b, y, constant ? std::vector<Bytes>{} : std::vector<Bytes>{bytes}, expected) ==
            "");
  }
}

TEST_CASE("concatenations of inputs and constants agree with the oracle", "[concat][property]") {
  Random random(3);
  for (int trial = 0; trial < 300; ++trial) {
    const ElementType type = random.of(all_types);
    Shape shape = random.shape(static_cast<std::size_t>(random.integer(1, 6)), 4);
    const std::int32_t axis = random.integer(0, static_cast<std::int32_t>(shape.size()) - 1);
    Builder b;
    std::vector<TensorId> operands;
    std::vector<oracle::Tensor> references;
    std::vector<Bytes> inputs;
    for (int i = random.integer(1, 4); i > 0; --i) {
      shape[static_cast<std::size_t>(axis)] = random.integer(1, 4);
      const Bytes bytes = bytes_of(shape, type, random);
      const bool constant = i > 1 && random.coin();
      operands.push_back(constant ? b.constant_bytes(type, shape, bytes, {})
                                  : b.input(type, shape));
      references.push_back(for_oracle(b.graph[operands.back()], bytes));
      if (!constant) inputs.push_back(bytes);
    }
    const TensorId y = b.node(ops::concat, ops::ConcatAttributes{axis}, operands);
    std::vector<const oracle::Tensor*> pointers;
    for (const oracle::Tensor& each : references) pointers.push_back(&each);
    const auto expected = oracle::concatenation(pointers, {axis}, for_oracle(b.graph[y]));
    CAPTURE(to_string(type), to_string(shape), axis);
    REQUIRE(mismatch(b, y, inputs, expected) == "");
  }
}

TEST_CASE("padding agrees with the oracle", "[pad][property]") {
  Random random(4);
  for (int trial = 0; trial < 300; ++trial) {
    const ElementType type = random.of(all_types);
    const Shape shape = random.shape(static_cast<std::size_t>(random.integer(1, 5)), 4);
    const IntegerRange range = range_of(type);
    ops::PadAttributes pad{{}, {}, random.integer(range.min, range.max), random.real(-1, 1)};
    for (std::size_t i = 0; i < shape.size(); ++i) {
      pad.before.push_back(random.integer(0, 2));
      pad.after.push_back(random.integer(0, 2));
    }
    Builder b;
    const TensorId x = b.input(type, shape);
    const TensorId y = b.node(ops::pad, pad, {x});
    const Bytes bytes = bytes_of(shape, type, random);
    oracle::Tensor value{.type = for_oracle(b.graph[x]).type, .shape = {1}};
    if (type == ElementType::f32)
      value.f = {pad.float_value};
    else
      value.q = {pad.value};
    const auto expected =
        oracle::pad(for_oracle(b.graph[x], bytes), {{pad.before.begin(), pad.before.end()}}, &value,
                    for_oracle(b.graph[y]));
    CAPTURE(to_string(type), to_string(shape));
    REQUIRE(mismatch(b, y, {bytes}, expected) == "");
  }
}

TEST_CASE("movements say what they cannot do", "[movement]") {
  const ElementType s8 = ElementType::s8;
  const Quantization fine = per_tensor(0.1F, 3);
  const Quantization other = per_tensor(0.1F, 4);
  const Tensor image = tensor(s8, {2, 3}, fine);
  const ops::SliceAttributes slice{{0, 1}, {1, 1}, {2, 2}};
  CHECK(complaint(ops::slice, slice, {image}, fine) == "");
  CHECK_THAT(complaint(ops::slice, slice, {image}, other), Contains("insert a QUANTIZE"));
  CHECK_THAT(complaint(ops::slice, slice, {tensor(s8, {2, 0}, fine)}, fine), Contains("empty"));
  CHECK_THAT(complaint(ops::slice, slice, {tensor(s8, {2, 3, 1}, fine)}, fine),
             Contains("one entry for each of the 3"));
  CHECK_THAT(complaint(ops::slice, slice, {tensor(s8, Shape(7, 1))}, {}),
             Contains("at most 6 dimensions"));
  for (const ops::SliceAttributes& wrong :
       {ops::SliceAttributes{{0, 2}, {1, 1}, {2, 2}}, ops::SliceAttributes{{0, 0}, {1, -1}, {2, 2}},
        ops::SliceAttributes{{0, -1}, {1, 1}, {2, 1}}, ops::SliceAttributes{{0, 0}, {1, 1}, {2, 0}},
        ops::SliceAttributes{{0, 0}, {INT32_MAX, 1}, {2, 1}}})
    CHECK_THAT(complaint(ops::slice, wrong, {image}, fine), Contains("do not lie in the input"));
  CHECK_THAT(complaint(ops::slice, ops::SliceAttributes{{0, 0}, {0, 0}, {INT32_MAX, INT32_MAX}},
                       {image}, fine),
             Contains("too large"));

  CHECK_THAT(complaint(ops::transpose, ops::TransposeAttributes{{0, 0}}, {image}, fine),
             Contains("[0, 0] is not a permutation"));
  CHECK_THAT(complaint(ops::transpose, ops::TransposeAttributes{{1, 0}}, {image}, other),
             Contains("insert a QUANTIZE"));

  const auto concat = [&](std::int32_t axis, Tensor second) {
    return complaint(ops::concat, ops::ConcatAttributes{axis}, {image, std::move(second)}, fine);
  };
  CHECK(concat(0, tensor(s8, {7, 3}, fine)) == "");
  CHECK_THAT(concat(1, tensor(s8, {7, 3}, fine)), Contains("does not go with s8 2x3"));
  CHECK_THAT(concat(0, tensor(ElementType::u8, {2, 3}, fine)), Contains("does not go with"));
  CHECK_THAT(concat(0, tensor(s8, {2, 3, 1}, fine)), Contains("does not go with"));
  CHECK_THAT(concat(0, tensor(s8, {2, 3}, other)), Contains("insert a QUANTIZE"));
  CHECK_THAT(concat(2, image), Contains("axis 2 is no dimension"));
  CHECK_THAT(concat(-1, image), Contains("axis -1 is no dimension"));
  CHECK_THAT(concat(0, tensor(s8, {INT32_MAX / 3, 3}, fine)), Contains("too large"));

  const auto pad = [&](std::vector<std::int32_t> before, std::int32_t value) {
    return complaint(ops::pad, ops::PadAttributes{std::move(before), {0, 0}, value, 0}, {image},
                     fine);
  };
  CHECK(pad({1, 1}, -128) == "");
  CHECK_THAT(pad({1, -1}, 0), Contains("negative or too large"));
  CHECK_THAT(pad({INT32_MAX, 0}, 0), Contains("negative or too large"));
  CHECK_THAT(pad({1}, 0), Contains("one entry for each of the 2"));
  CHECK_THAT(pad({1, 1}, 128), Contains("outside the range of s8"));
}
