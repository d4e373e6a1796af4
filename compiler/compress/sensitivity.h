// SPDX-License-Identifier: Apache-2.0
//
// Which share of each layer's weights to prune: as many as the model can do without under a bound.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "compiler/compress/prune.h"
#include "compiler/quantize/loss.h"

namespace smelt {

constexpr std::array<double, 5> sensitivity_shares = {0.5, 0.7, 0.8, 0.9, 0.95};

/// A layer, and what the model loses if that one alone is pruned to each of sensitivity_shares.
struct LayerSensitivity {
  std::string name;
  std::int64_t weights = 0;  ///< how many
  struct At {
    double share = 0;  ///< that was reached
    double loss = 0;   ///< by Loss
    double noise = 0;  ///< squared error of the output, relative to it
    double harm = 0;   ///< what shares are set by: the loss and, as large on average, the noise
  };
  std::array<At, sensitivity_shares.size()> at;
  double share = 0;  ///< what was chosen
};

/// Shares that were pruned and measured as a whole.
struct PruneTrial {
  double threshold = 0;  ///< harm per weight that each layer may do
  double share = 0;      ///< of the weights of all layers
  double loss = 0;
};

struct PruneChoice {
  PruneOptions options;                 ///< a share for every layer
  std::vector<LayerSensitivity> table;  ///< in the order of execution
  std::vector<PruneTrial> trials;
};

/// Layers that `options` names have the share that it says, the others one each, none larger than
/// the last of sensitivity_shares. They are set by one threshold, which is found by bisection:
/// candidates are pruned, recovered by `recover`, if there is one, and measured as a whole. None
/// that loses at most `most`: nothing is pruned. What is fitted to `samples` loses less on them
/// than on others: where there are many, `loss` is better over some that are not among them.
/// Reports options that do not fit the graph.
PruneChoice choose_shares(const Graph& graph, const std::vector<Sample>& samples,
                          const PruneOptions& options, const Loss& loss, double most,
                          const std::function<Compressed(Compressed)>& recover,
                          Diagnostics& diagnostics);

}  // namespace smelt
