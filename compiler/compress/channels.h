// SPDX-License-Identifier: Apache-2.0
//
// Structured pruning: whole channels or neurons leave the graph, with the weights that make them
// and those that read them. Sources: He et al., Channel pruning for accelerating very deep neural
// networks, 2017; Luo et al., ThiNet, 2017; Hassibi and Stork, optimal brain surgeon, 1993.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "compiler/diagnostics.h"
#include "compiler/graph/graph.h"
#include "compiler/quantize/calibrate.h"

namespace smelt {

struct ChannelPruneOptions {
  /// Of the multiply-accumulates, to go. Channels that cost little accuracy for what they compute
  /// go first.
  double share = 0.5;
  /// By layer name: the share of its output channels to go, whatever `share` says; 0: all stay.
  std::map<std::string, double> layers;
  /// By what those who read a channel lose on the calibration data when their other weights make up
  /// for it, which they then do. Otherwise the channels of small weights go.
  bool second_order = true;
};

/// `graph` is what the passes on floats gave; `samples` have been checked. Channels that are added,
/// joined or computed from each other one by one go together; the model's outputs, and two channels
/// of every tensor, stay. As kernels for vectors like multiples of 4 channels, that is what layers
/// of more than 4 are left with. Origins of the result say which channels of the graph's tensors
/// are left. Reports options that do not fit the graph, and a share that is out of reach.
Graph prune_channels(Graph graph, const std::vector<Sample>& samples,
                     const ChannelPruneOptions& options, Diagnostics& diagnostics);

}  // namespace smelt
