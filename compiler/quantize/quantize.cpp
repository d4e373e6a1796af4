// SPDX-License-Identifier: Apache-2.0
//
// The graph is rewritten node by node in the order of execution; both graphs are run along on the
// samples, so that every layer's weights are chosen knowing the errors of those before it.
#include "compiler/quantize/quantize.h"

#include <algorithm>
#include <cmath>

#include "compiler/graph/quantized_node.h"
#include "compiler/graph/verify.h"
#include "compiler/ops/dequantize.h"
#include "compiler/ops/quantize.h"
#include "compiler/passes/passes.h"
#include "compiler/quantize/linear.h"
#include "compiler/quantize/values.h"
#include "compiler/quantize/weights.h"

namespace smelt {
namespace {

using Role = QuantizationRule::Role;

std::size_t index(TensorId id) {
  return static_cast<std::size_t>(id);
}

bool all_finite(const Tensor& tensor) {
  const std::vector<float> values = elements<float>(tensor);
  return std::all_of(values.begin(), values.end(), [](float x) { return std::isfinite(x); });
}

class Quantizer {
 public:
  Quantizer(const Graph& graph, const std::vector<Sample>& samples, const QuantizeOptions& options,
            Scheme scheme)
      : graph_(graph),
        options_(options),
        scheme_(std::move(scheme)),
        calibrated_(calibrate(graph, samples, scheme_, options.observer)),
        exact_(samples.size()),
        found_(samples.size()) {
    result_.graph.name = graph.name;
    result_.graph.file = graph.file;
    made_.resize(graph.tensors.size());
    add_inputs(samples);
  }

  Quantized run() && {
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      const Node& node = graph_.nodes[i];
      append(node, scheme_.nodes[i]);
      exact_.run(graph_, node);
      forget_after(i);
    }
    for (const TensorId id : graph_.outputs) result_.graph.outputs.push_back(output(id));
    return finish();
  }

 private:
  Graph& target() { return result_.graph; }

  TensorId add(const Tensor& like, TensorId stands_for, ElementType type,
               Quantization quantization) {
    Tensor tensor = like;
    tensor.type = type;
    tensor.quantization = std::move(quantization);
    // Which float tensor it stands for; finish() takes it from there.
    tensor.origin = {.tensor = static_cast<std::int32_t>(stands_for)};
    return target().add(std::move(tensor));
  }

  Quantization parameters(TensorId id, ElementType type) const {
    if (type == ElementType::f32) return {};
    return quantization_of(calibrated_[index(id)].range, type);
  }

  void add_inputs(const std::vector<Sample>& samples) {
    for (std::size_t i = 0; i < graph_.inputs.size(); ++i) {
      const TensorId id = graph_.inputs[i];
      std::vector<Bytes> values;
      for (const Sample& sample : samples) values.push_back(sample[i]);
      const ElementType type = scheme_.tensors[index(id)];
      const bool integers = graph_[id].type == ElementType::f32 && type != ElementType::f32;
      const TensorId here =
          add(graph_[id], id, type, integers ? parameters(id, type) : graph_[id].quantization);
      found_.set(here, integers ? quantized_values(values, target()[here]) : values);
      exact_.set(id, std::move(values));
      made_[index(id)].push_back(here);
      target().inputs.push_back(here);
    }
  }

  static std::vector<Bytes> quantized_values(const std::vector<Bytes>& values, const Tensor& as) {
    std::vector<Bytes> result;
    for (const Bytes& value : values) result.push_back(quantized_value(as, value));
    return result;
  }

