// SPDX-License-Identifier: Apache-2.0
#include "compiler/compress/statistics.h"

#include <algorithm>
#include <cmath>

#include "compiler/graph/op_def.h"
#include "compiler/ops/channels.h"
#include "compiler/quantize/linear.h"

namespace smelt {
namespace {

using Role = QuantizationRule::Role;

/// Of a float model or a quantized one.
bool is_linear(const Graph& graph, const Node& node) {
  const QuantizationRule* rule = node.op->quantization;
  return rule && !rule->quantize && node.inputs.size() > weights_operand &&
         rule->role(weights_operand) == Role::weights &&
         graph[node.inputs[weights_operand]].constant;
}

/// The steps between neighbouring integers, by channel: the layer's, or those of 8 bits.
std::vector<float> steps_of(const std::vector<float>& weights,
                            const std::vector<std::size_t>& channels, std::size_t count) {
  std::vector<float> largest(count);
  for (std::size_t i = 0; i < weights.size(); ++i)
    largest[channels[i]] = std::max(largest[channels[i]], std::abs(weights[i]));
  for (float& each : largest) each /= 127;
  return largest;
}

std::vector<std::int64_t> levels_of(const Tensor& tensor, std::int32_t axis,
                                    const std::vector<float>& scales) {
  const std::vector<float> weights = elements<float>(tensor);
  std::vector<std::size_t> channels(weights.size());
  for (std::size_t i = 0; i < channels.size(); ++i)
    channels[i] = index_along(tensor.shape, axis, i);
  const auto count = static_cast<std::size_t>(tensor.shape[static_cast<std::size_t>(axis)]);
  const std::vector<float> steps =
      scales.size() == count ? scales : steps_of(weights, channels, count);
  std::vector<std::int64_t> levels(weights.size());
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const float level = weights[i] / steps[channels[i]];
    levels[i] = std::isfinite(level) ? std::lround(std::clamp(level, -127.0F, 127.0F)) : 0;
  }
  return levels;
}

LayerWeights describe(const std::string& name, std::vector<std::int64_t> levels) {
  std::sort(levels.begin(), levels.end());
  const auto total = static_cast<std::int64_t>(levels.size());
  LayerWeights result{.name = name, .weights = total};
  for (auto first = levels.begin(); first != levels.end();) {
    const auto last = std::upper_bound(first, levels.end(), *first);
    const std::int64_t count = last - first;
    result.levels += 1;
    if (*first == 0) result.zeros = count;
    result.entropy -= static_cast<double>(count) *
                      std::log2(static_cast<double>(count) / static_cast<double>(total));
    first = last;
  }
  return result;
}

}  // namespace

std::vector<LayerWeights> weights_of(const Graph& graph, const CompressedLayers& layers) {
  std::vector<LayerWeights> result;
  for (const Node& node : graph.nodes) {
    if (!is_linear(graph, node)) continue;
    const Tensor& tensor = graph[node.inputs[weights_operand]];
    const auto found = layers.find(node.name);
    const std::vector<float> scales =
        found == layers.end() ? std::vector<float>{} : found->second.scales;
    result.push_back(
        describe(node.name, tensor.type == ElementType::f32
                                ? levels_of(tensor, node.op->quantization->channel_axis, scales)
                                : integers(tensor)));
  }
  return result;
}

LayerWeights sum_of(const std::vector<LayerWeights>& layers) {
  LayerWeights sum;
  for (const LayerWeights& layer : layers) {
    sum.weights += layer.weights;
    sum.zeros += layer.zeros;
    sum.levels = std::max(sum.levels, layer.levels);
    sum.entropy += layer.entropy;
  }
  return sum;
}

double zero_share(const LayerWeights& layer) {
  return static_cast<double>(layer.zeros) /
         static_cast<double>(std::max<std::int64_t>(layer.weights, 1));
}

double bits_per_weight(const LayerWeights& layer) {
  return layer.entropy / static_cast<double>(std::max<std::int64_t>(layer.weights, 1));
}

}  // namespace smelt
