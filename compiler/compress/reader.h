// SPDX-License-Identifier: Apache-2.0
//
// A weighted sum over channels, and what it loses when some of them go.
//
// Eigen's headers are heavy: this one is for .cpp files.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/quantize/moments.h"

namespace smelt {

/// The taps of a layer that multiply each channel of its operand 0.
std::vector<std::vector<Eigen::Index>> taps_by_channel(const NodeView& view);

/// Losses are parts of the power of the layer's outputs, or of its squared weights.
class ChannelReader {
 public:
  /// Channels count by their weights.
  explicit ChannelReader(const NodeView& view);
  /// Channels count by what the output loses on data when the weights of those that are left change
  /// to make up for them.
  ChannelReader(const NodeView& view, const Moments& moments);

  /// What is lost if this channel goes too.
  double loss(std::int32_t channel) const;
  void remove(std::int32_t channel);
  /// How many have gone.
  int removed() const { return removed_; }

 private:
  std::vector<std::vector<Eigen::Index>> taps_;  // by channel
  Matrix weights_;                               // [taps + 1][output channels]
  Matrix inverse_;                               // of the hessian; empty: there are no data
  double power_ = 0;
  int removed_ = 0;
};

}  // namespace smelt