  void append(const Node& node, const Precision& precision) {
    QuantizedLayer layer{node.name, precision, {}};
    // Only linear layers have kernels for narrower weights.
    if (node.op->quantization && node.op->quantization->quantize) layer.precision.weight_bits = 8;
    while (layer.precision != float32) {
      std::string reason = try_quantized(node, layer.precision);
      if (reason.empty()) break;
      if (layer.reason.empty()) layer.reason = std::move(reason);
      layer.precision =
          layer.precision.weight_bits == 4 ? Precision{precision.activations, 8} : float32;
    }
    if (layer.precision == float32) append_float(node);
    if (!node.op->quantization && !node.inputs.empty() && node.inputs[0] != no_tensor &&
        graph_[node.inputs[0]].type == ElementType::f32)
      layer.reason = std::string(node.op->name) + " has no integer form";
    if (layer.reason.empty()) layer.reason = std::move(requantized_);
    requantized_.clear();
    if (node.op->kernels) result_.layers.push_back(std::move(layer));
  }

  /// Returns why it cannot be done; then all is as before.
  std::string try_quantized(const Node& node, const Precision& precision) {
    const std::size_t tensors = target().tensors.size(), nodes = target().nodes.size();
    const auto made = made_;
    std::string reason = append_quantized(node, precision);
    if (!reason.empty()) {
      target().tensors.resize(tensors);
      target().nodes.resize(nodes);
      made_ = made;
    }
    return reason;
  }

  void append_float(const Node& node) {
    Node copy = node;
    for (TensorId& id : copy.inputs)
      if (id != no_tensor) id = as_it_was(id);
    for (TensorId& id : copy.outputs) id = output_of(id, graph_[id].type, graph_[id].quantization);
    push(std::move(copy));
  }

  /// An operand of a layer that is not quantized.
  TensorId as_it_was(TensorId id) {
    const Tensor& tensor = graph_[id];
    if (tensor.constant || tensor.variable)
      return add(tensor, no_tensor, tensor.type, tensor.quantization);
    return tensor.type == ElementType::f32 ? as(id, ElementType::f32, {})
                                           : made_[index(id)].front();
  }

  TensorId output_of(TensorId id, ElementType type, Quantization quantization) {
    const TensorId here = add(graph_[id], id, type, std::move(quantization));
    made_[index(id)].push_back(here);
    return here;
  }

  /// Of an output as `type`. What only moves its operand's elements leaves them as they are, also
  /// those whose scale is dictated.
  Quantization output_parameters(const Node& node, TensorId id, ElementType type) const {
    const QuantizationRule& rule = *node.op->quantization;
    if (rule.output) return rule.output(type);
    const TensorId input = node.inputs[0];
    // As it was computed: what was made of it at a seam has the scale of who reads that.
    if (node.inputs.size() == 1 && scheme_.groups[index(input)] == scheme_.groups[index(id)] &&
        !made_[index(input)].empty()) {
      const Tensor& computed = result_.graph[made_[index(input)].front()];
      if (computed.type == type) return computed.quantization;
    }
    return parameters(id, type);
  }

  /// Returns why it cannot be done.
  std::string append_quantized(const Node& node, const Precision& precision) {
    const QuantizationRule& rule = *node.op->quantization;
    const ElementType type = precision.activations;
    Node copy = node;
    for (TensorId& id : copy.outputs) {
      const bool real = graph_[id].type == ElementType::f32;
      Quantization quantization;
      if (real) quantization = output_parameters(node, id, type);
      id = output_of(id, real ? type : graph_[id].type, std::move(quantization));
    }
    if (rule.quantize) return append_own(node, precision, std::move(copy));
    for (std::size_t i = 0; i < copy.inputs.size(); ++i)
      if (copy.inputs[i] != no_tensor && is_activation(graph_, node, i))
        copy.inputs[i] =
            rule.role(i) == Role::shared
                ? as(node.inputs[i], type, target()[copy.outputs[0]].quantization)
                : as(node.inputs[i], rule.role(i) == Role::narrow ? ElementType::s8 : type, {});
    if (rule.attributes)
      rule.attributes(copy.attributes, type, target()[copy.outputs[0]].quantization);
    if (copy.inputs.size() > weights_operand && rule.role(weights_operand) == Role::weights) {
      std::string reason = append_weights(node, precision, copy);
      if (!reason.empty()) return reason;
    }
    return push_verified(std::move(copy));
  }

