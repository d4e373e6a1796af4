// SPDX-License-Identifier: Apache-2.0
//
// The command line's options of compression, and its report.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "compiler/compress/compress.h"
#include "compiler/diagnostics.h"
#include "tools/commands.h"

namespace smelt::tools {

/// A share: "1%" or "0.01".
std::optional<double> parse_share(const std::string& text);

/// One that leaves something: below 1.
std::optional<double> parse_prune_share(const std::string& text);

/// Weights of so many bits are worth a codebook.
inline constexpr std::int32_t most_cluster_bits = 6;

/// `most` is what "auto" may lose. Reports all that is not understood.
CompressOptions parse_compression(const CompressionOptions& options, double most,
                                  Diagnostics& diagnostics);

/// What was done to a model, and what is left of its weights when they are integers.
struct CompressionReport {
  Loss::Kind kind{};
  std::vector<CompressionStep> steps;  ///< the last is quantization
  std::vector<LayerWeights> layers;    ///< quantized
};

/// On stderr: what is printed as JSON stays JSON.
void print_choice(const PruneChoice& choice, Loss::Kind kind, double most);
void print_steps(const CompressionReport& report);
nlohmann::json to_json(const CompressionReport& report);

}  // namespace smelt::tools
