// SPDX-License-Identifier: Apache-2.0
//
// The way of a float model's weights to what is quantized: pruned, clustered, and trained again to
// do what the model did. What was asked for is done in this order, and measured after each step.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/compress/channels.h"
#include "compiler/compress/cluster.h"
#include "compiler/compress/compressed.h"
#include "compiler/compress/prune.h"
#include "compiler/compress/recover.h"
#include "compiler/compress/sensitivity.h"
#include "compiler/compress/statistics.h"
#include "compiler/quantize/loss.h"

namespace smelt {

/// Steps that are there are done; recovery after pruning and after clustering.
struct CompressOptions {
  std::optional<ChannelPruneOptions> channels;
  std::optional<PruneOptions> prune;
  std::optional<double> most;  ///< that pruning may lose: the share that it gives all is chosen
  std::optional<ClusterOptions> cluster;
  std::optional<RecoverOptions> recover;

  bool any() const { return channels || prune || cluster || recover; }
};

/// What there is after a step.
struct CompressionStep {
  std::string name;
  std::size_t changed = 0;  ///< layers whose weights are others than before
  LayerWeights weights;     ///< of all layers
  std::int64_t macs = 0;    ///< of one run
  double loss = 0;          ///< on the samples, in the terms of the Loss
  double seconds = 0;       ///< that the step took
};

/// The graph as it is, as a step.
CompressionStep measured(std::string name, const Graph& graph, const CompressedLayers& layers,
                         const Loss& loss);

struct Compression {
  Compressed compressed;
  std::optional<PruneChoice> choice;  ///< of shares, if they were
  std::vector<CompressionStep> steps;
};

/// `graph` is what the passes on floats gave, `samples` have been checked, `loss` is against
/// `graph`. Reports options that do not fit the graph.
std::optional<Compression> compress(const Graph& graph, const std::vector<Sample>& samples,
                                    const CompressOptions& options, const Loss& loss,
                                    Diagnostics& diagnostics);

}  // namespace smelt
