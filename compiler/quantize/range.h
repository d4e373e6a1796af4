// SPDX-License-Identifier: Apache-2.0
//
// Ranges of real values: what a tensor has been seen to hold, and what part of that is worth
// resolving.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "compiler/graph/types.h"

namespace smelt {

/// Smallest and largest value; always with 0, which padding and ReLU produce and which must be
/// exact.
struct Range {
  float min = 0;
  float max = 0;
  bool operator==(const Range&) const = default;
};

/// The parameters that resolve `range`: s8 with a zero point, s16 symmetric.
Quantization quantization_of(const Range& range, ElementType type);

/// How often which value occurred.
class Histogram {
 public:
  static constexpr std::size_t bins = 2048;

  explicit Histogram(Range range) : range_(range), counts_(bins) {}

  /// Those that are finite.
  void add(std::span<const float> values);
  void add(const Histogram& other);

  const Range& range() const { return range_; }
  const std::vector<double>& counts() const { return counts_; }
  double width() const { return (double{range_.max} - double{range_.min}) / bins; }
  /// The middle of a bin.
  double value(std::size_t bin) const {
    return range_.min + (static_cast<double>(bin) + 0.5) * width();
  }

 private:
  Range range_;
  std::vector<double> counts_;
};

/// Ways to choose the range that is resolved; values beyond it saturate.
enum class Observer : std::uint8_t {
  min_max,     ///< all that was seen
  percentile,  ///< all but 1 in 20,000 at either end
  mse,         ///< what makes the mean squared error smallest
  entropy,     ///< what keeps most of the distribution's information (Kullback-Leibler)
};
constexpr Observer all_observers[] = {Observer::min_max, Observer::percentile, Observer::mse,
                                      Observer::entropy};
std::string_view to_string(Observer observer);

/// The range that `observer` chooses for `levels` values.
Range observe(const Histogram& histogram, Observer observer, std::int32_t levels);

}  // namespace smelt
