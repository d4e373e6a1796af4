// SPDX-License-Identifier: Apache-2.0
#include "compiler/passes/channel_groups.h"

#include <numeric>

#include "compiler/ops/channels.h"
#include "compiler/passes/channel_facts.h"

namespace smelt {
namespace {

/// Marks in `needed` what does not compute channel by channel.
class Needs {
 public:
  Needs(const Graph& graph, const ChannelGroups& groups)
      : graph_(graph), groups_(groups), needed_(groups.slots()) {}

  std::vector<bool> find() && {
    for (std::size_t i = 0; i < graph_.tensors.size(); ++i)
      if (graph_.tensors[i].constant || graph_.tensors[i].variable)
        need_all(static_cast<TensorId>(i));
    for (const TensorId id : graph_.inputs) need_all(id);
    for (const TensorId id : graph_.outputs) need_all(id);
    for (const Node& node : graph_.nodes) need(node);
    return std::move(needed_);
  }

 private:
  void need_all(TensorId id) {
    for (std::int32_t c = 0; c < channel_count(graph_[id]); ++c)
      needed_[groups_.group(id, c)] = true;
  }

  void need(const Node& node) {
    const NodeView view{graph_, node};
    const ChannelRule* rule = channel_rule(view);
    if (!rule) {
      for (const TensorId id : node.inputs)
        if (id != no_tensor) need_all(id);
      for (const TensorId id : node.outputs) need_all(id);
    } else if (rule->kind == ChannelRule::Kind::each) {
      for (std::size_t i = 0; i < node.inputs.size(); ++i)
        if (view.has_input(i) && !view.input(i).constant) need_unlinked(*rule, view, i);
    }
  }

  /// Channels of an input that the operator takes whole.
  void need_unlinked(const ChannelRule& rule, const NodeView& view, std::size_t input) {
    std::vector<bool> linked(static_cast<std::size_t>(channel_count(view.input(input))));
    for (std::int32_t o = 0; o < channel_count(view.output()); ++o)
      if (const std::int32_t c = source_channel(rule, view, input, o); c >= 0)
        linked[static_cast<std::size_t>(c)] = true;
    for (std::size_t c = 0; c < linked.size(); ++c)
      if (!linked[c])
        needed_[groups_.group(view.node.inputs[input], static_cast<std::int32_t>(c))] = true;
  }

  const Graph& graph_;
  const ChannelGroups& groups_;
  std::vector<bool> needed_;
};

}  // namespace

ChannelGroups::ChannelGroups(const Graph& graph) : graph_(graph) {
  first_.push_back(0);
  for (const Tensor& tensor : graph.tensors)
    first_.push_back(first_.back() + static_cast<std::size_t>(channel_count(tensor)));
  parent_.resize(first_.back());
  std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  for (const Node& node : graph.nodes) link(node);
  for (std::size_t& each : parent_) each = root(each);
}

std::vector<bool> ChannelGroups::needed_whole() const {
  return Needs(graph_, *this).find();
}

/// Joins the channels that an `each` operator computes from one another.
void ChannelGroups::link(const Node& node) {
  const NodeView view{graph_, node};
  const ChannelRule* rule = channel_rule(view);
  if (!rule || rule->kind != ChannelRule::Kind::each) return;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    if (!view.has_input(i) || view.input(i).constant) continue;
    for (std::int32_t o = 0; o < channel_count(view.output()); ++o)
      if (const std::int32_t c = source_channel(*rule, view, i, o); c >= 0)
        parent_[root(slot(node.inputs[i], c))] = root(slot(node.outputs[0], o));
  }
}

std::size_t ChannelGroups::root(std::size_t slot) const {
  while (parent_[slot] != slot) slot = parent_[slot];
  return slot;
}

}  // namespace smelt
