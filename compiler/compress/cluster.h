// SPDX-License-Identifier: Apache-2.0
//
// Weight sharing: the weights of a layer become a few levels, times one scale for each output
// channel.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "compiler/compress/compressed.h"
#include "compiler/diagnostics.h"
#include "compiler/quantize/calibrate.h"

namespace smelt {

struct ClusterOptions {
  /// Each weight is one of at most 2^bits levels: 1 to 6; 0: only those of `layers` are.
  std::int32_t bits = 4;
  /// By layer name, what is not `bits`.
  std::map<std::string, std::int32_t> layers;
  /// Each output channel has levels of its own.
  bool by_channel = false;
  /// A bit per weight that entropy coding saves is worth this much error of the layers' outputs,
  /// relative to their power and summed over the layers. 0: bits do not count.
  double rate = 0;
};

/// `compressed` has been pruned, or not; `samples` have been checked. Pruned weights stay zero and
/// have a level 0. Weights and biases make up on the data for the errors of the layers before
/// them. Reports options that do not fit the graph.
void cluster(Compressed& compressed, const std::vector<Sample>& samples,
             const ClusterOptions& options, Diagnostics& diagnostics);

}  // namespace smelt
