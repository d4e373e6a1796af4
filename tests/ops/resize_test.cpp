// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/resize.h"

#include <catch2/catch.hpp>

#include "tests/support/builder.h"
#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;
using Catch::Contains;

namespace {

struct ResizeCase {
  const OpDef& op;
  oracle::Tensor (*reference)(const oracle::Tensor&, const oracle::ResizeOptions&,
                              const oracle::Tensor&);
  std::vector<ElementType> types;
};
const ResizeCase resizes[] = {
    {ops::resize_bilinear,
     oracle::resize_bilinear,
     {ElementType::f32, ElementType::s8, ElementType::u8, ElementType::s16}},
    {ops::resize_nearest,
     oracle::resize_nearest_neighbor,
     {ElementType::f32, ElementType::s8, ElementType::u8, ElementType::s16}}};

void try_resize(Random& random, const ResizeCase& resize, const Shape& shape, std::int32_t height,
                std::int32_t width) {
  const ElementType type = random.of(resize.types);
  const bool align = random.coin();
  const bool both = align && &resize.op == &ops::resize_nearest;
  const ops::ResizeAttributes attributes{height, width, align, (both || !align) && random.coin()};
  const Quantization quantization = random.quantization(type, 0.01F, 1);
  Builder b;
  const TensorId x = b.input(type, shape, quantization);
  const TensorId y = b.node(resize.op, attributes, {x}, quantization);
  b.output(y);
  REQUIRE(problems(b.graph) == "");
  const Bytes bytes = random.elements(type, element_count(shape));
  const oracle::Tensor expected = resize.reference(
      for_oracle(b.graph[x], bytes), {attributes.align_corners, attributes.half_pixel_centers},
      for_oracle(b.graph[y]));
  Evaluation evaluation(b.graph);
  CAPTURE(resize.op.name, to_string(type), to_string(shape), height, width,
          attributes.align_corners, attributes.half_pixel_centers);
  REQUIRE(difference(expected, b.graph[y], evaluation.run({bytes})[0]) == "");
}

std::string complaint(const OpDef& op, ElementType type, Shape shape, std::int32_t height,
                      std::int32_t width, Quantization output = {}) {
  Builder b;
  const TensorId x = b.input(type, std::move(shape), per_tensor(0.5F, 1));
  try {
    b.node(op, ops::ResizeAttributes{height, width}, {x}, std::move(output));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

Bytes resized(const OpDef& op, ops::ResizeAttributes attributes, const Shape& shape,
              const std::vector<std::int8_t>& values) {
  Builder b;
  const TensorId x = b.input(ElementType::s8, shape);
  b.output(b.node(op, attributes, {x}));
  return Evaluation(b.graph).run({to_bytes(values)})[0];
}

Bytes bytes(const std::vector<std::int8_t>& values) {
  return to_bytes(values);
}

}  // namespace

TEST_CASE("the nearest pixel is repeated or skipped", "[resize]") {
  CHECK(resized(ops::resize_nearest, {2, 4}, {1, 1, 2, 1}, {5, -7}) ==
        bytes({5, 5, -7, -7, 5, 5, -7, -7}));
  CHECK(resized(ops::resize_nearest, {1, 2}, {1, 1, 4, 1}, {1, 2, 3, 4}) == bytes({1, 3}));
  CHECK(resized(ops::resize_nearest, {1, 2, false, true}, {1, 1, 4, 1}, {1, 2, 3, 4}) ==
        bytes({2, 4}));
  CHECK(resized(ops::resize_nearest, {1, 2, true}, {1, 1, 4, 1}, {1, 2, 3, 4}) == bytes({1, 4}));
}

TEST_CASE("bilinear pixels lie between their neighbours", "[resize]") {
  CHECK(resized(ops::resize_bilinear, {1, 4}, {1, 1, 2, 1}, {0, 10}) == bytes({0, 5, 10, 10}));
  CHECK(resized(ops::resize_bilinear, {1, 3, true}, {1, 1, 2, 1}, {0, 10}) == bytes({0, 5, 10}));
  // Half pixels: positions -1/4, 1/4, 3/4, 5/4; halves go away from zero.
  CHECK(resized(ops::resize_bilinear, {1, 4, false, true}, {1, 1, 2, 1}, {0, -10}) ==
        bytes({0, -3, -8, -10}));
}

TEST_CASE("resizing agrees with the oracle", "[resize][property]") {
  Random random(1);
  for (int trial = 0; trial < 400; ++trial)
    for (const ResizeCase& resize : resizes)
      try_resize(random, resize, random.shape(4, 7), random.integer(1, 20), random.integer(1, 20));
}

TEST_CASE("resizing by large factors agrees with the oracle", "[resize][property]") {
  Random random(2);
  for (int trial = 0; trial < 20; ++trial)
    for (const ResizeCase& resize : resizes) {
      try_resize(random, resize, {1, 3, 2, 2}, 2, random.integer(40, 60));
      try_resize(random, resize, {1, 500, 1, 2}, random.integer(600, 1000), 2);
      try_resize(random, resize, {1, random.integer(500, 1500), 3, 1}, random.integer(1, 4), 3);
    }
}

TEST_CASE("a position beyond the last row reads the last row", "[resize]") {
  // 1/2000 has 10 fraction bits left: rounded up, positions of one row reach the next.
  CHECK(resized(ops::resize_bilinear, {2000, 1}, {1, 1, 1, 1}, {-9}) ==
        bytes(std::vector<std::int8_t>(2000, -9)));
}

TEST_CASE("resizing says what it cannot do", "[resize]") {
  CHECK_THROWS_WITH(resized(ops::resize_bilinear, {4, 4, true, true}, {1, 2, 2, 1}, {}),
                    Contains("exclude each other"));
  const ElementType s8 = ElementType::s8;
  const Quantization fine = per_tensor(0.5F, 1);
  CHECK(complaint(ops::resize_bilinear, s8, {1, 2, 2, 1}, 4, 4, fine) == "");
  CHECK_THAT(complaint(ops::resize_bilinear, ElementType::s32, {1, 2, 2, 1}, 4, 4),
             Contains("supported: f32, s8, u8"));
  for (const OpDef* op : {&ops::resize_bilinear, &ops::resize_nearest}) {
    CHECK_THAT(complaint(*op, s8, {1, 2, 2, 1}, 4, 4), Contains("insert a QUANTIZE"));
    CHECK_THAT(complaint(*op, s8, {2, 2, 1}, 4, 4, fine), Contains("four dimensions"));
    CHECK_THAT(complaint(*op, s8, {1, 2, 2, 1}, 0, 4, fine), Contains("cannot be resized"));
    CHECK_THAT(complaint(*op, s8, {1, 2, 2, 1}, 4, 32768, fine), Contains("from 1 to 32767"));
    CHECK_THAT(complaint(*op, s8, {9, 2, 2, 9}, 32767, 32767, fine), Contains("cannot be"));
    CHECK_THAT(complaint(*op, s8, {1, 2, 0, 1}, 4, 4, fine), Contains("empty"));
  }
}
