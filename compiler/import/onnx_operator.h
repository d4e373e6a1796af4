// SPDX-License-Identifier: Apache-2.0
//
// One operator of a .onnx file, with its operands at hand: what the import functions, one per
// operator, read from and append nodes to. Nodes whose operands are all constant are computed at
// once, so that shapes that the model computes are known to the operators that take them.
#pragma once

#include <any>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diagnostics.h"
#include "compiler/graph/graph.h"
#include "compiler/import/onnx_format.h"

namespace smelt::onnx_import {

/// An optional operand that a node shall not have: no_tensor stands for what could not be had.
constexpr TensorId absent{-2};

/// What may still be computed from constants: that must not take forever.
struct ConstantBudget {
  std::int64_t bytes = std::int64_t{1} << 29;
  std::int64_t macs = 1 << 26;
};

class Operator {
 public:
  Operator(Graph& graph, const onnx::NodeProto& node, Place place, std::vector<TensorId> inputs,
           ConstantBudget& budget, Diagnostics& diagnostics);

  Graph& graph;
  /// As in the file; no_tensor where absent.
  const std::vector<TensorId> inputs;
  /// By output: what result() was given; no_tensor until then.
  std::vector<TensorId> results;
  /// How often the model reads each output; empty: unknown.
  std::vector<int> result_uses;
  /// Of the operator set, in the file.
  std::int64_t version = 0;

  /// Reports a wrong number of operands; false if it did. The first `needed` inputs must be there.
  bool takes(std::size_t needed, std::size_t most, std::size_t most_results = 1);
  bool has(std::size_t i) const { return i < inputs.size() && inputs[i] != no_tensor; }
  const Tensor& input(std::size_t i) const { return graph[inputs[i]]; }
  const Shape& shape(TensorId id) const { return graph[id].shape; }
  std::size_t output_count() const { return static_cast<std::size_t>(node_.output_size()); }
  /// Whether the output has a name that something reads.
  bool wants(std::size_t i) const {
    return i < output_count() && !node_.output(static_cast<int>(i)).empty() &&
           (i >= result_uses.size() || result_uses[i] > 0);
  }

  // Attributes. Those that nobody asks for are reported in the end.
  bool has_attribute(std::string_view name);
  std::int64_t integer(std::string_view name, std::int64_t otherwise);
  float real(std::string_view name, float otherwise);
  std::string text(std::string_view name, std::string_view otherwise);
  /// A list, each number brought into 32 bits; empty if absent.
  std::vector<std::int32_t> list(std::string_view name);
  std::vector<float> reals(std::string_view name);
  std::vector<std::string> texts(std::string_view name);
  const onnx::TensorProto* tensor(std::string_view name);
  /// An attribute without meaning when a model only runs.
  void ignore(std::string_view name) { read_.insert(std::string(name)); }
  /// Reports attributes that were not asked for.
  void check_attributes();

  /// The elements of an integer operand that must be constant, or nothing after reporting it.
  std::optional<std::vector<std::int64_t>> constant(std::size_t i, std::string_view role);
  /// The elements of a constant float operand, or nothing after reporting it.
  std::optional<std::vector<float>> constant_floats(std::size_t i, std::string_view role);
  /// Integers from input `i`, as newer operators have them, or else from an attribute; none if both
  /// are absent.
  std::optional<std::vector<std::int64_t>> input_or_attribute(std::size_t i, std::string_view name);
  /// An axis, counted from the back if negative, within a rank; nothing after reporting it.
  std::optional<std::int32_t> axis(std::int64_t value, std::size_t rank);
  /// Axes in ascending order, each once.
  std::optional<std::vector<std::int32_t>> axes(const std::vector<std::int64_t>& values,
                                                std::size_t rank);

  /// Appends a node and gives its result. `type` is that of operators that leave it open. Operands
  /// of no_tensor give no_tensor: what made them so has been reported.
  TensorId apply(const OpDef& def, std::any attributes, std::vector<TensorId> operands,
                 std::optional<ElementType> type = {});
  TensorId floats(Shape shape, const std::vector<float>& values);
  TensorId add_constant(ElementType type, Shape shape, std::vector<std::uint8_t> data);

  /// Shorthands of apply().
  TensorId reshape(TensorId id, Shape shape);
  TensorId transpose(TensorId id, std::vector<std::int32_t> permutation);

  /// Whether all outputs that are read have been stated.
  bool done() const;
  /// States what output `i` is.
  void result(TensorId id, std::size_t i = 0);

  void error(std::string message, std::string note);
  const Place& place() const { return place_; }

 private:
  const onnx::AttributeProto* attribute(std::string_view name, onnx::AttributeProto::AttributeType);
  bool fits(const TensorType& type);
  /// Computes the last node if all that it takes is constant.
  bool fold();

  const onnx::NodeProto& node_;
  Place place_;
  ConstantBudget& budget_;
  Diagnostics& diagnostics_;
  std::set<std::string> read_;  // attributes
  std::size_t first_tensor_;    // made by this operator
};

/// How an operator is read.
struct Row {
  std::string_view name;
  void (*import)(Operator&);
};

/// The row of an operator, or null.
const Row* find(std::string_view name);

}  // namespace smelt::onnx_import
