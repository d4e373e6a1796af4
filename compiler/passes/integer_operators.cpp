// SPDX-License-Identifier: Apache-2.0
//
// Float operators between dequantize_linear and quantize_linear become integer ones. One sweep over
// the nodes keeps, for every float tensor that is a function of one s8 tensor's elements, that
// tensor and function:
//
//   dequantize_linear       a linear function of what it reads; u8 becomes s8, 128 less
//   selecting operators     run on the s8 tensors
//   functions of elements   change the function, and are not computed at all
//   layers                  run on s8 tensors, if nobody needs more than the quantized output
//   quantize_linear         the s8 tensor itself, or a table of the function
//
// The float nodes stay where they are; those that nobody reads any more are removed in the end.
#include <algorithm>
#include <map>

#include "compiler/diagnostics.h"
#include "compiler/ops/arg.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/dequantize_linear.h"
#include "compiler/ops/lookup.h"
#include "compiler/ops/pad.h"
#include "compiler/ops/quantization.h"
#include "compiler/ops/quantize.h"
#include "compiler/ops/quantize_linear.h"
#include "compiler/ops/reshape.h"
#include "compiler/ops/softmax.h"
#include "compiler/passes/byte_function.h"
#include "compiler/passes/integer_layers.h"
#include "compiler/passes/passes.h"
#include "compiler/passes/wishes.h"

namespace smelt {
namespace {

/// A float tensor as a function of the elements of an s8 tensor.
struct Reading {
  TensorId bytes = no_tensor;
  std::optional<ByteFunction> function;  ///< none: what the quantization of `bytes` says
};

class Integers {
 public:
  explicit Integers(Graph graph) : wishes_(graph), graph_(std::move(graph)) {}

  Graph run() {
    std::vector<Node> given = std::move(graph_.nodes);
    graph_.nodes.clear();
    for (Node& node : given) {
      if (node.outputs.size() == 1 && node.op == &ops::quantize_linear) {
        quantize(std::move(node));
        continue;
      }
      if (node.outputs.size() == 1 && !node.op->opaque) read(node);
      if (node.op == &ops::arg_max || node.op == &ops::arg_min) compare_bytes(node);
      graph_.nodes.push_back(std::move(node));
    }
    for (Tensor& tensor : graph_.tensors)
      if (tensor.type == ElementType::f32) tensor.quantization = {};
    return remove_dead_nodes(std::move(graph_));
  }

 private:
  const Reading* reading(TensorId id) const {
    const auto found = readings_.find(id);
    return found == readings_.end() ? nullptr : &found->second;
  }
  /// The s8 tensor that a float tensor is a linear function of.
  TensorId linear(TensorId id) const {
    const Reading* found = reading(id);
    return found && !found->function ? found->bytes : no_tensor;
  }

  /// Appends a node in place of `like`; no_tensor if its operator cannot take these operands.
  TensorId append(const Node& like, const OpDef& op, std::any attributes,
                  std::vector<TensorId> operands, Quantization quantization,
                  ElementType type = ElementType::s8) {
    if (std::find(operands.begin(), operands.end(), no_tensor) != operands.end()) return no_tensor;
    const TensorId result = graph_.add({.name = graph_[like.outputs[0]].name,
                                        .type = type,
                                        .quantization = std::move(quantization)});
    Node node = like;
    node.op = &op;
    node.attributes = std::move(attributes);
    node.inputs = std::move(operands);
    node.outputs = {result};
    graph_.nodes.push_back(std::move(node));
    Diagnostics found;
    const NodeView view{graph_, graph_.nodes.back()};
    if (op.check) op.check(view, found);
    if (!found.failed()) {
      graph_[result].shape = op.infer(view)[0].shape;
      return result;
    }
    graph_.nodes.pop_back();
    return no_tensor;
  }

