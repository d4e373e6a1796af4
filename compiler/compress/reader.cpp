// SPDX-License-Identifier: Apache-2.0
//
// With P the inverse of the hessian, weights w_S can become 0 at a cost of w_S' (P_SS)^-1 w_S if
// all weights change by -P_S (P_SS)^-1 w_S; the inverse for those that are left is then P - P_S
// (P_SS)^-1 P_S'.
#include "compiler/compress/reader.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <limits>

#include "compiler/ops/channels.h"
#include "compiler/quantize/least_squares.h"

namespace smelt {

std::vector<std::vector<Eigen::Index>> taps_by_channel(const NodeView& view) {
  const LinearLayout layout(view);
  const std::int32_t axis = view.node.op->channels->axes(view).front().input;
  const Shape& shape = view.input(weights_operand).shape;
  std::vector<std::vector<Eigen::Index>> taps(
      static_cast<std::size_t>(channel_count(view.input(0))));
  for (std::int64_t tap = 0; tap < layout.taps; ++tap)
    taps[index_along(shape, axis, layout.position(0, tap))].push_back(tap);
  return taps;
}

ChannelReader::ChannelReader(const NodeView& view)
    : taps_(taps_by_channel(view)),
      weights_(weights_and_biases(view, 0, LinearLayout(view).channels)),
      power_(weights_.topRows(weights_.rows() - 1).squaredNorm()) {}

ChannelReader::ChannelReader(const NodeView& view, const Moments& moments) : ChannelReader(view) {
  const Eigen::Index bias = weights_.rows() - 1;
  const Matrix hessian = LeastSquares(moments, weights_, usual_hold).hessian();
  inverse_ = hessian.llt().solve(Matrix::Identity(hessian.rows(), hessian.cols()));
  power_ = weights_.cwiseProduct(moments.found * weights_).sum() -
           (moments.found.row(bias) * weights_).squaredNorm() / moments.rows;
}

double ChannelReader::loss(std::int32_t channel) const {
  const auto& taps = taps_[static_cast<std::size_t>(channel)];
  const Matrix weights = weights_(taps, Eigen::all);
  double lost = weights.squaredNorm();
  if (inverse_.size())
    lost = weights.cwiseProduct(Matrix(inverse_(taps, taps)).ldlt().solve(weights)).sum();
  return lost / std::max(power_, std::numeric_limits<double>::min());
}

void ChannelReader::remove(std::int32_t channel) {
  const auto& taps = taps_[static_cast<std::size_t>(channel)];
  ++removed_;
  if (inverse_.size()) {
    const Matrix some = inverse_(taps, Eigen::all);
    const Matrix change = Matrix(inverse_(taps, taps)).ldlt().solve(some);
    weights_ -= change.transpose() * Matrix(weights_(taps, Eigen::all));
    inverse_ -= some.transpose() * change;
  }
  weights_(taps, Eigen::all).setZero();
}

}  // namespace smelt
