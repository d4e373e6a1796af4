// SPDX-License-Identifier: Apache-2.0
//
// Which weights of linear layers can be zero, and what the others must be to make up for them.
// Sources: Hassibi and Stork, optimal brain surgeon, 1993; Frantar and Alistarh, optimal brain
// compression, 2022, and SparseGPT, 2023.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "compiler/compress/compressed.h"
#include "compiler/diagnostics.h"
#include "compiler/quantize/calibrate.h"

namespace smelt {

/// How zeros lie. Taps are neighbours in the order of the operand without the channels' axis, from
/// the first on; channels likewise, among those that read the same inputs. What is left at the end,
/// too little for a group or a block, is never pruned.
struct Pattern {
  /// N:M, at most `nonzero` of each `of` neighbouring taps of an output channel; of 0: any.
  std::int32_t nonzero = 0, of = 0;
  /// Blocks of so many channels and taps are zero or not as one.
  std::int32_t channels = 1, taps = 1;
};

struct PruneOptions {
  /// Of the weights of all layers together that `layers` does not name. With N:M, layers that are
  /// pruned at all have at least the zeros that it wants, whatever their share.
  double share = 0;
  std::map<std::string, double> layers;  ///< by layer name; 0: it stays as it is
  Pattern pattern;
  /// By what the calibration data says of each weight when the others make up for it, which they
  /// then do. Otherwise, and where no data can tell, the smallest weights go.
  bool second_order = true;
};

/// Reports options that do not fit the graph; returns whether all do.
bool check_prune_options(const Graph& graph, const PruneOptions& options, Diagnostics& diagnostics);

/// Layers are pruned in the order of execution, each knowing the errors of those before it. With
/// one share for several, what a weight costs is its part of what the model's output loses when its
/// layer alone is pruned, so that sensitive layers keep more. Reports options that do not fit the
/// graph, and shares that are out of the pattern's reach.
Compressed prune(const Graph& graph, const std::vector<Sample>& samples,
                 const PruneOptions& options, Diagnostics& diagnostics);

}  // namespace smelt
