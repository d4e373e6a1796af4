// SPDX-License-Identifier: Apache-2.0
//
// With z the inputs of an output element and a last 1, w its weights and bias, z^ and w^ the same
// in a graph that was made smaller, the error to be made small is the sum over the data of
// (w z - w^ z^)^2. It depends on the data by the moments sum z^ z^' and sum z^ z' only.
//
// Eigen's headers are heavy: this one is for .cpp files.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "compiler/evaluate/evaluate.h"
#include "compiler/quantize/linear.h"

namespace smelt {

using Matrix = Eigen::MatrixXd;

/// The moments of more taps take too much time and memory.
constexpr std::int64_t max_taps = 4096;

struct Moments {
  Matrix found;     // [taps + 1][taps + 1], sum z^ z^'
  Matrix by_exact;  // [taps + 1][taps + 1], sum z^ z'
  double rows = 0;

  void operator+=(const Moments& other);
  /// Data that overflows tells nothing.
  bool finite() const { return found.allFinite() && by_exact.allFinite(); }
};

/// Of the first and of the last half of the samples: neighbours are alike, halves are less so.
struct Halves {
  Moments first, last;
  Moments all() const;
};

/// What one group of output channels reads: exact[i] and found[i] are operand 0 in sample i, as the
/// reference has it and as the smaller graph does. The operator's rule has patches. The same
/// numbers on any number of cores.
Halves moments_of(const NodeView& view, std::int32_t group, const std::vector<const Bytes*>& exact,
                  const std::vector<const Bytes*>& found);

/// Weights and, last, biases of `count` channels from `first` on, a column per channel.
Matrix weights_and_biases(const NodeView& view, std::int64_t first, std::int64_t count);

}  // namespace smelt
