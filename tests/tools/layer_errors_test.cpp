// SPDX-License-Identifier: Apache-2.0
//
// Errors of layers, by hand.
#include "tools/layer_errors.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "compiler/graph/graph.h"

using namespace smelt;
using namespace smelt::tools;

namespace {

using Histogram = std::array<std::int64_t, LayerErrors::bins>;

template <typename T>
LayerErrors errors_of(ElementType type, const std::vector<T>& expected, const std::vector<T>& got) {
  LayerErrors errors;
  add_errors(errors, 7, type, to_bytes(expected), to_bytes(got));
  return errors;
}

constexpr float nan_value = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

}  // namespace

TEST_CASE("errors of integers are counted in steps") {
  const auto errors = errors_of<std::int8_t>(ElementType::s8, {0, 0, 0, 0, 0, 0, 0, -128, 0},
                                             {0, 1, -2, 4, 5, -16, 32, 127, 33});
  CHECK(errors.unit == ErrorUnit::steps);
  CHECK(errors.histogram == Histogram{1, 1, 1, 1, 1, 1, 1, 2});
  CHECK(errors.elements == 9);
  CHECK(errors.different == 8);
  CHECK(errors.largest == 255);
  REQUIRE(errors.first);
  CHECK(errors.first->run == 7);
  CHECK(errors.first->element == 1);
  CHECK(errors.first->expected == LayerErrors::Number(std::int64_t{0}));
  CHECK(errors.first->got == LayerErrors::Number(std::int64_t{1}));
}

TEST_CASE("the widest integers are not too far apart") {
  const auto errors =
      errors_of<std::int64_t>(ElementType::s64, {std::numeric_limits<std::int64_t>::min()},
                              {std::numeric_limits<std::int64_t>::max()});
  CHECK(errors.largest == Approx(0x1p64));
  CHECK(errors.histogram == Histogram{0, 0, 0, 0, 0, 0, 0, 1});
}

TEST_CASE("equal layers have no first difference") {
  const auto errors = errors_of<std::uint8_t>(ElementType::u8, {1, 255}, {1, 255});
  CHECK(!errors.first);
  CHECK(errors.different == 0);
  CHECK(errors.largest == 0);
  CHECK(errors.histogram == Histogram{2, 0, 0, 0, 0, 0, 0, 0});
}

TEST_CASE("errors of floats are relative to the largest of the layer") {
  const auto errors =
      errors_of<float>(ElementType::f32, {-1000, 0, 0, 0, 0}, {-1000, 0.005F, 0.05F, -5, 1000});
  CHECK(errors.unit == ErrorUnit::relative);
  CHECK(errors.histogram == Histogram{1, 0, 1, 1, 0, 1, 0, 1});
  CHECK(errors.different == 3);
  REQUIRE(errors.first);
  CHECK(errors.first->element == 2);
  CHECK(errors.first->got == LayerErrors::Number(0.05F));
  CHECK(errors.largest == 1);
}

TEST_CASE("what is no number differs from all that is one") {
  const auto errors =
      errors_of<float>(ElementType::f32, {nan_value, infinity, -infinity, 1, nan_value, infinity},
                       {nan_value, infinity, -infinity, nan_value, 1, -infinity});
  CHECK(errors.histogram == Histogram{3, 0, 0, 0, 0, 0, 0, 3});
  CHECK(std::isinf(errors.largest));
  REQUIRE(errors.first);
  CHECK(errors.first->element == 3);
}

TEST_CASE("of nothing but zeros, any error is too large") {
  CHECK(errors_of<float>(ElementType::f32, {0, 0}, {0, 1e-30F}).histogram ==
        Histogram{1, 0, 0, 0, 0, 0, 0, 1});
  CHECK(!errors_of<float>(ElementType::f32, {0, 0}, {0, -0.0F}).first);
}

TEST_CASE("errors by quantization are in steps of the scale") {
  LayerErrors errors;
  const std::vector<float> exact = {1, 1.2F, 1.3F, 2.6F, 100}, found = {1, 1, 1, 1, 1};
  add_errors(errors, 0, 0.5F, exact, found);
  CHECK(errors.unit == ErrorUnit::steps);
  CHECK(errors.histogram == Histogram{2, 1, 0, 1, 0, 0, 0, 1});
  REQUIRE(errors.first);
  CHECK(errors.first->element == 2);
  CHECK(errors.largest == 198);
}

TEST_CASE("cases add up, and the first difference stays") {
  LayerErrors errors;
  const auto add = [&](std::size_t run, std::vector<std::int8_t> got) {
    add_errors(errors, run, ElementType::s8, to_bytes(std::vector<std::int8_t>{0, 0}),
               to_bytes(got));
  };
  add(0, {0, 0});
  add(1, {0, 3});
  add(2, {9, 0});
  CHECK(errors.elements == 6);
  CHECK(errors.different == 2);
  CHECK(errors.first->run == 1);
  CHECK(errors.first->element == 1);
  CHECK(errors.largest == 9);
}

TEST_CASE("bins go up, to infinity") {
  for (const ErrorUnit unit : {ErrorUnit::steps, ErrorUnit::relative}) {
    for (std::size_t i = 1; i < LayerErrors::bins; ++i)
      CHECK(end_of_bin(unit, i) > end_of_bin(unit, i - 1));
    CHECK(std::isinf(end_of_bin(unit, LayerErrors::bins - 1)));
  }
}
