// SPDX-License-Identifier: Apache-2.0
//
// The weights of linear operators: who has them, and where in their operand they lie.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "compiler/graph/graph.h"

namespace smelt {

constexpr std::size_t weights_operand = 1;
constexpr std::size_t bias_operand = 2;

/// Constant floats that multiply what the node reads, each in one output channel.
bool has_weights(const Graph& graph, const Node& node);

/// By output channel and tap, which is a weight of one output channel: taps are counted in the
/// order of the operand with the channels' axis left out, as in Patches.
struct LinearLayout {
  /// Of a node that has_weights.
  explicit LinearLayout(const NodeView& view);

  std::size_t position(std::int64_t channel, std::int64_t tap) const {
    return static_cast<std::size_t>((tap / inner * channels + channel) * inner + tap % inner);
  }

  std::int64_t weights() const { return channels * taps; }
  std::int32_t groups() const { return static_cast<std::int32_t>(channels / group_channels); }

  std::int64_t channels = 0, taps = 0, inner = 1;
  /// So many channels, one group after the other, read inputs of their own.
  std::int64_t group_channels = 0;
};

/// Replaces the weights, in the layout of their operand, and the biases of a node; constants that
/// other nodes read too stay as they are.
void set_weights(Graph& graph, std::size_t node, const std::vector<float>& weights,
                 const std::vector<float>& biases);

}  // namespace smelt
