// SPDX-License-Identifier: Apache-2.0
//
// What was found by compressing one model in many ways, as tables and a picture.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "compiler/compress/statistics.h"
#include "tools/price/price.h"

namespace smelt::tools {

/// What candidates are compared by, beside their quality.
enum class Cost : std::uint8_t {
  bytes,   ///< of weights in flash
  cycles,  ///< of a run
  energy,  ///< likewise
};

/// A way to compress, and what came of it.
struct Candidate {
  double prune = 0;       ///< share of weights
  std::int32_t bits = 8;  ///< of a weight; 8: not clustered
  std::string coding;     ///< "smallest" or "plain"

  LayerWeights weights;              ///< of all layers, as integers
  std::int64_t weights_bytes = 0;    ///< in flash, with the tables that they are decoded by
  std::int64_t constants_bytes = 0;  ///< all: biases, multipliers and tables too
  std::int64_t macs = 0;
  std::optional<Price> price;  ///< if prices are asked for
  double quality = 0;          ///< accuracy or auc
  double seconds = 0;          ///< to compress and quantize it
  bool front = false;          ///< none is better in cost and quality
};

struct Explored {
  std::string model;  ///< its file
  std::string metric;
  std::size_t cases = 0;
  double float_quality = 0;
  std::int64_t float_bytes = 0;  ///< of its weights
  Cost cost = Cost::bytes;
  Supply supply;                      ///< of the device, if prices are asked for
  std::vector<Candidate> candidates;  ///< at least one
};

/// Of equals, all are on it. Costs other than bytes need prices.
void mark_front(std::vector<Candidate>& candidates, Cost cost);

void print_table(const Explored& explored);
nlohmann::json to_json(const Explored& explored);
std::string csv_of(const Explored& explored);
std::string svg_of(const Explored& explored);

}  // namespace smelt::tools
