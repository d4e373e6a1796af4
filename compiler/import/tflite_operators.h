// SPDX-License-Identifier: Apache-2.0
//
// The import functions, one per operator or family of operators that read alike.
#pragma once

#include "compiler/import/tflite_operator.h"

namespace smelt::tflite {

// tflite_layers.cpp
void conv2d(Operator& op);
void depthwise_conv2d(Operator& op);
void transpose_conv(Operator& op);
void fully_connected(Operator& op);
void average_pool2d(Operator& op);
void max_pool2d(Operator& op);
void softmax(Operator& op);
void lstm(Operator& op);
void custom(Operator& op);

// tflite_elementwise.cpp
void add(Operator& op);
void sub(Operator& op);
void mul(Operator& op);
void maximum(Operator& op);
void minimum(Operator& op);
void logistic(Operator& op);
void tanh(Operator& op);
void relu(Operator& op);
void relu6(Operator& op);
void relu_n1_to_1(Operator& op);
void leaky_relu(Operator& op);
void hard_swish(Operator& op);
void prelu(Operator& op);
void quantize(Operator& op);
void dequantize(Operator& op);
void cast(Operator& op);

/// The operator as it is, with so many operands.
void plain(Operator& op, const OpDef& def, std::size_t operands);
/// Whether every 8-bit operand and result has a scale, as the format demands of arithmetic; reports
/// those that have none.
bool scaled(Operator& op);

// tflite_functions.cpp
/// A function of floats that the format computes of 8-bit numbers in its own way, or not at all.
void float_function(Operator& op, const OpDef& def);
template <const OpDef& def>
void one_float(Operator& op) {
  float_function(op, def);
}
void abs(Operator& op);
void elu(Operator& op);
void square(Operator& op);
void squared_difference(Operator& op);
void div(Operator& op);
void pow(Operator& op);
void floor_mod(Operator& op);
void equal(Operator& op);
void not_equal(Operator& op);
void less(Operator& op);
void less_equal(Operator& op);
void greater(Operator& op);
void greater_equal(Operator& op);
void logical_and(Operator& op);
void logical_or(Operator& op);
void logical_not(Operator& op);
void select(Operator& op);

// tflite_movement.cpp
void reshape(Operator& op);
void shape(Operator& op);
void transpose(Operator& op);
void concatenation(Operator& op);
void pack(Operator& op);
void unpack(Operator& op);
void split(Operator& op);
void split_v(Operator& op);
void slice(Operator& op);
void strided_slice(Operator& op);
void pad(Operator& op);
void mean(Operator& op);
void sum(Operator& op);
void arg_max(Operator& op);
void arg_min(Operator& op);
void resize_nearest_neighbor(Operator& op);
void resize_bilinear(Operator& op);

}  // namespace smelt::tflite
