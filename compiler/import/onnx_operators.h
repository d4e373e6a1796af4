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

// onnx_normalization.cpp
void layer_normalization(Operator& op);
void instance_normalization(Operator& op);
void mean_variance_normalization(Operator& op);
void lp_normalization(Operator& op);
void local_response(Operator& op);

// onnx_recurrent.cpp
void rnn(Operator& op);
void gru(Operator& op);
void lstm(Operator& op);

// onnx_pooling.cpp
void max_pool(Operator& op);
void average_pool(Operator& op);
void global_average_pool(Operator& op);
void global_max_pool(Operator& op);
void lp_pool(Operator& op);
void global_lp_pool(Operator& op);

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

// onnx_pad.cpp
void pad(Operator& op);

// onnx_indices.cpp
void gather(Operator& op);
void gather_elements(Operator& op);
void gather_nd(Operator& op);
void scatter_elements(Operator& op);
void scatter_nd(Operator& op);
void compress(Operator& op);
void reverse_sequence(Operator& op);
void one_hot(Operator& op);
void top_k(Operator& op);

// onnx_blocks.cpp
void expand(Operator& op);
void tile(Operator& op);
void depth_to_space(Operator& op);
void space_to_depth(Operator& op);
void trilu(Operator& op);

// onnx_resize.cpp
void resize(Operator& op);
void upsample(Operator& op);

// onnx_reductions.cpp
void reduce_mean(Operator& op);
void reduce_sum(Operator& op);
void reduce_l1(Operator& op);
void reduce_l2(Operator& op);
void reduce_log_sum(Operator& op);
void reduce_log_sum_exp(Operator& op);
void reduce_max(Operator& op);
void reduce_min(Operator& op);
void reduce_prod(Operator& op);
void reduce_sum_square(Operator& op);
void arg_max(Operator& op);
void arg_min(Operator& op);
void cum_sum(Operator& op);

// onnx_quantized.cpp
void quantize_linear(Operator& op);
void dequantize_linear(Operator& op);
void conv_integer(Operator& op);
void qlinear_conv(Operator& op);
void mat_mul_integer(Operator& op);
void qlinear_mat_mul(Operator& op);

// onnx_constants.cpp
void constant(Operator& op);
void shape(Operator& op);
void size(Operator& op);
void constant_of_shape(Operator& op);
void eye_like(Operator& op);
void range(Operator& op);

}  // namespace smelt::onnx_import