  std::string push_verified(Node node) {
    Diagnostics problems;
    verify_node(target(), node, problems);
    if (problems.failed()) return problems.all().front().message;
    push(std::move(node));
    return {};
  }

  /// As append_quantized, for an operator that is quantized in a way of its own.
  std::string append_own(const Node& node, const Precision& precision, Node copy) {
    copy.inputs[0] = as(node.inputs[0], precision.activations, {});
    const NodeView view{graph_, node};
    // Copies: tensors are added below.
    const Quantization input = target()[copy.inputs[0]].quantization;
    const Quantization output = target()[copy.outputs[0]].quantization;
    CalibratedNode calibrated{view, precision.activations, input, output, {}};
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const bool computed = view.has_input(i) && !view.input(i).constant && !view.input(i).variable;
      calibrated.values.push_back(computed ? exact_.all(node.inputs[i])
                                           : std::vector<const Bytes*>{});
    }
    QuantizedNode result = node.op->quantization->quantize(calibrated);
    if (!result.reason.empty()) return result.reason;
    copy.attributes = std::move(result.attributes);
    for (std::size_t i = 1; i < node.inputs.size(); ++i)
      if (view.has_input(i)) copy.inputs[i] = own_operand(node, i, precision, result.operands);
    return push_verified(std::move(copy));
  }

  TensorId own_operand(const Node& node, std::size_t i, const Precision& precision,
                       const std::map<std::size_t, Tensor>& operands) {
    const TensorId id = node.inputs[i];
    const auto found = operands.find(i);
    if (found == operands.end())
      return is_activation(graph_, node, i) ? as(id, precision.activations, {}) : as_it_was(id);
    const Tensor& given = found->second;
    return given.constant || given.variable ? add(given, no_tensor, given.type, given.quantization)
                                            : as(id, given.type, given.quantization);
  }

  /// Returns why it cannot be done.
  std::string append_weights(const Node& node, const Precision& precision, Node& copy) {
    for (std::size_t i = weights_operand; i < node.inputs.size(); ++i)
      if (node.inputs[i] != no_tensor && !all_finite(graph_[node.inputs[i]]))
        return "its weights are not finite";
    const auto compressed = options_.compressed.find(node.name);
    const bool any = compressed != options_.compressed.end();
    if (any && !fits(compressed->second, precision.weight_bits))
      return "its clustered weights take 8 bits";
    const Tensor& weights = graph_[node.inputs[weights_operand]];
    const float input_scale = target()[copy.inputs[0]].quantization.scale();
    // What no data flows into is rounded without.
    const bool computed = !graph_[node.inputs[0]].constant;
    const std::vector<const Bytes*> none;
    const QuantizedWeights result =
        quantize_weights({graph_, node},
                         {.bits = precision.weight_bits,
                          .optimized_rounding = options_.optimized_rounding,
                          .bias_correction = options_.bias_correction,
                          .input_scale = input_scale,
                          .compressed = any ? &compressed->second : nullptr},
                         computed ? exact_.all(node.inputs[0]) : none,
                         computed ? found_.real(target(), copy.inputs[0]) : none);
    const std::vector<std::int32_t> zeros(result.scales.size());
    const TensorId id =
        add(weights, no_tensor, precision.weight_bits == 4 ? ElementType::s4 : ElementType::s8,
            {result.scales, zeros, node.op->quantization->channel_axis});
    target()[id].data = to_bytes(result.weights);
    copy.inputs[weights_operand] = id;
    copy.inputs.resize(weights_operand + 2, no_tensor);
    copy.inputs.back() = add_bias(node, result, input_scale, precision.activations);
    requantized_ = result.reason;
    return {};
  }

