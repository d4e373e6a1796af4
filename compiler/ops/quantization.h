// SPDX-License-Identifier: Apache-2.0
//
// Rules that quantized operators share: multipliers, activation ranges, output stages of linear
// layers, and checks of the quantization that files give us. Sources: the TFLite Micro reference
// kernels' arithmetic (double rounding).
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/diagnostics.h"
#include "compiler/graph/graph.h"
#include "compiler/ops/kernel.h"

namespace smelt {

/// real = multiplier * 2^(shift - 31), multiplier in [2^30, 2^31) or 0.
struct Multiplier {
  std::int32_t multiplier = 0;
  std::int32_t shift = 0;
};
Multiplier quantize_multiplier(double real);

/// Bounds of a fused activation.
struct FloatRange {
  float min, max;
};
FloatRange float_range(Activation activation);
/// In quantized units of `tensor`, within its type's range.
IntegerRange quantized_range(Activation activation, const Tensor& tensor);
/// round(value / scale) + zero_point in float32, as the reference computes bounds.
std::int32_t quantize_bound(float value, const Tensor& tensor);

/// What a linear layer (convolution, fully connected) multiplies and adds, all validated.
struct LinearOperands {
  const Tensor& input;
  const Tensor& weights;
  const Tensor* bias;  ///< null: none
  const Tensor& output;
  Activation activation = Activation::none;
  std::int32_t channels = 0;        ///< outputs
  std::int64_t channel_stride = 1;  ///< distance of two taps of a channel in the weights
  bool channels_last = false;       ///< weights [taps][channels] rather than [channels][taps]
  bool centred_input = false;  ///< the kernel subtracts the input's zero point: not in the bias
  /// Fully connected layers with one scale round the product of the input scales to float first.
  bool float_product = false;
};

/// The output stage's struct field of a layer, bias and multipliers being made as constants.
Field output_stage(const LinearOperands& operands, StepBuilder& builder);
/// Reports operands that the output stage cannot express. `channels` is positive and divides the
/// weights.
void check_linear(const NodeView& view, const LinearOperands& operands, Diagnostics& diagnostics);

/// Biases of integer operands less the input's zero point times the sum of the channel's weights:
/// what sums of raw inputs times weights start from.
std::vector<std::int64_t> folded_bias(const LinearOperands& operands);

/// Real multiplier of output channel c.
double linear_scale(const LinearOperands& operands, std::size_t channel);

/// Reports a tensor whose type is none of `types`; false if it was.
bool check_type(const NodeView& view, const Tensor& tensor, std::string_view role,
                std::initializer_list<ElementType> types, Diagnostics& diagnostics);
/// Reports an 8- or 16-bit tensor without a per-tensor scale; false if it was.
bool check_quantized(const NodeView& view, const Tensor& tensor, std::string_view role,
                     Diagnostics& diagnostics);

}  // namespace smelt
