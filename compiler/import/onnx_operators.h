// SPDX-License-Identifier: Apache-2.0
//
// The import functions, one per operator.
#pragma once

#include "compiler/import/onnx_operator.h"

namespace smelt::onnx_import {

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
void softmax(Operator& op);
void cast(Operator& op);

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
/// Add, Sub, Mul or Div of two constant integer tensors, done at once; false if the operands are
/// none.
bool computed_integers(Operator& op);

}  // namespace smelt::onnx_import
