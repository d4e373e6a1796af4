// SPDX-License-Identifier: Apache-2.0
//
// One operator of a .tflite file, with its operands checked: what the import functions, one per
// operator, read from and append nodes to.
#pragma once

#include <any>
#include <string>
#include <vector>

#include "compiler/diagnostics.h"
#include "compiler/graph/graph.h"
#include "compiler/import/tflite.h"
#include "tflite_generated.h"

namespace smelt::tflite {

namespace format = smelt::tflite_format;

struct Operator {
  Graph& graph;
  const format::Operator& op;
  Place place;
  const ImportOptions& options;
  Diagnostics& diagnostics;
  std::vector<TensorId> inputs = {};   ///< as in the file, checked; no_tensor where absent
  std::vector<TensorId> outputs = {};  ///< never absent

  /// Reports a wrong number of operands; false if it did. The first `needed` inputs must be there.
  bool takes(std::size_t needed, std::size_t most, std::size_t results = 1);
  /// The options table, or null after reporting that it is missing.
  template <typename Table>
  const Table* table(const Table* (format::Operator::*get)() const) {
    const Table* found = (op.*get)();
    if (!found) error("has no options table", "export the model again");
    return found;
  }

  const Tensor& input(std::size_t i) const { return graph[inputs[i]]; }
  const Tensor& output(std::size_t i = 0) const { return graph[outputs[i]]; }
  TensorId input_or_none(std::size_t i) const { return i < inputs.size() ? inputs[i] : no_tensor; }

  /// The elements of an integer operand that must be constant, or nothing after reporting it.
  std::optional<std::vector<std::int64_t>> constant(std::size_t i, std::string_view role);
  /// The same as 32-bit numbers, `count` of them.
  std::optional<std::vector<std::int32_t>> constants(std::size_t i, std::string_view role,
                                                     std::size_t count);

  /// An axis, counted from the back if negative, within a rank; nothing after reporting it.
  std::optional<std::int32_t> axis(std::int64_t value, std::size_t rank);

  std::optional<Activation> activation(format::ActivationFunctionType type);
  std::optional<Pads> pads(format::Padding padding, const Shape& input, Extent2 kernel,
                           Extent2 stride, Extent2 dilation);

  /// Appends a node that computes the operator's output `i`.
  void node(const OpDef& def, std::any attributes, std::vector<TensorId> operands,
            std::size_t i = 0);
  /// Appends a node that computes a tensor of its own, on the way to output `i`.
  TensorId intermediate(const OpDef& def, std::any attributes, std::vector<TensorId> operands,
                        Shape shape, std::size_t i = 0);
  /// A tensor like output `i` but for its shape.
  TensorId tensor_like_output(Shape shape, std::string_view suffix, std::size_t i = 0);

  void error(std::string message, std::string note);
  void warning(std::string message, std::string note);
  /// Appends a node for output `i`, or for a tensor on the way to it.
  void append(const OpDef& def, std::any attributes, std::vector<TensorId> operands,
              TensorId output, std::size_t i);
};

/// How an operator is read, and up to which version.
struct Row {
  format::BuiltinOperator code;
  int max_version;
  void (*import)(Operator&);
};

/// The row of an operator, or null.
const Row* find(format::BuiltinOperator code);

}  // namespace smelt::tflite
