// SPDX-License-Identifier: Apache-2.0
//
// One node on its way into a .tflite file: what the export functions, one per operator or family,
// read and fill in, and the table that says which function writes which operator.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diagnostics.h"
#include "compiler/graph/graph.h"
#include "tflite_generated.h"

namespace smelt::tflite_writer {

namespace format = smelt::tflite_format;

struct Operator {
  NodeView view;
  flatbuffers::FlatBufferBuilder& file;
  std::vector<Tensor>& constants;  ///< operands that the graph keeps as attributes
  Diagnostics& diagnostics;

  // What is written. The table's row and the node's inputs and outputs are given.
  format::BuiltinOperator code = {};
  int version = 1;
  format::BuiltinOptions options_type = {};
  flatbuffers::Offset<void> options = 0;
  std::vector<std::int32_t> inputs = {};  ///< indices of the file's tensors; -1: absent
  std::string custom_code = {};
  flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>> custom_options = 0;

  template <typename A>
  const A& attributes() const {
    return view.attributes<A>();
  }
  template <typename Table>
  void set_options(flatbuffers::Offset<Table> table) {
    options = table.Union();
  }

  /// A new operand with these numbers; returns its index.
  std::int32_t constant(std::string_view role, Shape shape,
                        const std::vector<std::int32_t>& values);
  /// The same with one number for each entry of a list.
  std::int32_t list(std::string_view role, const std::vector<std::int32_t>& values);
  std::int32_t constant(std::string_view role, Tensor tensor);

  /// SAME or VALID, or nothing after reporting pads that are neither.
  std::optional<format::Padding> padding(const Pads& pads, const Shape& image, Extent2 kernel,
                                         Extent2 stride, Extent2 dilation);
  void error(std::string message, std::string note);
};

format::ActivationFunctionType activation_type(Activation activation);
format::TensorType tensor_type(ElementType type);

/// How an operator is written.
struct Row {
  const OpDef* op;
  format::BuiltinOperator code;
  /// The least that has the operator in float, in int8, and in int16.
  int version, version_int8, version_int16;
  format::BuiltinOptions options;
  void (*write)(Operator&);
};

/// The row of an operator, or null.
const Row* find(const OpDef& op);

// tflite_layers.cpp
void conv2d(Operator& op);
void depthwise_conv2d(Operator& op);
void transpose_conv(Operator& op);
void fully_connected(Operator& op);
void pool2d(Operator& op);
void softmax(Operator& op);
void lstm(Operator& op);
void custom(Operator& op);

// tflite_elementwise.cpp
void add(Operator& op);
void sub(Operator& op);
void mul(Operator& op);
void leaky_relu(Operator& op);
void cast(Operator& op);
void quantize(Operator& op);
void floats_only(Operator& op);  ///< functions that the format has of floats
void abs(Operator& op);
void elu(Operator& op);
void div(Operator& op);
void mod(Operator& op);
void of_scaled(Operator& op);      ///< 8-bit operands have scales, options have no fields
void no_options(Operator& op);     ///< has no options table
void empty_options(Operator& op);  ///< has one without fields

// tflite_movement.cpp
void arg_max(Operator& op);
void arg_min(Operator& op);
void concat(Operator& op);
void pad(Operator& op);
void reduce(Operator& op);
void reshape(Operator& op);
void resize_bilinear(Operator& op);
void resize_nearest(Operator& op);
void slice(Operator& op);
void transpose(Operator& op);

}  // namespace smelt::tflite_writer
