// SPDX-License-Identifier: Apache-2.0
//
// Removes channels whose values nobody needs, because they are constant whatever the input, or
// because all weights that read them are zero.
//
// Channels that operators compute from each other one by one stand or fall together: they form
// groups. A group goes if every weighted sum that reads one of its channels either has zero weights
// for it, or can take its constant into the bias: the constant is the zero point, or the sum has no
// padding, so that the channel adds the same everywhere. (Padding adds nothing, so under padding
// another constant would add less at the borders: such a channel stays.) Of floats, only zeros go:
// what else is folded would round differently.
#include <algorithm>
#include <numeric>

#include "compiler/ops/channels.h"
#include "compiler/passes/channel_facts.h"
#include "compiler/passes/channel_groups.h"
#include "compiler/passes/passes.h"

namespace smelt {
namespace {

using Kept = std::vector<std::int32_t>;

class ChannelRemoval {
 public:
  explicit ChannelRemoval(Graph& graph)
      : graph_(graph), facts_(graph), groups_(graph), needed_(groups_.needed_whole()) {}

  void run() {
    for (const Node& node : graph_.nodes) need_weighted(node);
    keep_some();
    choose();
    if (!removes_any_) return;
    // Operands first, while every tensor still has its channels.
    for (Node& node : graph_.nodes) cut_operands(node);
    for (std::size_t i = 0; i < kept_.size(); ++i) cut_tensor(graph_.tensors[i], kept_[i]);
  }

 private:
  TensorId id_of(const Tensor& tensor) const {
    return static_cast<TensorId>(&tensor - graph_.tensors.data());
  }
  void need(TensorId id, std::int32_t channel) { needed_[groups_.group(id, channel)] = true; }
  bool is_needed(TensorId id, std::int32_t channel) const {
    return needed_[groups_.group(id, channel)];
  }

  /// Marks the channels that a weighted sum cannot do without.
  void need_weighted(const Node& node) {
    const NodeView view{graph_, node};
    const ChannelRule* rule = channel_rule(view);
    if (!rule || rule->kind != ChannelRule::Kind::mix) return;
    const WeightZeros weights(view);
    const bool unpadded = (!rule->unpadded || rule->unpadded(view)) && bias_has_room(view, weights);
    for (std::int32_t c = 0; c < channel_count(view.input(0)); ++c) {
      const auto value = facts_.value(node.inputs[0], c);
      if (value && (*value == zero_point(view.input(0)) || unpadded)) continue;
      for (std::int32_t o = 0; o < channel_count(view.output()); ++o)
        if (!weights.zero(o, c)) {
          need(node.inputs[0], c);
          break;
        }
    }
  }

  static std::int32_t zero_point(const Tensor& tensor) {
    return tensor.type == ElementType::f32 ? 0 : tensor.quantization.zero_point();
  }

  /// Type of the bias of a layer of integers, or of the one that it may get.
  static ElementType bias_type(const NodeView& view) {
    if (view.has_input(2)) return view.input(2).type;
    return view.input(0).type == ElementType::s16 ? ElementType::s64 : ElementType::s32;
  }

  /// Whether the bias stays within its bits, whatever constants are folded into it. Those of 64
  /// have room: sums stay within 48.
  static bool bias_has_room(const NodeView& view, const WeightZeros& weights) {
    if (view.input(0).type == ElementType::f32) return true;  // nothing but zeros is folded
    if (bias_type(view) == ElementType::s64) return true;
    const std::int64_t reach = view.input(0).type == ElementType::s16 ? 32768 : 255;
    std::vector<std::int64_t> bias(static_cast<std::size_t>(channel_count(view.output())));
    if (view.has_input(2)) bias = integers(view.input(2));
    for (std::size_t o = 0; o < bias.size(); ++o) {
      std::int64_t bound = std::abs(bias[o]);
      for (std::int32_t c = 0; c < channel_count(view.input(0)); ++c)
        bound += reach * std::abs(weights.sum(static_cast<std::int32_t>(o), c));
      if (bound > INT32_MAX) return false;
    }
    return true;
  }

