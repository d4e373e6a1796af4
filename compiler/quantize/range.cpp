// SPDX-License-Identifier: Apache-2.0
#include "compiler/quantize/range.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace smelt {
namespace {

constexpr double tail = 1.0 / 20000;
/// Ranges are tried in steps of 1/32 of what was seen.
constexpr int steps = 32;

/// The range without `tail` of the values at either end.
Range without_tails(const Histogram& histogram) {
  const std::vector<double>& counts = histogram.counts();
  const double outside = tail * std::accumulate(counts.begin(), counts.end(), 0.0);
  std::size_t low = 0, high = counts.size() - 1;
  for (double seen = counts[low]; seen <= outside && low < high;) seen += counts[++low];
  for (double seen = counts[high]; seen <= outside && high > low;) seen += counts[--high];
  const double half = histogram.width() / 2;
  return {std::min(0.0F, static_cast<float>(histogram.value(low) - half)),
          std::max(0.0F, static_cast<float>(histogram.value(high) + half))};
}

/// Sum of squared errors of all values if `range` is resolved: rounding errors are uniform within a
/// step, values beyond saturate.
double squared_error(const Histogram& histogram, const Range& range, std::int32_t levels) {
  const double step = (double{range.max} - double{range.min}) / levels;
  double sum = 0;
  for (std::size_t bin = 0; bin < Histogram::bins; ++bin) {
    const double value = histogram.value(bin);
    const double beyond = std::max({range.min - value, value - range.max, 0.0});
    sum += histogram.counts()[bin] * (beyond > 0 ? beyond * beyond : step * step / 12);
  }
  return sum;
}

/// Kullback-Leibler divergence of the histogram within `range`, saturated values at its ends, from
/// the same at the resolution of `levels`.
double divergence(const Histogram& histogram, const Range& range, std::int32_t levels) {
  const auto count = static_cast<std::size_t>(levels);
  const double step = (double{range.max} - double{range.min}) / levels;
  std::vector<double> sums(count);
  std::vector<int> occupied(count);
  std::vector<double> clipped = histogram.counts();
  std::size_t first = Histogram::bins, last = 0;
  const auto level = [&](std::size_t bin) {
    const double index = (histogram.value(bin) - range.min) / step;
    return static_cast<std::size_t>(std::clamp(index, 0.0, static_cast<double>(levels - 1)));
  };
  for (std::size_t bin = 0; bin < Histogram::bins; ++bin) {
    if (histogram.value(bin) < range.min || histogram.value(bin) > range.max) continue;
    first = std::min(first, bin);
    last = std::max(last, bin);
    sums[level(bin)] += clipped[bin];
    occupied[level(bin)] += clipped[bin] > 0;
  }
  if (first > last) return std::numeric_limits<double>::infinity();
  for (std::size_t bin = 0; bin < first; ++bin) clipped[first] += histogram.counts()[bin];
  for (std::size_t bin = last + 1; bin < Histogram::bins; ++bin)
    clipped[last] += histogram.counts()[bin];
  const double total = std::accumulate(histogram.counts().begin(), histogram.counts().end(), 0.0);
  const double inside = std::accumulate(sums.begin(), sums.end(), 0.0);
  double sum = 0;
  for (std::size_t bin = first; bin <= last; ++bin) {
    if (clipped[bin] <= 0) continue;
    // An end that only saturated values reach has no resolution at all.
    const double q = histogram.counts()[bin] > 0 ? sums[level(bin)] / occupied[level(bin)] : 1e-9;
    const double p = clipped[bin] / total;
    sum += p * std::log(p * inside / q);
  }
  return sum;
}

/// The parts of the range at which `loss` is smallest; both ends shrink by themselves, as far as a
/// quarter.
Range smallest(const Range& whole, const std::function<double(const Range&)>& loss) {
  Range best = whole;
  double least = loss(whole);
  const auto try_it = [&](const Range& range) {
    const double found = loss(range);
    if (found >= least) return;
    least = found;
    best = range;
  };
  for (int i = steps / 4; i <= steps; ++i) {
    const float part = static_cast<float>(i) / steps;
    try_it({whole.min * part, whole.max * part});
  }
  const Range middle = best;
  for (int i = steps / 4; i <= steps; ++i) {
    const float part = static_cast<float>(i) / steps;
    try_it({whole.min * part, middle.max});
    try_it({middle.min, whole.max * part});
  }
  return best;
}

}  // namespace

Quantization quantization_of(const Range& range, ElementType type) {
  // Of a tensor that is 0 everywhere: not so far from its neighbours' that kernels cannot rescale.
  if (range == Range{}) return {{1.0F}, {0}};
  constexpr double smallest_scale = 1e-9;
  if (type == ElementType::s16) {
    const double largest = std::max(-double{range.min}, double{range.max});
    return {{static_cast<float>(std::max(largest / 32767, smallest_scale))}, {0}};
  }
  const auto scale =
      static_cast<float>(std::max((double{range.max} - double{range.min}) / 255, smallest_scale));
  const double zero = std::nearbyint(-128 - double{range.min} / double{scale});
  return {{scale}, {static_cast<std::int32_t>(std::clamp(zero, -128.0, 127.0))}};
}

void Histogram::add(std::span<const float> values) {
  const double scale = width() > 0 ? 1 / width() : 0;
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    const double bin = (double{value} - double{range_.min}) * scale;
    ++counts_[static_cast<std::size_t>(std::clamp(bin, 0.0, double{bins - 1}))];
  }
}

void Histogram::add(const Histogram& other) {
  for (std::size_t bin = 0; bin < bins; ++bin) counts_[bin] += other.counts_[bin];
}

std::string_view to_string(Observer observer) {
  switch (observer) {
    case Observer::min_max: return "min-max";
    case Observer::percentile: return "percentile";
    case Observer::mse: return "mse";
    case Observer::entropy: return "entropy";
  }
  return "";
}

Range observe(const Histogram& histogram, Observer observer, std::int32_t levels) {
  const Range& whole = histogram.range();
  if (whole == Range{}) return whole;
  switch (observer) {
    case Observer::min_max: return whole;
    case Observer::percentile: return without_tails(histogram);
    case Observer::mse:
      return smallest(whole, [&](const Range& r) { return squared_error(histogram, r, levels); });
    case Observer::entropy:
      // More levels than a histogram has bins keep all information.
      if (levels > static_cast<std::int32_t>(Histogram::bins) / 2) return whole;
      return smallest(whole, [&](const Range& r) { return divergence(histogram, r, levels); });
  }
  return whole;
}

}  // namespace smelt
