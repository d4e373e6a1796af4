// SPDX-License-Identifier: Apache-2.0
#include "compiler/passes/channel_facts.h"

#include <algorithm>

#include "compiler/evaluate/evaluate.h"
#include "compiler/ops/channels.h"

namespace smelt {
namespace {

std::vector<Bytes> zero_inputs(const Graph& graph) {
  std::vector<Bytes> inputs;
  for (const TensorId id : graph.inputs)
    inputs.emplace_back(static_cast<std::size_t>(element_count(graph[id].shape)) *
                        static_cast<std::size_t>(byte_size(graph[id].type)));
  return inputs;
}

/// Elements as integers; nothing where one is a float that is not 0.
std::vector<std::optional<std::int64_t>> known_elements(const Tensor& tensor) {
  std::vector<std::optional<std::int64_t>> known;
  if (tensor.type != ElementType::f32) {
    const std::vector<std::int64_t> values = integers(tensor);
    return {values.begin(), values.end()};
  }
  for (const float value : elements<float>(tensor))
    known.push_back(value == 0 ? std::optional<std::int64_t>(0) : std::nullopt);
  return known;
}

/// The value of every channel that has the same one everywhere.
std::vector<std::optional<std::int64_t>> uniform_channels(const Tensor& tensor,
                                                          const Bytes& bytes) {
  Tensor filled{.type = tensor.type};
  filled.data = bytes;
  const std::vector<std::optional<std::int64_t>> elements = known_elements(filled);
  const auto channels = static_cast<std::size_t>(channel_count(tensor));
  std::vector<std::optional<std::int64_t>> values(elements.begin(),
                                                  elements.begin() + tensor.shape.back());
  for (std::size_t i = channels; i < elements.size(); ++i)
    if (values[i % channels] != elements[i]) values[i % channels].reset();
  return values;
}

}  // namespace

const ChannelRule* channel_rule(const NodeView& view) {
  const ChannelRule* rule = view.node.op->channels;
  if (!rule || view.node.outputs.size() != 1) return nullptr;
  return !rule->applies || rule->applies(view) ? rule : nullptr;
}

std::int32_t source_channel(const ChannelRule& rule, const NodeView& view, std::size_t input,
                            std::int32_t output) {
  if (rule.source) return rule.source(view, input, output);
  return channel_count(view.input(input)) == channel_count(view.output()) ? output : -1;
}

WeightZeros::WeightZeros(const NodeView& view) {
  const ChannelRule::Axes axes = view.node.op->channels->axes(view).front();
  const Tensor& weights = view.input(axes.operand);
  inputs_ = weights.shape[static_cast<std::size_t>(axes.input)];
  const std::int32_t outputs = weights.shape[static_cast<std::size_t>(axes.output)];
  nonzero_.resize(static_cast<std::size_t>(outputs) * static_cast<std::size_t>(inputs_));
  sums_.resize(nonzero_.size());
  const auto pair = [&](std::size_t i) {
    const std::size_t output = index_along(weights.shape, axes.output, i);
    return output * static_cast<std::size_t>(inputs_) + index_along(weights.shape, axes.input, i);
  };
  if (weights.type == ElementType::f32) {
    const std::vector<float> values = elements<float>(weights);
    for (std::size_t i = 0; i < values.size(); ++i)
      if (values[i] != 0) nonzero_[pair(i)] = true;
    return;
  }
  const std::vector<std::int64_t> values = integers(weights);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::int64_t weight =
        values[i] - weights.quantization.zero_point(index_along(weights.shape, axes.output, i));
    sums_[pair(i)] += weight;
    if (weight != 0) nonzero_[pair(i)] = true;
  }
}

ChannelFacts::ChannelFacts(const Graph& graph)
    : independent_(graph.tensors.size()), values_(graph.tensors.size()) {
  for (std::size_t i = 0; i < graph.tensors.size(); ++i) {
    const auto channels = static_cast<std::size_t>(channel_count(graph.tensors[i]));
    independent_[i].assign(channels, graph.tensors[i].constant);
    values_[i].resize(channels);
  }
  for (const Node& node : graph.nodes) propagate(graph, node);
  if (any_) find_values(graph);
}

void ChannelFacts::propagate(const Graph& graph, const Node& node) {
  const NodeView view{graph, node};
  const ChannelRule* rule = channel_rule(view);
  if (!rule) return;
  std::vector<bool>& outputs = independent(node.outputs[0]);
  if (rule->kind == ChannelRule::Kind::mix) {
    const std::vector<bool>& inputs = independent(node.inputs[0]);
    const WeightZeros weights(view);
    for (std::size_t o = 0; o < outputs.size(); ++o) {
      outputs[o] = true;
      for (std::size_t c = 0; c < inputs.size(); ++c)
        outputs[o] = outputs[o] && (inputs[c] || weights.zero(static_cast<std::int32_t>(o),
                                                              static_cast<std::int32_t>(c)));
    }
  } else {
    for (std::size_t o = 0; o < outputs.size(); ++o) {
      bool known = true;
      for (std::size_t i = 0; i < node.inputs.size(); ++i) {
        if (!view.has_input(i) || view.input(i).constant) continue;
        const std::int32_t c = source_channel(*rule, view, i, static_cast<std::int32_t>(o));
        const std::vector<bool>& inputs = independent(node.inputs[i]);
        // Without a channel of its own, an output of concat is computed from another input.
        if (c >= 0)
          known = known && inputs[static_cast<std::size_t>(c)];
        else if (!rule->source)
          // Scalars have no channels to know of.
          known = known && !inputs.empty() &&
                  std::all_of(inputs.begin(), inputs.end(), [](bool b) { return b; });
      }
      outputs[o] = known;
    }
  }
  any_ = any_ || std::find(outputs.begin(), outputs.end(), true) != outputs.end();
}

/// A channel that does not depend on the input has its value for any input.
void ChannelFacts::find_values(const Graph& graph) {
  Evaluation evaluation(graph);
  evaluation.run(zero_inputs(graph));
  for (const Node& node : graph.nodes)
    for (const TensorId id : node.outputs) {
      const std::vector<bool>& known = independent(id);
      if (std::find(known.begin(), known.end(), true) == known.end()) continue;
      auto& values = values_[static_cast<std::size_t>(id)];
      values = uniform_channels(graph[id], evaluation[id]);
      for (std::size_t c = 0; c < values.size(); ++c)
        if (!known[c]) values[c].reset();
    }
}

}  // namespace smelt
