// SPDX-License-Identifier: Apache-2.0
#include "compiler/evaluate/metrics.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;

TEST_CASE("signal to noise in decibels", "[metrics]") {
  SignalToNoise noise;
  noise.add(std::vector<float>{3, -4}, std::vector<float>{3, -4});
  CHECK(noise.decibels() == std::numeric_limits<double>::infinity());
  noise.add(std::vector<float>{5}, std::vector<float>{4.5F});
  CHECK(noise.decibels() == Approx(10 * std::log10(50 / 0.25)));
}

TEST_CASE("without a signal, noise is 0 dB", "[metrics]") {
  SignalToNoise noise;
  noise.add(std::vector<float>{0, 0}, std::vector<float>{0, 1});
  CHECK(noise.decibels() == 0);
}

TEST_CASE("the first of the largest values is the top", "[metrics]") {
  CHECK(top(std::vector<float>{1, 7, 7, -3}) == 1);
  CHECK(top(std::vector<float>{-5, -2}) == 1);
}

TEST_CASE("mean squared error", "[metrics]") {
  CHECK(mean_squared_error(std::vector<float>{1, 2}, std::vector<float>{1, 5}) == 4.5);
  CHECK(mean_squared_error({}, {}) == 0);
}

TEST_CASE("the area under the curve of scores apart, upside down and all alike", "[metrics]") {
  CHECK(area_under_curve({0.1, 0.2, 0.8, 0.9}, {0, 0, 1, 1}) == 1);
  CHECK(area_under_curve({0.1, 0.2, 0.8, 0.9}, {1, 1, 0, 0}) == 0);
  CHECK(area_under_curve({5, 5, 5, 5, 5}, {0, 1, 0, 1, 1}) == 0.5);
  CHECK(area_under_curve({1, 2, 2, 3}, {0, 0, 1, 1}) == 3.5 / 4);
}

TEST_CASE("the area under the curve counts pairs, ties half", "[metrics]") {
  Random random(3);
  for (int trial = 0; trial < 50; ++trial) {
    std::vector<double> scores = {0, 1};
    std::vector<std::int64_t> labels = {0, 1};
    for (int i = 0; i < 30; ++i) {
      scores.push_back(random.integer(0, 8));
      labels.push_back(random.integer(0, 3));  // what is not 0 is positive
    }
    double won = 0, pairs = 0;
    for (std::size_t p = 0; p < scores.size(); ++p)
      for (std::size_t n = 0; n < scores.size(); ++n) {
        if (labels[p] == 0 || labels[n] != 0) continue;
        ++pairs;
        won += scores[p] > scores[n] ? 1 : scores[p] == scores[n] ? 0.5 : 0;
      }
    CHECK(area_under_curve(scores, labels) == Approx(won / pairs).epsilon(1e-12));
  }
}
