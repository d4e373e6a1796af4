// SPDX-License-Identifier: Apache-2.0
#include "compiler/quantize/choose.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <set>

#include "compiler/evaluate/metrics.h"
#include "compiler/evaluate/parallel.h"
#include "compiler/ops/channels.h"
#include "compiler/ops/dequantize.h"
#include "compiler/ops/quantize.h"
#include "compiler/quantize/linear.h"
#include "compiler/quantize/samples.h"
#include "compiler/quantize/values.h"
#include "compiler/quantize/weights.h"

namespace smelt {
namespace {

/// Layers are ranked on so many samples.
constexpr std::size_t ranked_samples = 32;

/// What single changes of a float graph do to its outputs.
class Ranking {
 public:
  Ranking(const Graph& graph, const std::vector<Sample>& samples,
          const CompressedLayers& compressed)
      : graph_(graph),
        compressed_(compressed),
        samples_(some_of(samples, ranked_samples)),
        exact_(real_outputs(graph, samples_)),
        values_(input_values(graph, samples_)) {
    for (const Node& node : graph.nodes) values_.run(graph, node);
  }

  /// The node's weights rounded to 4 bits.
  double int4_noise(std::size_t index) const {
    Graph changed = graph_;
    Node& node = changed.nodes[index];
    const auto inputs = values_.all(node.inputs[0]);
    const auto held = compressed_.find(node.name);
    const QuantizedWeights rounded = quantize_weights(
        {graph_, graph_.nodes[index]},
        {.bits = 4, .compressed = held == compressed_.end() ? nullptr : &held->second}, inputs,
        inputs);
    const Tensor& weights = graph_[node.inputs[weights_operand]];
    Tensor as_integers = weights;
    as_integers.type = ElementType::s8;
    as_integers.quantization = {rounded.scales, std::vector<std::int32_t>(rounded.scales.size()),
                                node.op->quantization->channel_axis};
    std::vector<float> values(rounded.weights.size());
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = rounded.scales[scale_index(as_integers, i)] * rounded.weights[i];
    const std::vector<float> bias(rounded.bias.begin(), rounded.bias.end());
    node.inputs.resize(weights_operand + 2, no_tensor);
    node.inputs[weights_operand] = add(changed, weights.shape, values);
    node.inputs[weights_operand + 1] = add(changed, {static_cast<std::int32_t>(bias.size())}, bias);
    return noise(changed);
  }

  /// The node's result in 8 bits.
  double activation_noise(std::size_t index) const {
    const TensorId id = graph_.nodes[index].outputs[0];
    Range range;
    for (const Bytes* value : values_.all(id))
      for (const float each : floats(*value))
        range = {std::min(range.min, each), std::max(range.max, each)};
    Graph changed = graph_;
    Tensor narrow = graph_[id];
    narrow.type = ElementType::s8;
    narrow.quantization = quantization_of(range, ElementType::s8);
    const TensorId there = changed.add(narrow), back = changed.add(graph_[id]);
    for (Node& node : changed.nodes) std::replace(node.inputs.begin(), node.inputs.end(), id, back);
    std::replace(changed.outputs.begin(), changed.outputs.end(), id, back);
    const auto behind = changed.nodes.begin() + static_cast<std::ptrdiff_t>(index) + 1;
    changed.nodes.insert(behind, {{.op = &ops::quantize, .inputs = {id}, .outputs = {there}},
                                  {.op = &ops::dequantize, .inputs = {there}, .outputs = {back}}});
    return noise(changed);
  }

 private:
  static TensorId add(Graph& graph, const Shape& shape, const std::vector<float>& values) {
    Tensor tensor{.type = ElementType::f32, .shape = shape, .constant = true};
    tensor.data = to_bytes(values);
    return graph.add(std::move(tensor));
  }

  double noise(const Graph& changed) const {
    return output_noise(exact_, real_outputs(changed, samples_)).relative();
  }

