// SPDX-License-Identifier: Apache-2.0
//
// How good results are.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace smelt {

/// Powers of exact values and of the errors of others.
struct SignalToNoise {
  double signal = 0;
  double noise = 0;

  void add(std::span<const float> exact, std::span<const float> found);
  void add(const SignalToNoise& other);
  /// noise / signal; large, but finite, without a signal.
  double relative() const;
  /// 10 log10(signal / noise); infinite without noise, 0 without a signal.
  double decibels() const;
};

/// Index of the largest value, the first of equals.
std::size_t top(std::span<const float> values);

double mean_squared_error(std::span<const float> a, std::span<const float> b);

/// Area under the receiver operating characteristic: how often a positive sample has a larger
/// score than a negative one, equals counting half. Both kinds must occur.
double area_under_curve(const std::vector<double>& scores, const std::vector<std::int64_t>& labels);

}  // namespace smelt
