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
