// SPDX-License-Identifier: Apache-2.0
//
// From a float model and the command line's options to an integer model.
#pragma once

#include <optional>
#include <vector>

#include "compiler/quantize/quantize.h"
#include "tools/commands.h"
#include "tools/compression.h"

namespace smelt::tools {

/// What compression and quantization start from.
struct FloatModel {
  Graph graph;  ///< after the passes, equalized
  std::vector<Sample> samples;
  std::vector<std::int64_t> labels;  ///< of the samples; empty: none
  double most = 0;                   ///< that what "auto" chooses may lose
  CompressOptions compression;       ///< as asked for
  QuantizeOptions choices;           ///< but for what "auto" chooses
};
/// `graph` is as the file has it. Reports models, data and options that do not go together.
std::optional<FloatModel> prepare_model(const Graph& graph, const QuantizationOptions& options,
                                        Diagnostics& diagnostics);

struct QuantizedModel {
  Quantized quantized;  ///< its reference is the model as it was before compression
  std::optional<CompressionReport> compression;
  std::optional<PruneChoice> choice;  ///< of shares, if they were chosen
};
/// Compressed as `how` says; nothing is left to choose. `loss` is against the model's graph.
std::optional<QuantizedModel> compress_and_quantize(const FloatModel& model,
                                                    const CompressOptions& how, const Loss& loss,
                                                    Diagnostics& diagnostics);

/// All of it, from a graph as the file has it; with progress, and tables of what "auto" chose.
std::optional<QuantizedModel> quantize_model(const Graph& graph, const QuantizationOptions& options,
                                             Diagnostics& diagnostics);

}  // namespace smelt::tools
