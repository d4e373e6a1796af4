// SPDX-License-Identifier: Apache-2.0
//
// What weights carry: how many are zero, how many numbers occur, and how short they could be
// written.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/compress/compressed.h"

namespace smelt {

/// Of the weights of a linear layer as integers: those of a quantized layer; of a float layer the
/// levels that it is held to, or the nearest of 8 bits.
struct LayerWeights {
  std::string name;
  std::int64_t weights = 0;
  std::int64_t zeros = 0;
  std::int64_t levels = 0;  ///< different integers that occur
  double entropy = 0;       ///< of order 0, in bits for all weights: what a code for single weights
                            ///< that knows how often each occurs cannot go below
};

/// In the order of execution.
std::vector<LayerWeights> weights_of(const Graph& graph, const CompressedLayers& layers = {});

/// All together; `levels` is the largest.
LayerWeights sum_of(const std::vector<LayerWeights>& layers);

/// Of no weights: 0.
double zero_share(const LayerWeights& layer);
double bits_per_weight(const LayerWeights& layer);

}  // namespace smelt
