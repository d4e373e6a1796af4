// SPDX-License-Identifier: Apache-2.0
//
// The weights of a layer that make its output what it was, chosen one after the other, each making
// up for what was done to those before. Sources: Hassibi and Stork, optimal brain surgeon, 1993;
// Frantar et al., GPTQ, 2022.
//
// Eigen's headers are heavy: this one is for .cpp files.
#pragma once

#include <functional>

#include "compiler/quantize/moments.h"

namespace smelt {

/// [tap][channel]: false is a weight that must be 0.
using Kept = Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic>;

/// Of the w^ of moments.h, a column per channel, held to `original` in parts `hold` of the data's
/// power: little data tells little of many weights.
class LeastSquares {
 public:
  /// Weights of a column, without the bias, as they are before the first is chosen.
  using Start = std::function<void(std::int64_t column, const Eigen::VectorXd& weights)>;
  /// Returns the value that one is given instead of `value`.
  using Choose = std::function<double(std::int64_t column, std::int64_t tap, double value)>;

  LeastSquares(const Moments& moments, const Matrix& original, double hold);

  /// What is best with these weights kept.
  Matrix solve(const Kept& kept) const;
  /// The same, every weight chosen by `choose`, which must give 0 for those that are not kept.
  /// Columns come in any order, from several threads, the taps of each in order.
  Matrix solve(const Kept& kept, const Start& start, const Choose& choose) const;

  const Matrix& hessian() const { return hessian_; }
  const Matrix& right() const { return right_; }

 private:
  Matrix hessian_;  // of half the error
  Matrix right_;    // hessian_ times what is best
};

constexpr double usual_hold = 0.3;
/// How closely to hold weights: the part that fits the last half of the data best when `fit`
/// chooses them by the first, up to a size that leaves time for it.
double best_hold(const Halves& halves, const Matrix& original,
                 const std::function<Matrix(const Moments&, double hold)>& fit);

}  // namespace smelt
