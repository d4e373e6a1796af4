// SPDX-License-Identifier: Apache-2.0
#include "compiler/quantize/range.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;

namespace {

/// About normal, standard deviation 1.
std::vector<float> bell() {
  Random random(7);
  std::vector<float> values;
  for (int i = 0; i < 100'000; ++i) {
    float sum = 0;
    for (int j = 0; j < 12; ++j) sum += random.real(-0.5F, 0.5F);
    values.push_back(sum);
  }
  return values;
}

/// Of a million values and one outlier.
Histogram with_outlier(float outlier) {
  const std::vector<float> values = bell();
  const auto [min, max] = std::minmax_element(values.begin(), values.end());
  Histogram histogram({std::min(*min, outlier), std::max(*max, outlier)});
  for (int i = 0; i < 10; ++i) histogram.add(values);
  histogram.add(std::vector<float>{outlier});
  return histogram;
}

Histogram histogram_of(const std::vector<float>& values) {
  Range range;
  for (const float value : values) range = {std::min(range.min, value), std::max(range.max, value)};
  Histogram histogram(range);
  histogram.add(values);
  return histogram;
}

double dequantized(const Quantization& q, double value) {
  const double level = std::round(value / double{q.scale()}) + q.zero_point();
  return double{q.scale()} * (level - q.zero_point());
}

constexpr std::int32_t levels = 255;

}  // namespace

TEST_CASE("min-max keeps an outlier that the others clip", "[quantize]") {
  const Histogram histogram = with_outlier(100);
  CHECK(observe(histogram, Observer::min_max, levels) == histogram.range());
  CHECK(observe(histogram, Observer::min_max, levels).max == 100);
  for (const Observer observer : {Observer::percentile, Observer::mse, Observer::entropy}) {
    CAPTURE(to_string(observer));
    const Range range = observe(histogram, observer, levels);
    // One square of 30 outweighs the rounding errors of many.
    CHECK(range.max < (observer == Observer::mse ? 75 : 30));
    CHECK(range.max > 2);
    CHECK(range.min <= -2);
  }
}

TEST_CASE("each end is clipped by itself", "[quantize]") {
  const Range low = observe(with_outlier(-40), Observer::percentile, levels);
  CHECK(low.min > -10);
  CHECK(low.max > 3);
  const Range mse = observe(with_outlier(-40), Observer::mse, levels);
  CHECK(mse.min > -30);
  CHECK(mse.max > 2);
}

TEST_CASE("what fills its range evenly is not clipped", "[quantize]") {
  Random random(8);
  std::vector<float> values;
  for (int i = 0; i < 100'000; ++i) values.push_back(random.real(-2, 6));
  const Histogram histogram = histogram_of(values);
  for (const Observer observer : all_observers) {
    CAPTURE(to_string(observer));
    const Range range = observe(histogram, observer, levels);
    CHECK(range.min == Approx(-2).margin(0.3));
    CHECK(range.max == Approx(6).margin(0.3));
  }
}

TEST_CASE("with the levels of 16 bits, nothing is worth clipping but for tails", "[quantize]") {
  const Histogram histogram = with_outlier(20);
  CHECK(observe(histogram, Observer::mse, 65535) == histogram.range());
  CHECK(observe(histogram, Observer::entropy, 65535) == histogram.range());
}

TEST_CASE("values of one sign keep 0 in their range, in either direction", "[quantize]") {
  std::vector<float> values = {3, 4, 5, 5, 5, 4};
  for (const float sign : {1.0F, -1.0F}) {
    for (float& value : values) value = std::abs(value) * sign;
    for (const Observer observer : all_observers) {
      const Range range = observe(histogram_of(values), observer, levels);
      CAPTURE(to_string(observer), range.min, range.max);
      CHECK(range.min <= 0);
      CHECK(range.max >= 0);
    }
  }
}

TEST_CASE("histograms of nothing and of zeros choose a range without width", "[quantize]") {
  Histogram zeros{Range{}};
  zeros.add(std::vector<float>{0, 0, 0});
  for (const Observer observer : all_observers) CHECK(observe(zeros, observer, levels) == Range{});
}

TEST_CASE("values that are not finite are not counted", "[quantize]") {
  Histogram histogram({-1, 1});
  histogram.add(std::vector<float>{NAN, INFINITY, -INFINITY, 0.5F});
  double sum = 0;
  for (const double count : histogram.counts()) sum += count;
  CHECK(sum == 1);
}

TEST_CASE("zero and both ends of a range are represented", "[quantize]") {
  Random random(9);
  for (int i = 0; i < 2000; ++i) {
    const float size = std::exp(random.real(-12, 12));
    const Range range{-size * random.real(0, 1), size * random.real(0, 1)};
    CAPTURE(range.min, range.max);
    for (const ElementType type : {ElementType::s8, ElementType::s16}) {
      const Quantization q = quantization_of(range, type);
      const IntegerRange limits = range_of(type);
      CHECK(dequantized(q, 0) == 0);
      CHECK(q.zero_point() >= limits.min);
      CHECK(q.zero_point() <= limits.max);
      // Rounding the zero point moves the range by half a step at most.
      const double half = 0.51 * double{q.scale()};
      CHECK(q.scale() * static_cast<float>(limits.min - q.zero_point()) <= range.min + half);
      CHECK(q.scale() * static_cast<float>(limits.max - q.zero_point()) >= range.max - half);
    }
    CHECK(quantization_of(range, ElementType::s16).zero_point() == 0);
  }
}

TEST_CASE("a range without width, and the widest, have a scale", "[quantize]") {
  constexpr float most = std::numeric_limits<float>::max();
  for (const ElementType type : {ElementType::s8, ElementType::s16})
    for (const Range range : {Range{}, Range{-most, most}, Range{0, most}, Range{-1e-30F, 0}}) {
      const Quantization q = quantization_of(range, type);
      CHECK(q.scale() > 0);
      CHECK(std::isfinite(q.scale()));
    }
}