  /// No tensor may lose all its channels; weights with a scale per channel keep at least two, so
  /// that they remain what the arithmetic calls per channel.
  void keep_some() {
    for (std::size_t i = 0; i < graph_.tensors.size(); ++i) {
      const auto id = static_cast<TensorId>(i);
      const std::int32_t channels = channel_count(graph_[id]);
      std::int32_t missing = std::min(2, channels);
      for (std::int32_t c = 0; c < channels; ++c) missing -= is_needed(id, c) ? 1 : 0;
      for (std::int32_t c = 0; c < channels && missing > 0; ++c) {
        if (is_needed(id, c)) continue;
        need(id, c);
        --missing;
      }
    }
  }

  void choose() {
    for (std::size_t i = 0; i < graph_.tensors.size(); ++i) {
      const auto id = static_cast<TensorId>(i);
      Kept kept;
      for (std::int32_t c = 0; c < channel_count(graph_[id]); ++c)
        if (is_needed(id, c)) kept.push_back(c);
      removes_any_ =
          removes_any_ || static_cast<std::int32_t>(kept.size()) < channel_count(graph_[id]);
      kept_.push_back(std::move(kept));
    }
  }

  const Kept& kept(TensorId id) const { return kept_[static_cast<std::size_t>(id)]; }
  bool loses(TensorId id) const {
    return static_cast<std::int32_t>(kept(id).size()) < channel_count(graph_[id]);
  }

  void cut_operands(Node& node) {
    const ChannelRule* rule = channel_rule({graph_, node});
    if (!rule) return;
    const TensorId output = node.outputs[0];
    const bool inputs_lost = node.inputs[0] != no_tensor && loses(node.inputs[0]);
    if (!loses(output) && !inputs_lost) return;
    if (rule->kind == ChannelRule::Kind::mix && inputs_lost &&
        graph_[node.inputs[0]].type != ElementType::f32)
      fold_bias(node);
    if (rule->axes) cut_constants(node, *rule);
    if (rule->resize) rule->resize(node.attributes, static_cast<std::int32_t>(kept(output).size()));
  }

  /// The operands that are indexed by channel, without those that go.
  void cut_constants(Node& node, const ChannelRule& rule) {
    for (const ChannelRule::Axes& axes : rule.axes({graph_, node})) {
      if (axes.operand >= node.inputs.size() || node.inputs[axes.operand] == no_tensor) continue;
      Tensor cut = graph_[node.inputs[axes.operand]];
      if (axes.output >= 0)
        cut = cut_axis(cut, static_cast<std::size_t>(axes.output), kept(node.outputs[0]));
      if (axes.input >= 0)
        cut = cut_axis(cut, static_cast<std::size_t>(axes.input), kept(node.inputs[0]));
      node.inputs[axes.operand] = add(std::move(cut));
    }
  }

  TensorId add(Tensor tensor) {
    Kept all(static_cast<std::size_t>(channel_count(tensor)));
    std::iota(all.begin(), all.end(), 0);
    kept_.push_back(std::move(all));
    return graph_.add(std::move(tensor));
  }

  /// Adds what the lost constant channels contribute: weights times (value - zero point).
  void fold_bias(Node& node) {
    const NodeView view{graph_, node};
    const WeightZeros weights(view);
    std::vector<std::int64_t> bias(static_cast<std::size_t>(channel_count(view.output())));
    if (view.has_input(2)) bias = integers(view.input(2));
    for (std::int32_t c = 0; c < channel_count(view.input(0)); ++c) {
      if (is_needed(node.inputs[0], c)) continue;
      const std::int64_t value =
          facts_.value(node.inputs[0], c).value_or(view.input(0).quantization.zero_point()) -
          view.input(0).quantization.zero_point();
      for (std::size_t o = 0; o < bias.size(); ++o)
        bias[o] += value * weights.sum(static_cast<std::int32_t>(o), c);
    }
    Tensor folded = view.has_input(2) ? view.input(2) : Tensor{.name = node.name + "_bias"};
    folded.type = bias_type(view);
    folded.shape = {static_cast<std::int32_t>(bias.size())};
    folded.constant = true;
    folded.data = folded.type == ElementType::s64
                      ? to_bytes(bias)
                      : to_bytes(std::vector<std::int32_t>(bias.begin(), bias.end()));
    folded.origin = {};
    node.inputs.resize(std::max<std::size_t>(node.inputs.size(), 3), no_tensor);
    node.inputs[2] = add(std::move(folded));
  }

