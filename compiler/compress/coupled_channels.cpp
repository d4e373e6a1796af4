// SPDX-License-Identifier: Apache-2.0
#include "compiler/compress/coupled_channels.h"

#include <algorithm>

#include "compiler/compress/compressed.h"
#include "compiler/ops/channels.h"
#include "compiler/passes/channel_facts.h"
#include "compiler/passes/channel_groups.h"
#include "compiler/quantize/linear.h"

namespace smelt {
namespace {

bool mixes(const NodeView& view) {
  const ChannelRule* rule = channel_rule(view);
  return rule && rule->kind == ChannelRule::Kind::mix;
}

/// By the slot that stands for them.
std::map<std::size_t, CoupledChannels> coupled(const Graph& graph) {
  const ChannelGroups groups(graph);
  std::vector<bool> needed = groups.needed_whole();
  std::map<std::size_t, CoupledChannels> found;
  const auto each = [&](TensorId id, const auto& work) {
    for (std::int32_t c = 0; c < channel_count(graph[id]); ++c) work(groups.group(id, c), c);
  };
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    const bool has = has_weights(graph, node), sums = mixes({graph, node});
    for (const TensorId id : node.outputs)
      each(id, [&](std::size_t group, std::int32_t c) {
        ++found[group].count[id];
        if (has) found[group].made.push_back({i, c});
        if ((sums && !has) || graph[id].type != ElementType::f32) needed[group] = true;
      });
    if (sums)
      each(node.inputs[0],
           [&](std::size_t group, std::int32_t c) { found[group].read.push_back({i, c}); });
  }
  std::erase_if(found, [&](const auto& entry) {
    return needed[entry.first] || entry.second.made.empty() || entry.second.read.empty();
  });
  return found;
}

bool is_zero(const Graph& graph, const ChannelFacts& facts, const CoupledChannels& channels) {
  return std::all_of(channels.read.begin(), channels.read.end(), [&](const NodeChannel& each) {
    return facts.value(graph.nodes[each.node].inputs[0], each.channel) == 0;
  });
}

}  // namespace

std::vector<ChannelFamily> channel_families(const Graph& graph) {
  const std::map<std::size_t, CoupledChannels> all = coupled(graph);
  std::vector<const CoupledChannels*> pointers;
  for (const auto& [slot, channels] : all) pointers.push_back(&channels);
  const Graph zeroed = without_channels(graph, pointers);
  const ChannelFacts facts(zeroed);
  std::map<std::map<TensorId, std::int32_t>, ChannelFamily> families;
  for (const auto& [slot, channels] : all)
    if (is_zero(zeroed, facts, channels)) families[channels.count].push_back(channels);
  std::vector<ChannelFamily> result;
  for (auto& [tensors, family] : families) result.push_back(std::move(family));
  return result;
}

Graph without_channels(Graph graph, const std::vector<const CoupledChannels*>& channels) {
  std::map<std::size_t, std::vector<std::int32_t>> gone;  // by node
  for (const CoupledChannels* each : channels)
    for (const NodeChannel& made : each->made) gone[made.node].push_back(made.channel);
  for (const auto& [node, those] : gone) {
    const NodeView view{graph, graph.nodes[node]};
    const LinearLayout layout(view);
    std::vector<float> weights = elements<float>(view.input(weights_operand));
    std::vector<float> biases(static_cast<std::size_t>(layout.channels));
    if (view.has_input(bias_operand)) biases = elements<float>(view.input(bias_operand));
    for (const std::int32_t c : those) {
      for (std::int64_t tap = 0; tap < layout.taps; ++tap) weights[layout.position(c, tap)] = 0;
      biases[static_cast<std::size_t>(c)] = 0;
    }
    set_weights(graph, node, weights, biases);
  }
  return graph;
}

double macs_without(const Graph& graph, const std::map<TensorId, std::int32_t>& lost) {
  const auto left = [&](TensorId id) {
    const auto found = lost.find(id);
    if (found == lost.end()) return 1.0;
    return 1.0 - static_cast<double>(found->second) / channel_count(graph[id]);
  };
  double sum = 0;
  for (const Node& node : graph.nodes) {
    if (!node.op->macs) continue;
    const NodeView view{graph, node};
    double macs = static_cast<double>(node.op->macs(view)) * left(node.outputs[0]);
    if (mixes(view)) macs *= left(node.inputs[0]);
    sum += macs;
  }
  return sum;
}

}  // namespace smelt