  /// A table of `source`, quantized.
  TensorId look_up(const Node& like, const Reading& source, const Quantization& quantization) {
    const ByteFunction function =
        source.function ? *source.function : meaning(graph_[source.bytes].quantization);
    const TensorId table = graph_.add({.name = graph_[like.outputs[0]].name + "_table",
                                       .type = ElementType::s8,
                                       .shape = {256},
                                       .constant = true,
                                       .data = table_of(function, quantization)});
    return append(like, ops::lookup, {}, {source.bytes, table}, quantization);
  }

  // --- borders -----------------------------------------------------------------------------------

  /// Gives a tensor its quantization; false if it has another.
  bool describe(TensorId id, const Quantization& quantization) {
    Tensor& tensor = graph_[id];
    if (!tensor.quantization.present()) tensor.quantization = quantization;
    return same_numbers(tensor.quantization, quantization);
  }

  /// `quantization` is that of s8.
  Quantization as_stored(Quantization quantization, ElementType type) const {
    if (type == ElementType::u8) quantization.zero_points[0] += 128;
    return quantization;
  }

  /// The s8 tensor that a tensor of bytes holds; no_tensor if it means something else elsewhere.
  TensorId signed_bytes(const Node& like, TensorId id, const Quantization& quantization) {
    if (const auto found = signed_.find(id); found != signed_.end())
      return same_numbers(graph_[found->second].quantization, quantization) ? found->second
                                                                            : no_tensor;
    if (!describe(id, as_stored(quantization, graph_[id].type))) return no_tensor;
    const TensorId result = graph_[id].type == ElementType::s8
                                ? id
                                : append(like, ops::quantize, {}, {id}, quantization);
    if (result != no_tensor) signed_[id] = result;
    return result;
  }

  void dequantize(const Node& node) {
    const auto quantization = signed_quantization(graph_, node);
    if (!quantization) return;
    const TensorId bytes = signed_bytes(node, node.inputs[0], *quantization);
    if (bytes != no_tensor) readings_[node.outputs[0]] = {bytes, {}};
  }

  /// The s8 tensor of what is quantized: that of its reading, converted if need be.
  TensorId converted(const Node& node, const Reading& source, const Quantization& wanted) {
    if (!source.function && same_numbers(graph_[source.bytes].quantization, wanted))
      return source.bytes;
    return look_up(node, source, wanted);
  }

  void quantize(Node node) {
    const auto wanted = signed_quantization(graph_, node);
    const TensorId output = node.outputs[0];
    const Reading* source = wanted ? reading(node.inputs[0]) : nullptr;
    if (!wanted || !describe(output, as_stored(*wanted, graph_[output].type))) {
      graph_.nodes.push_back(std::move(node));
      return;
    }
    TensorId bytes = source ? converted(node, *source, *wanted) : no_tensor;
    if (bytes == no_tensor) {
      bytes = quantize_floats(node, *wanted);
    } else {
      // For those that read the integers as such.
      Node copy = node;
      const bool is_signed = graph_[output].type == ElementType::s8;
      copy.op = is_signed ? &ops::reshape : &ops::quantize;
      copy.attributes =
          is_signed ? std::any(ops::ReshapeAttributes{.shape = graph_[output].shape}) : std::any();
      copy.inputs = {bytes};
      graph_.nodes.push_back(std::move(copy));
    }
    if (bytes != no_tensor) signed_[output] = bytes;
  }

  /// Floats are quantized to what is read: s8.
  TensorId quantize_floats(const Node& node, const Quantization& wanted) {
    graph_.nodes.push_back(node);
    if (graph_[node.outputs[0]].type == ElementType::s8) return node.outputs[0];
    const Tensor& zero = graph_[node.inputs[2]];
    const std::vector<std::int8_t> point{static_cast<std::int8_t>(wanted.zero_point())};
    const TensorId zero_point = graph_.add({.name = zero.name,
                                            .type = ElementType::s8,
                                            .shape = zero.shape,
                                            .constant = true,
                                            .data = to_bytes(point)});
    return append(node, ops::quantize_linear, {}, {node.inputs[0], node.inputs[1], zero_point},
                  wanted);
  }

  // --- operators ---------------------------------------------------------------------------------