  /// A constant without some indices of an axis.
  static Tensor cut_axis(const Tensor& tensor, std::size_t axis, const Kept& kept) {
    std::size_t inner = static_cast<std::size_t>(byte_size(tensor.type));
    for (std::size_t i = axis + 1; i < tensor.shape.size(); ++i)
      inner *= static_cast<std::size_t>(tensor.shape[i]);
    const std::size_t outer = inner * static_cast<std::size_t>(tensor.shape[axis]);
    Tensor result = tensor;
    result.data.clear();
    for (std::size_t begin = 0; begin < tensor.data.size(); begin += outer)
      for (const std::int32_t index : kept) {
        const auto from =
            tensor.data.begin() +
            static_cast<std::ptrdiff_t>(begin + static_cast<std::size_t>(index) * inner);
        result.data.insert(result.data.end(), from, from + static_cast<std::ptrdiff_t>(inner));
      }
    result.shape[axis] = static_cast<std::int32_t>(kept.size());
    result.origin = {};
    cut_quantization(result.quantization, axis, kept);
    return result;
  }

  static void cut_quantization(Quantization& quantization, std::size_t axis, const Kept& kept) {
    if (!quantization.per_channel() || quantization.axis != static_cast<std::int32_t>(axis)) return;
    const Quantization whole = quantization;
    quantization.scales.clear();
    quantization.zero_points.clear();
    for (const std::int32_t index : kept) {
      quantization.scales.push_back(whole.scale(static_cast<std::size_t>(index)));
      quantization.zero_points.push_back(whole.zero_point(static_cast<std::size_t>(index)));
    }
  }

  /// A computed tensor without some channels, which its origin remembers.
  void cut_tensor(Tensor& tensor, const Kept& kept) {
    if (tensor.constant || static_cast<std::int32_t>(kept.size()) == channel_count(tensor)) return;
    const TensorId id = id_of(tensor);
    Origin& origin = tensor.origin;
    const auto original = [&, before = origin.channels](std::int32_t channel) {
      return before.empty() ? channel : before[static_cast<std::size_t>(channel)];
    };
    std::vector<std::int32_t> channels;
    for (std::int32_t c = 0; c < channel_count(tensor); ++c) {
      if (std::binary_search(kept.begin(), kept.end(), c))
        channels.push_back(original(c));
      else if (const auto value = facts_.value(id, c))
        origin.removed.push_back({original(c), static_cast<std::int32_t>(*value)});
    }
    origin.channels = std::move(channels);
    tensor.shape.back() = static_cast<std::int32_t>(kept.size());
  }

  Graph& graph_;
  ChannelFacts facts_;
  ChannelGroups groups_;
  std::vector<bool> needed_;  // by group
  std::vector<Kept> kept_;    // by tensor, ascending
  bool removes_any_ = false;
};

/// The pass keeps a few numbers for each channel, and may run the model once. Beyond what any
/// microcontroller computes, that would take its time.
bool is_manageable(const Graph& graph) {
  constexpr std::int64_t max_channels = 1 << 20, max_computed = 1 << 24, max_macs = 1 << 30;
  std::int64_t channels = 0, computed = 0;
  for (const Tensor& tensor : graph.tensors) {
    channels += channel_count(tensor);
    if (!tensor.constant) computed += element_count(tensor.shape);
  }
  return channels <= max_channels && computed <= max_computed && total_macs(graph) <= max_macs;
}

}  // namespace

Graph remove_dead_channels(Graph graph) {
  const bool opaque = std::any_of(graph.nodes.begin(), graph.nodes.end(),
                                  [](const Node& node) { return node.op->opaque; });
  if (!opaque && is_manageable(graph)) ChannelRemoval(graph).run();
  return graph;
}

}  // namespace smelt
