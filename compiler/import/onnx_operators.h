// SPDX-License-Identifier: Apache-2.0
//
// The import functions, one per operator.
#pragma once

#include "compiler/import/onnx_operator.h"

namespace smelt::onnx_import {

// What several share, in onnx_elementwise.cpp.
void unary(Operator& op, const OpDef& def);
void binary(Operator& op, const OpDef& def);
/// The second operand. Before version 7, it repeats only if it is told to, from the dimension that
/// `axis` names, or at the end.
TensorId second(Operator& op);

/// Operators that are one of ours, without attributes.
template <const OpDef& def>
void one_operand(Operator& op) {
  unary(op, def);
}
template <const OpDef& def>
void two_operands(Operator& op) {
  binary(op, def);
}

// onnx_layers.cpp
void conv(Operator& op);
void conv_transpose(Operator& op);
void gemm(Operator& op);
void mat_mul(Operator& op);
void batch_normalization(Operator& op);

// onnx_pooling.cpp
void max_pool(Operator& op);
void average_pool(Operator& op);
void global_average_pool(Operator& op);
void global_max_pool(Operator& op);

// onnx_elementwise.cpp
void add(Operator& op);
void sub(Operator& op);
void mul(Operator& op);
void div(Operator& op);
void maximum(Operator& op);
void minimum(Operator& op);
void sum(Operator& op);
void relu(Operator& op);
void leaky_relu(Operator& op);
void prelu(Operator& op);
void clip(Operator& op);
void sigmoid(Operator& op);
void tanh(Operator& op);
void hard_swish(Operator& op);
void hard_sigmoid(Operator& op);
void mean(Operator& op);
void cast(Operator& op);
void cast_like(Operator& op);

// onnx_functions.cpp
void elu(Operator& op);
void selu(Operator& op);
void celu(Operator& op);
void gelu(Operator& op);
void mish(Operator& op);
void thresholded_relu(Operator& op);
void shrink(Operator& op);
void pow(Operator& op);
void mod(Operator& op);
void bit_shift(Operator& op);

// onnx_logic.cpp
void equal(Operator& op);
void less(Operator& op);
void less_or_equal(Operator& op);
void greater(Operator& op);
void greater_or_equal(Operator& op);
void is_nan(Operator& op);
void is_inf(Operator& op);
void where(Operator& op);

// onnx_softmax.cpp
void softmax(Operator& op);
void log_softmax(Operator& op);
void hardmax(Operator& op);

// onnx_movement.cpp
void identity(Operator& op);
void dropout(Operator& op);
void reshape(Operator& op);
void flatten(Operator& op);
void squeeze(Operator& op);
void unsqueeze(Operator& op);
void transpose(Operator& op);
void concat(Operator& op);
void split(Operator& op);
void slice(Operator& op);
void pad(Operator& op);
void gather(Operator& op);

// onnx_reductions.cpp
void reduce_mean(Operator& op);
void reduce_sum(Operator& op);
void arg_max(Operator& op);
void arg_min(Operator& op);

// onnx_constants.cpp
void constant(Operator& op);
void shape(Operator& op);
void size(Operator& op);
void constant_of_shape(Operator& op);

}  // namespace smelt::onnx_import
