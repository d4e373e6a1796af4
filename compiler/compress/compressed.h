// SPDX-License-Identifier: Apache-2.0
//
// What compression leaves of the weights of linear layers: a float graph whose weights are the ones
// to be used, and, by layer, what they are held to. Quantization keeps both.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "compiler/diagnostics.h"
#include "compiler/graph/graph.h"

namespace smelt {

/// The weights (operand 1) of one node.
struct CompressedWeights {
  /// By element of the operand: 0 is pruned, the weight stays zero. Empty: none is.
  std::vector<std::uint8_t> kept;
  /// By output channel: weights are scale * level. Empty: any numbers.
  std::vector<float> scales;
  /// Integers that weights may be, ascending, zero among them where any is pruned: one list for the
  /// layer, or one for each output channel. Empty like `scales`.
  std::vector<std::vector<std::int8_t>> levels;

  const std::vector<std::int8_t>& levels_of(std::size_t channel) const {
    return levels[levels.size() == 1 ? 0 : channel];
  }
};

/// By the node's name; layers that are not named are free.
using CompressedLayers = std::map<std::string, CompressedWeights>;

struct Compressed {
  Graph graph;
  CompressedLayers layers;
};

/// The nodes whose weights can be compressed: those that quantization knows, under a name that no
/// other of these has.
std::vector<std::size_t> compressible_nodes(const Graph& graph);
/// Reports layers that there are none of, or whose weights are not as many as are held.
void check_compressed(const Graph& graph, const CompressedLayers& layers, Diagnostics& diagnostics);
/// "there is no layer", with those that there are.
void report_no_layer(const Graph& graph, const std::string& name, Diagnostics& diagnostics);

}  // namespace smelt