  const Graph& graph_;
  const CompressedLayers& compressed_;
  const std::vector<Sample> samples_;
  const std::vector<Bytes> exact_;
  Values values_;
};

class Chooser {
 public:
  Chooser(const Graph& graph, const std::vector<Sample>& samples, QuantizeOptions options,
          const Loss& loss, double most, Diagnostics& diagnostics)
      : graph_(graph),
        samples_(samples),
        options_(std::move(options)),
        loss_(loss),
        most_(most),
        diagnostics_(diagnostics) {
    options_.precision = int8;
    const Ranking ranking(graph, samples, options_.compressed);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      const Node& node = graph.nodes[i];
      if (!node.op->quantization || !node.op->kernels || options_.layers.contains(node.name) ||
          graph[node.outputs[0]].type != ElementType::f32)
        continue;
      LayerChoice layer{.name = node.name, .precision = int8};
      layer.activation_noise = ranking.activation_noise(i);
      if (has_weights(graph, node)) {
        layer.weights = element_count(graph[node.inputs[weights_operand]].shape);
        layer.int4_noise = ranking.int4_noise(i);
      }
      choice_.table.push_back(std::move(layer));
    }
  }

  Choice run() && {
    if (fits())
      narrow();
    else
      widen();
    for (const LayerChoice& layer : choice_.table)
      if (layer.precision != int8) choice_.layers[layer.name] = layer.precision;
    return std::move(choice_);
  }

 private:
  using Order = std::vector<std::size_t>;

  Order sorted(const std::function<double(const LayerChoice&)>& by) const {
    Order order(choice_.table.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return by(choice_.table[a]) < by(choice_.table[b]);
    });
    return order;
  }

  void set(const Order& order, std::size_t count, const Precision& those, const Precision& others) {
    for (std::size_t i = 0; i < order.size(); ++i)
      choice_.table[order[i]].precision = i < count ? those : others;
  }

  /// Quantizes and measures the mix as it stands.
  bool fits() {
    QuantizeOptions mix = options_;
    Trial trial;
    for (const LayerChoice& layer : choice_.table) {
      mix.layers[layer.name] = layer.precision;
      ++(layer.precision == int4      ? trial.int4
         : layer.precision == int8    ? trial.int8
         : layer.precision == int16x8 ? trial.int16x8
                                      : trial.float32);
    }
    const auto quantized = quantize(graph_, samples_, mix, diagnostics_);
    if (!quantized) return false;
    trial.constant_bytes = constant_bytes(quantized->graph);
    trial.loss = loss_.of(quantized->graph);
    choice_.trials.push_back(trial);
    return trial.loss <= most_;
  }

  /// As many layers as fit have weights of 4 bits, those first that add least noise per byte saved.
  void narrow() {
    Order order = sorted([](const LayerChoice& layer) {
      return layer.int4_noise / static_cast<double>(std::max<std::int64_t>(1, layer.weights));
    });
    std::erase_if(order, [&](std::size_t i) { return choice_.table[i].weights == 0; });
    std::size_t good = 0, bad = order.size() + 1;
    for (std::size_t count = order.size(); good + 1 < bad; count = (good + bad) / 2) {
      set(order, count, int4, int8);
      (fits() ? good : bad) = count;
    }
    set(order, good, int4, int8);
  }

  /// As few layers as it takes compute with activations of 16 bits, the noisiest first; if all are
  /// not enough, as few as it takes stay floats.
  void widen() {
    const Order order = sorted([](const LayerChoice& layer) { return -layer.activation_noise; });
    Precision narrow = int8, wide = int16x8;
    set(order, order.size(), int16x8, int8);
    if (!fits()) {
      narrow = int16x8;
      wide = float32;
    }
    std::size_t good = order.size(), bad = 0;
    while (bad + 1 < good) {
      const std::size_t count = (good + bad) / 2;
      set(order, count, wide, narrow);
      (fits() ? good : bad) = count;
    }
    set(order, good, wide, narrow);
  }

  const Graph& graph_;
  const std::vector<Sample>& samples_;
  QuantizeOptions options_;
  const Loss& loss_;
  const double most_;
  Diagnostics& diagnostics_;
  Choice choice_;
};

}  // namespace

std::int64_t constant_bytes(const Graph& graph) {
  std::set<TensorId> constants;
  for (const Node& node : graph.nodes)
    for (const TensorId id : node.inputs)
      if (id != no_tensor && graph[id].constant) constants.insert(id);
  std::int64_t bytes = 0;
  for (const TensorId id : constants) {
    const auto held = static_cast<std::int64_t>(graph[id].data.size());
    bytes += graph[id].type == ElementType::s4 ? (held + 1) / 2 : held;
  }
  return bytes;
}

Choice choose_precisions(const Graph& graph, const std::vector<Sample>& samples,
                         const QuantizeOptions& options, const Loss& loss, double most,
                         Diagnostics& diagnostics) {
  return Chooser(graph, samples, options, loss, most, diagnostics).run();
}

}  // namespace smelt
