// SPDX-License-Identifier: Apache-2.0
//
// How float layers with quantized operands become integer ones: what their integer operands are,
// and what the output can be.
#pragma once

#include <any>
#include <optional>

#include "compiler/graph/graph.h"

namespace smelt {

/// The s8 tensor that a constant was dequantized from; nothing if it was not.
std::optional<Tensor> requantized(const Tensor& constant);

/// Weights as requantized(), but with zero points of 0.
std::optional<Tensor> requantized_weights(const Tensor& weights);

/// A float bias in units of a sum: input scale times weight scale, by channel.
std::optional<Tensor> requantized_bias(const Tensor& bias, const Quantization& input,
                                       const Quantization& weights);

/// Kinds of layers, by what they need.
enum class LayerKind : std::uint8_t {
  none,
  weighted,  ///< input, constant weights, bias; any output
  summed,    ///< operands and output of any quantization
  same,      ///< the output's scale is the input's
  fixed,     ///< softmax: one fixed output scale
};
LayerKind layer_kind(const OpDef& op);

/// The quantization in which a layer gives its output, if that of the model is `wanted`: where it
/// differs, another step converts it. Nothing if that would lose more than one step of `wanted`.
std::optional<Quantization> layer_output(LayerKind kind, const Quantization& input,
                                         const Quantization& wanted);

/// Of a softmax to s16.
Quantization finest_softmax();

/// An average as a sum of products, which may have any output scale; nothing if windows are padded,
/// as they divide by other numbers then.
struct AveragingConvolution {
  std::any attributes;  ///< of depthwise_conv2d
  Tensor weights;
};
std::optional<AveragingConvolution> as_convolution(const NodeView& average);

}  // namespace smelt
