// SPDX-License-Identifier: Apache-2.0
#include "compiler/compress/compressed.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compiler/quantize/linear.h"

namespace smelt {
namespace {

/// An importer may make several nodes of one layer, as transposes around a convolution.
bool is_unique(const Graph& graph, const std::string& name) {
  return std::count_if(graph.nodes.begin(), graph.nodes.end(), [&](const Node& node) {
           return node.name == name && has_weights(graph, node);
         }) == 1;
}

/// Why it does not go with the node's weights; empty: it does.
std::string problem(const NodeView& view, const CompressedWeights& held) {
  const LinearLayout layout(view);
  const std::int64_t weights = layout.channels * layout.taps;
  const auto channels = static_cast<std::size_t>(layout.channels);
  if (!held.kept.empty() && held.kept.size() != static_cast<std::size_t>(weights))
    return fmt::format("{} weights are kept or pruned of {}", held.kept.size(), weights);
  if (held.scales.empty() && held.levels.empty()) return {};
  if (held.scales.size() != channels)
    return fmt::format("{} scales are given for {} channels", held.scales.size(), channels);
  if (held.levels.size() != 1 && held.levels.size() != channels)
    return fmt::format("{} lists of levels are given for {} channels", held.levels.size(),
                       channels);
  const bool good = std::all_of(held.scales.begin(), held.scales.end(),
                                [](float scale) { return std::isfinite(scale) && scale > 0; });
  return good ? "" : "its scales are not all finite and positive";
}

}  // namespace

std::vector<std::size_t> compressible_nodes(const Graph& graph) {
  std::vector<std::size_t> nodes;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    if (has_weights(graph, graph.nodes[i]) && is_unique(graph, graph.nodes[i].name))
      nodes.push_back(i);
  return nodes;
}

void check_compressed(const Graph& graph, const CompressedLayers& layers,
                      Diagnostics& diagnostics) {
  const std::vector<std::size_t> nodes = compressible_nodes(graph);
  for (const auto& [name, held] : layers) {
    const auto found = std::find_if(nodes.begin(), nodes.end(), [&, &wanted = name](std::size_t i) {
      return graph.nodes[i].name == wanted;
    });
    if (found == nodes.end()) {
      report_no_layer(graph, name, diagnostics);
      continue;
    }
    const Node& node = graph.nodes[*found];
    const std::string wrong = problem({graph, node}, held);
    if (!wrong.empty()) diagnostics.error(place_of(graph, node), wrong);
  }
}

void report_no_layer(const Graph& graph, const std::string& name, Diagnostics& diagnostics) {
  std::string names;
  for (const std::size_t i : compressible_nodes(graph))
    names += (names.empty() ? "" : ", ") + graph.nodes[i].name;
  diagnostics.error({.file = graph.file}, fmt::format("there is no layer \"{}\" to compress", name))
      .note(names.empty() ? "no layer has weights that can be" : "the layers are: " + names);
}

}  // namespace smelt
