// SPDX-License-Identifier: Apache-2.0
#include "compiler/compress/k_means.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;

namespace {

double error_of(const std::vector<WeightedPoint>& points, const std::vector<double>& centres) {
  double sum = 0;
  for (const auto& [value, weight] : points) {
    double least = std::numeric_limits<double>::infinity();
    for (const double centre : centres) least = std::min(least, std::pow(value - centre, 2));
    sum += weight * least;
  }
  return sum;
}

std::vector<WeightedPoint> random_points(Random& random, int count) {
  std::vector<WeightedPoint> points;
  for (int i = 0; i < count; ++i)
    points.push_back({std::pow(random.real(-1, 1), 3), random.real(0, 4)});
  return points;
}

/// The least error over all ways to part sorted points into `count` runs, one of which is at 0 if
/// `with_zero`.
double least_error(const std::vector<WeightedPoint>& sorted, std::size_t from, std::size_t count,
                   bool with_zero) {
  if (from == sorted.size()) return 0;
  double least = std::numeric_limits<double>::infinity();
  if (count == 0) return least;
  double weight = 0, first = 0, second = 0;
  for (std::size_t end = from; end < sorted.size(); ++end) {
    const auto& [value, w] = sorted[end];
    weight += w;
    first += w * value;
    second += w * value * value;
    const double own = weight > 0 ? second - first * first / weight : 0;
    if (count > (with_zero ? 1U : 0U))
      least = std::min(least, own + least_error(sorted, end + 1, count - 1, with_zero));
    if (with_zero) least = std::min(least, second + least_error(sorted, end + 1, count - 1, false));
  }
  return least;
}

}  // namespace

TEST_CASE("centres are the best of all partitions", "[compress]") {
  Random random(1);
  for (int trial = 0; trial < 60; ++trial) {
    std::vector<WeightedPoint> points = random_points(random, random.integer(1, 9));
    const auto count = static_cast<std::size_t>(random.integer(1, 4));
    const bool with_zero = random.coin();
    const std::vector<double> centres = k_means(points, count, with_zero);
    CAPTURE(trial, points.size(), count, with_zero);
    CHECK(centres.size() <= count);
    CHECK(std::is_sorted(centres.begin(), centres.end()));
    CHECK(std::count(centres.begin(), centres.end(), 0.0) >= (with_zero ? 1 : 0));
    std::sort(points.begin(), points.end(),
              [](const auto& a, const auto& b) { return a.value < b.value; });
    CHECK(error_of(points, centres) ==
          Approx(least_error(points, 0, count, with_zero)).margin(1e-9));
  }
}

TEST_CASE("many points get better centres than equal steps", "[compress]") {
  Random random(2);
  const std::vector<WeightedPoint> points = random_points(random, 5000);
  for (const std::size_t count : {4U, 16U, 64U}) {
    std::vector<double> steps;
    for (std::size_t k = 0; k < count; ++k)
      steps.push_back(-1 + (2 * static_cast<double>(k) + 1) / static_cast<double>(count));
    // Of many levels, 0.71 of it by Panter and Dite.
    CHECK(error_of(points, k_means(points, count, false)) < 0.72 * error_of(points, steps));
  }
}

TEST_CASE("points of no weight, and none at all, have centres", "[compress]") {
  CHECK(k_means({}, 4, false) == std::vector<double>{0});
  CHECK(k_means({}, 4, true) == std::vector<double>{0});
  CHECK(k_means({{5, 0}, {7, 0}}, 2, false) == std::vector<double>{0});
  CHECK(k_means({{5, 1}, {5, 2}}, 4, false) == std::vector<double>{5});
  CHECK(k_means({{5, 1}, {5, 2}}, 2, true) == std::vector<double>{0, 5});
  CHECK(k_means({{5, 1}}, 1, true) == std::vector<double>{0});
}

TEST_CASE("the nearest centre, the smaller one of two", "[compress]") {
  const std::vector<double> centres = {-2, 0, 1};
  CHECK(nearest(centres, -9) == 0);
  CHECK(nearest(centres, -1) == 0);
  CHECK(nearest(centres, -0.9) == 1);
  CHECK(nearest(centres, 0.5) == 1);
  CHECK(nearest(centres, 9) == 2);
}