  void read(const Node& node) {
    if (node.op == &ops::dequantize_linear) return dequantize(node);
    if (graph_[node.outputs[0]].type != ElementType::f32 && !node.op->selects) return;
    if (!clamp(node) && !pad(node) && !select(node) && !follow(node)) layer(node);
  }

  /// `bytes` is all that is left of the node's output.
  bool becomes(const Node& node, TensorId bytes) {
    if (bytes == no_tensor) return false;
    readings_[node.outputs[0]] = {bytes, {}};
    return true;
  }

  /// An activation is part of the layer before it, or nothing at all, or a clamp. Bounds are exact
  /// only where the output is quantized in the same way.
  bool clamp(const Node& node) {
    const Activation activation = clamp_of(*node.op);
    const TensorId bytes = activation == Activation::none ? no_tensor : linear(node.inputs[0]);
    if (bytes == no_tensor) return false;
    const auto wish = wishes_[node.outputs[0]];
    const Tensor tensor = graph_[bytes];
    if (!wish || !same_numbers(*wish, tensor.quantization)) return false;
    const IntegerRange range = quantized_range(activation, tensor);
    if (range.min <= -128 && range.max >= 127) return becomes(node, bytes);
    if (fuse(node, activation)) return becomes(node, bytes);
    return becomes(
        node, append(node, *node.op, node.op->attributes.make(), {bytes}, tensor.quantization));
  }

  /// Makes an activation that of the layer whose output it alone reads.
  bool fuse(const Node& node, Activation activation) {
    const auto found = layers_.find(node.inputs[0]);
    if (found == layers_.end() || wishes_.readers(node.inputs[0]) != 1) return false;
    Node& layer = graph_.nodes[found->second];
    for (const AttributeField& field : layer.op->attributes.fields(layer.attributes))
      if (auto* const* place = std::get_if<Activation*>(&field.value);
          place && **place == Activation::none) {
        **place = activation;
        return true;
      }
    return false;
  }

  bool pad(const Node& node) {
    const TensorId bytes = node.op == &ops::pad ? linear(node.inputs[0]) : no_tensor;
    if (bytes == no_tensor) return false;
    auto attributes = std::any_cast<ops::PadAttributes>(node.attributes);
    const Quantization quantization = graph_[bytes].quantization;
    attributes.value = quantized(attributes.float_value, quantization);
    const float stands_for =
        static_cast<float>(attributes.value - quantization.zero_point()) * quantization.scale();
    const auto wish = wishes_[node.outputs[0]];
    const bool exact =
        stands_for == attributes.float_value || (wish && same_numbers(*wish, quantization));
    return exact && becomes(node, append(node, ops::pad, attributes, {bytes}, quantization));
  }

  /// Selects among bytes of one quantization: that of all, or that which the output is to have.
  bool select(const Node& node) {
    if (!node.op->selects) return false;
    // A table does better with one operand and a bound.
    const auto known = [&](TensorId id) { return id == no_tensor || graph_[id].constant; };
    if (std::any_of(node.inputs.begin(), node.inputs.end(), known)) return false;
    std::optional<Quantization> common;
    for (const TensorId id : node.inputs) {
      const TensorId bytes = linear(id);
      if (bytes == no_tensor) return false;
      if (!common) common = graph_[bytes].quantization;
      if (!same_numbers(*common, graph_[bytes].quantization)) common = wishes_[node.outputs[0]];
      if (!common) return false;
    }
    std::vector<TensorId> operands;
    for (const TensorId id : node.inputs)
      operands.push_back(converted(node, *reading(id), *common));
    const TensorId bytes = append(node, *node.op, node.attributes, operands, *common);
    // What follows a single operand's selection may as well come before it.
    const auto found = layers_.find(node.inputs[0]);
    if (bytes != no_tensor && node.inputs.size() == 1 && found != layers_.end() &&
        wishes_.readers(node.inputs[0]) == 1)
      layers_[node.outputs[0]] = found->second;
    return becomes(node, bytes);
  }

