// SPDX-License-Identifier: Apache-2.0
#include "compiler/evaluate/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace smelt {

void SignalToNoise::add(std::span<const float> exact, std::span<const float> found) {
  for (std::size_t i = 0; i < exact.size(); ++i) {
    const double error = double{exact[i]} - double{found[i]};
    signal += double{exact[i]} * double{exact[i]};
    noise += error * error;
  }
}

void SignalToNoise::add(const SignalToNoise& other) {
  signal += other.signal;
  noise += other.noise;
}

double SignalToNoise::relative() const {
  return noise / std::max(signal, 1e-30);
}

double SignalToNoise::decibels() const {
  if (noise == 0) return std::numeric_limits<double>::infinity();
  return signal == 0 ? 0 : 10 * std::log10(signal / noise);
}

std::size_t top(std::span<const float> values) {
  return static_cast<std::size_t>(std::max_element(values.begin(), values.end()) - values.begin());
}

double mean_squared_error(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    sum += (double{a[i]} - double{b[i]}) * (double{a[i]} - double{b[i]});
  return a.empty() ? 0 : sum / static_cast<double>(a.size());
}

double area_under_curve(const std::vector<double>& scores,
                        const std::vector<std::int64_t>& labels) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return scores[a] < scores[b]; });
  // The sum of the positives' ranks; equals share the mean of theirs.
  double ranks = 0, positives = 0;
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last < order.size() && scores[order[last]] == scores[order[first]]) ++last;
    const double rank = (static_cast<double>(first) + static_cast<double>(last) + 1) / 2;
    for (; first < last; ++first)
      if (labels[order[first]] != 0) {
        ranks += rank;
        ++positives;
      }
  }
  const double negatives = static_cast<double>(order.size()) - positives;
  return (ranks - positives * (positives + 1) / 2) / (positives * negatives);
}

}  // namespace smelt