  TensorId add_bias(const Node& node, const QuantizedWeights& weights, float input_scale,
                    ElementType activations) {
    std::vector<float> scales;
    std::vector<std::int64_t> values;
    for (std::size_t c = 0; c < weights.bias.size(); ++c) {
      scales.push_back(input_scale * weights.scales[c]);
      values.push_back(std::llround(weights.bias[c] / double{scales[c]}));
    }
    const bool wide = activations == ElementType::s16;
    Tensor bias{.name = node.name + ".bias",
                .shape = {static_cast<std::int32_t>(values.size())},
                .constant = true};
    bias.data =
        wide ? to_bytes(values) : to_bytes(std::vector<std::int32_t>(values.begin(), values.end()));
    return add(bias, no_tensor, wide ? ElementType::s64 : ElementType::s32,
               {scales, std::vector<std::int32_t>(scales.size()), 0});
  }

  /// A float tensor's value as `type`, quantized as given or as calibrated.
  TensorId as(TensorId id, ElementType type, const Quantization& quantization) {
    if (graph_[id].constant) return constant_as(id, type, quantization);
    for (const TensorId there : made_[index(id)])
      if (target()[there].type == type &&
          (!quantization.present() || target()[there].quantization == quantization))
        return there;
    const TensorId from = made_[index(id)].front();
    const TensorId here =
        output_of(id, type, quantization.present() ? quantization : parameters(id, type));
    target()[here].name += "." + std::string(to_string(type));
    push({.op = type == ElementType::f32 ? &ops::dequantize : &ops::quantize,
          .inputs = {from},
          .outputs = {here},
          .name = target()[here].name});
    return here;
  }

  TensorId constant_as(TensorId id, ElementType type, const Quantization& quantization) {
    const Tensor& tensor = graph_[id];
    if (type == ElementType::f32) return add(tensor, no_tensor, type, {});
    Range range;
    for (const float value : elements<float>(tensor))
      if (std::isfinite(value)) range = {std::min(range.min, value), std::max(range.max, value)};
    const TensorId here = add(tensor, no_tensor, type,
                              quantization.present() ? quantization : quantization_of(range, type));
    target()[here].data = quantized_value(target()[here], tensor.data);
    return here;
  }

  void push(Node node) {
    target().nodes.push_back(std::move(node));
    found_.run(target(), target().nodes.back());
  }

  TensorId output(TensorId id) {
    if (graph_[id].type != ElementType::f32 || !options_.output_type)
      return made_[index(id)].front();
    return as(id, *options_.output_type, {});
  }

  /// Values that no later node reads.
  void forget_after(std::size_t node) {
    for (const TensorId id : last_read_by(graph_, node)) {
      exact_.forget(id);
      for (const TensorId here : made_[index(id)]) found_.forget(here);
    }
  }

  Quantized finish() {
    result_.graph = remove_dead_nodes(std::move(result_.graph));
    for (std::size_t i = 0; i < target().tensors.size(); ++i) {
      Origin& origin = target().tensors[i].origin;
      result_.float_tensors.push_back(static_cast<TensorId>(origin.tensor));
      origin.tensor = static_cast<std::int32_t>(i);
    }
    result_.reference = graph_;
    return std::move(result_);
  }

  const Graph& graph_;
  const QuantizeOptions& options_;
  const Scheme scheme_;
  const std::vector<Calibrated> calibrated_;
  Values exact_, found_;                     // of the tensors of graph_ and of the result
  std::vector<std::vector<TensorId>> made_;  // by tensor of graph_: what stands for it
  std::string requantized_;                  // why a layer is not compressed as asked for
  Quantized result_;
};

}  // namespace

std::optional<Quantized> quantize(const Graph& graph, const std::vector<Sample>& samples,
                                  const QuantizeOptions& options, Diagnostics& diagnostics) {
  Scheme scheme =
      make_scheme(graph, options.precision, options.layers,
                  options.input_type.value_or(options.precision.activations), diagnostics);
  check_compressed(graph, options.compressed, diagnostics);
  if (diagnostics.failed()) return std::nullopt;
  return Quantizer(graph, samples, options, std::move(scheme)).run();
}

}  // namespace smelt