  void layer(const Node& node) {
    const LayerKind kind = layer_kind(*node.op);
    const auto wish = wishes_[node.outputs[0]];
    const TensorId input = kind == LayerKind::none || !wish ? no_tensor : layer_input(node, 0);
    if (input == no_tensor) return;
    const Quantization quantization = graph_[input].quantization;
    const auto output = layer_output(kind, quantization, *wish);
    if (!output) {
      becomes(node, finer(node, input, *wish));
      return;
    }
    std::vector<TensorId> operands{input};
    for (std::size_t i = 1; i < node.inputs.size(); ++i)
      operands.push_back(kind == LayerKind::weighted ? weights(node, i, operands)
                                                     : layer_input(node, i));
    const TensorId bytes = append(node, *node.op, node.attributes, operands, *output);
    if (bytes != no_tensor && kind == LayerKind::weighted)
      layers_[node.outputs[0]] = graph_.nodes.size() - 1;
    becomes(node, bytes);
  }

  /// Layers whose own output would be coarser than what is wanted.
  TensorId finer(const Node& node, TensorId input, const Quantization& wanted) {
    if (node.op == &ops::softmax) {
      const TensorId wide =
          append(node, ops::softmax, node.attributes, {input}, finest_softmax(), ElementType::s16);
      return append(node, ops::quantize, {}, {wide}, wanted);
    }
    const auto average = as_convolution({graph_, node});
    if (!average) return no_tensor;
    return append(node, ops::depthwise_conv2d, average->attributes,
                  {input, graph_.add(average->weights)}, wanted);
  }

  /// Operand i: computed, or a constant that was dequantized.
  TensorId layer_input(const Node& node, std::size_t i) {
    const TensorId id = node.inputs[i];
    if (id == no_tensor || !graph_[id].constant) return id == no_tensor ? id : linear(id);
    return add(requantized(graph_[id]));
  }

  /// Weights, or the bias, given the operands before.
  TensorId weights(const Node& node, std::size_t i, const std::vector<TensorId>& before) {
    const TensorId id = node.inputs[i];
    if (id == no_tensor || before.back() == no_tensor) return no_tensor;
    if (i == 1) return add(requantized_weights(graph_[id]));
    return add(requantized_bias(graph_[id], graph_[before[0]].quantization,
                                graph_[before[1]].quantization));
  }

  TensorId add(std::optional<Tensor> tensor) {
    return tensor ? graph_.add(std::move(*tensor)) : no_tensor;
  }

  /// Where the largest number is, there is the largest byte.
  void compare_bytes(Node& node) {
    if (const TensorId bytes = linear(node.inputs[0]); bytes != no_tensor) node.inputs[0] = bytes;
  }

  /// A function of the elements of one s8 tensor, computed by whoever reads it.
  bool follow(const Node& node) {
    TensorId bytes = no_tensor;
    std::vector<ByteFunction> functions(node.inputs.size());
    std::vector<const ByteFunction*> arguments(node.inputs.size());
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (node.inputs[i] == no_tensor) return false;
      const Reading* source = reading(node.inputs[i]);
      if (!source) continue;
      if (bytes != no_tensor && bytes != source->bytes) return false;
      bytes = source->bytes;
      functions[i] = source->function ? *source->function : meaning(graph_[bytes].quantization);
      arguments[i] = &functions[i];
    }
    if (bytes == no_tensor || graph_[bytes].shape != graph_[node.outputs[0]].shape) return false;
    auto function = apply(graph_, node, arguments);
    if (function) readings_[node.outputs[0]] = {bytes, std::move(function)};
    return function.has_value();
  }

  const Wishes wishes_;
  Graph graph_;
  std::map<TensorId, Reading> readings_;    // of float tensors
  std::map<TensorId, TensorId> signed_;     // s8 tensors, by the tensors of bytes they stand for
  std::map<TensorId, std::size_t> layers_;  // nodes that alone compute what a float tensor reads
};

}  // namespace

Graph integer_operators(Graph graph) {
  return Integers(std::move(graph)).run();
}

}  // namespace smelt
