// SPDX-License-Identifier: Apache-2.0
//
// What the graph knows of an operator: a constant table of functions over plain data. The one
// definition of each operator stands in compiler/ops; absent facets have the meaning stated here.
#pragma once

#include <any>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "compiler/graph/attributes.h"
#include "compiler/graph/types.h"

namespace smelt {

class Diagnostics;
struct NodeView;
struct KernelRow;       // compiler/ops/kernel.h
struct CalibratedNode;  // compiler/graph/quantized_node.h
struct QuantizedNode;

/// Type and shape of an output, as the shape rule derives them.
struct TensorType {
  ElementType type = ElementType::f32;
  Shape shape;
  bool operator==(const TensorType&) const = default;
};

/// How the channels of an operator's output (its last axis) depend on those of its inputs. What a
/// pass needs to remove channels without knowing the operator.
struct ChannelRule {
  enum class Kind : std::uint8_t {
    each,  ///< an output channel is computed from one channel of each input
    mix,   ///< an output channel is a sum over the channels of the first input, by weights
  };
  /// The axes along which a constant operand is indexed by channel; -1: it is not.
  struct Axes {
    std::size_t operand = 0;
    std::int32_t output = -1;
    std::int32_t input = -1;
  };

  Kind kind = Kind::each;
  /// Whether the rule holds for this node; absent: always.
  bool (*applies)(const NodeView&) = nullptr;
  /// each: the channel of input `i` that an output channel is computed from, -1 if none; absent:
  /// the same. Inputs that have another number of channels are taken whole.
  std::int32_t (*source)(const NodeView&, std::size_t i, std::int32_t output) = nullptr;
  /// Operands indexed by channel. mix: the weights come first, the bias second.
  std::vector<Axes> (*axes)(const NodeView&) = nullptr;
  /// mix: every output sums over all weights, with no padding, so that a constant input channel
  /// adds the same everywhere. Absent: always.
  bool (*unpadded)(const NodeView&) = nullptr;
  /// Changes attributes that hold the number of output channels; absent: there are none.
  void (*resize)(std::any& attributes, std::int32_t channels) = nullptr;
};

/// A node on inputs in another order of dimensions: dimension i of what it read is dimension p[i]
/// of what it reads. What it gives then must be transposed by `after` to be what it gave.
struct Untransposed {
  std::any attributes;
  std::vector<std::int32_t> after;
};

/// What the weights of a linear operator multiply: a row per output element, a column per weight
/// of one output channel, in the order of the weights with the channel's axis left out.
struct Patches {
  std::int64_t rows = 0;
  std::int64_t taps = 0;
  std::vector<float> values;  ///< [rows][taps]
};

/// How an operator computes on quantized tensors: what the quantizer needs without knowing it. An
/// operator's `check` has the last word on whether it can.
struct QuantizationRule {
  enum class Role : std::uint8_t {
    activation,  ///< has a scale of its own
    narrow,      ///< the same, of 8 bits beside any other
    shared,      ///< has the scale and zero point of the output
    weights,     ///< symmetric, a scale per index of channel_axis
    bias,        ///< integers of the scale input times weights
  };
  /// The operator's own way, where it holds values that are no tensors of the graph, or weights
  /// that are not those of one linear layer: of `operands` only activations are read then.
  QuantizedNode (*quantize)(const CalibratedNode&) = nullptr;
  /// By operand; operands past the end are as the last.
  std::vector<Role> operands;
  /// Turns attributes that are real numbers beside a float output into those beside an integer one.
  /// Absent: there are none.
  void (*attributes)(std::any&, ElementType, const Quantization&) = nullptr;
  /// The output's, where it is the same whatever the input. Absent: it is calibrated.
  Quantization (*output)(ElementType) = nullptr;
  /// weights: the output channels' axis.
  std::int32_t channel_axis = 0;
  /// weights: how many groups of output channels, one after the other, read inputs of their own.
  std::int32_t (*groups)(const NodeView&) = nullptr;
  /// weights: the patches that one group reads in the values of operand 0. Absent: weights are
  /// rounded to the nearest.
  Patches (*patches)(const NodeView&, std::span<const float> input, std::int32_t group) = nullptr;

  Role role(std::size_t operand) const {
    return operands[operand < operands.size() ? operand : operands.size() - 1];
  }
};

struct OpDef {
  std::string_view name;  ///< as in the textual form: "conv2d"
  /// Operand names. "bias?" may be absent; a last "input*" takes any number.
  std::vector<std::string_view> operands;
  AttributeTable attributes;

  /// Reports every reason why this node cannot be compiled, each with a way out. Called when the
  /// operand count is right. It must make `infer`, `macs` and lowering safe to call.
  void (*check)(const NodeView&, Diagnostics&) = nullptr;
  /// Types and shapes of the outputs from those of the inputs; called only if `check` is content.
  std::vector<TensorType> (*infer)(const NodeView&) = nullptr;
  /// Multiply-accumulates of one run. Absent: none.
  std::int64_t (*macs)(const NodeView&) = nullptr;
  /// Absent: every output channel depends on everything, and none can be removed.
  const ChannelRule* channels = nullptr;
  /// The node on what its inputs were before they were all transposed by `p`. Absent: it needs its
  /// dimensions where they are.
  Untransposed (*untranspose)(const NodeView&, const std::vector<std::int32_t>& p) = nullptr;
  /// Absent: it computes on floats only.
  const QuantizationRule* quantization = nullptr;
  /// Kernels that can run it, best first; the last is portable and defines the result.
  /// None: the output is the input under another shape (an alias).
  std::span<const KernelRow> (*kernels)() = nullptr;
  /// The output may overwrite an input of as many elements: the kernels read element i before they
  /// write element i, and never again.
  bool in_place = false;
  /// Each element of the output is an element of an input, chosen by places or by order alone, so
  /// that it does not matter whether elements are mapped by a non-decreasing function before it or
  /// behind it.
  bool selects = false;
  /// Runs a function of the user's: unknown on the host, never folded or evaluated.
  bool opaque = false;
};

}  // namespace smelt
