// SPDX-License-Identifier: Apache-2.0
//
// Which channels of a float graph can leave it, together with which others, and what is computed
// without them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "compiler/graph/graph.h"

namespace smelt {

/// A channel of a node's output or of its operand 0.
struct NodeChannel {
  std::size_t node = 0;
  std::int32_t channel = 0;
};

/// Channels that can only go together.
struct CoupledChannels {
  std::vector<NodeChannel> made;           ///< by layers with weights
  std::vector<NodeChannel> read;           ///< by weighted sums
  std::map<TensorId, std::int32_t> count;  ///< how many of each tensor
};

/// Those of the same tensors.
using ChannelFamily = std::vector<CoupledChannels>;

/// All that can go: nobody takes them whole, and they are zero once the weights that make them are.
std::vector<ChannelFamily> channel_families(const Graph& graph);

/// The graph with the weights and biases that make these channels zero.
Graph without_channels(Graph graph, const std::vector<const CoupledChannels*>& channels);

/// The multiply-accumulates of a graph that has lost so many channels of each tensor.
double macs_without(const Graph& graph, const std::map<TensorId, std::int32_t>& lost);

}  // namespace smelt
