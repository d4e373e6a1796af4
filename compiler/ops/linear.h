// SPDX-License-Identifier: Apache-2.0
//
// What linear layers (convolutions, fully connected) share: the number formats that they are
// computed in, those of smelt/number.h and its neighbours, with one kernel row for each; the stage
// that makes outputs of their sums; and the checks of their operands.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ops/quantization.h"
#include "compiler/ops/window.h"

namespace smelt {

/// What a linear layer multiplies and adds, all validated.
struct LinearOperands {
  const Tensor& input;
  const Tensor& weights;
  const Tensor* bias;  ///< null: none
  const Tensor& output;
  Activation activation = Activation::none;
  std::int32_t channels = 0;        ///< outputs
  std::int64_t channel_stride = 1;  ///< distance of two taps of a channel in the weights
  bool channels_last = false;       ///< weights [taps][channels] rather than [channels][taps]
  std::int32_t input_offset = 0;    ///< the kernel adds to inputs before it multiplies them
  bool centred_input = false;  ///< the kernel subtracts the input's zero point: not in the bias
  /// Fully connected layers with one scale round the product of the input scales to float first.
  bool float_product = false;
  bool packed_weights = false;  ///< there are kernels for weights of 4 bits
  bool wide_bias = false;       ///< the kernels for 16-bit inputs have no 32-bit bias
};

struct LinearFormat {
  std::string_view name;     ///< of the type in smelt/number.h, and the suffix of kernels
  std::string_view headers;  ///< suffix of the headers with its kernels
  ElementType input = ElementType::f32;
  ElementType weights = ElementType::f32;
  ElementType bias = ElementType::f32;  ///< in the file
  ElementType sum = ElementType::f32;
  /// Sums become outputs by multipliers of 16 bits (arithmetic notes, 5.1: requantise, 64-bit x).
  bool short_multiplier = false;
};

namespace formats {
inline constexpr auto real = ElementType::f32;
inline constexpr auto nibble = ElementType::s4;
inline constexpr auto byte = ElementType::s8, byte_u = ElementType::u8;
inline constexpr auto half = ElementType::s16;
inline constexpr auto word = ElementType::s32, wide = ElementType::s64;

inline constexpr LinearFormat f32{"f32", "", real, real, real, real};
inline constexpr LinearFormat s8{"s8", "", byte, byte, word, word};
inline constexpr LinearFormat u8{"u8", "", byte_u, byte_u, word, word};
inline constexpr LinearFormat s16x8{"s16x8", "_s16", half, byte, wide, word, true};
inline constexpr LinearFormat s16x8_s64{"s16x8_s64", "_s16", half, byte, wide, wide, true};
inline constexpr LinearFormat s16x8_b32{"s16x8_b32", "_s16", half, byte, word, word};
inline constexpr LinearFormat s8x4{"s8x4", "_s4", byte, nibble, word, word};
inline constexpr LinearFormat s16x4{"s16x4", "_s4", half, nibble, wide, word, true};
inline constexpr LinearFormat s16x4_s64{"s16x4_s64", "_s4", half, nibble, wide, wide, true};
}  // namespace formats

/// Whether the kernels of this format compute the layer: its types, and sums that are known to fit.
bool computes(const LinearFormat& format, const LinearOperands& operands);
/// The one with the shortest sums of those that do.
const LinearFormat& format_of(const LinearOperands& operands);

/// "conv2d_s16x8" of "smelt/conv2d_s16.h" for "conv2d".
Kernel linear_kernel(std::string_view stem, const LinearFormat& format,
                     void (*invoke)(const HostCall&));
/// Its layer struct: "conv2d_s16x8_layer".
std::string linear_layer(std::string_view stem, const LinearFormat& format);
/// How weights lie in memory.
struct WeightRows {
  std::int64_t length = 0;
  bool by_channel = true;   ///< a row is what an output channel is made of, or a part of that
  std::int64_t margin = 0;  ///< weights behind the last row that kernels may read
};
/// The weights as kernels read them: rows of 4-bit weights begin with a byte of their own.
ConstantId weights_constant(const LinearFormat& format, const std::vector<std::uint8_t>& weights,
                            const WeightRows& rows, StepBuilder& builder);
/// Zero point of an operand; 0 of floats.
std::int64_t zero_point_of(const Tensor& tensor);
/// What stands for zero in it.
Value padding_of(const Tensor& tensor);

/// What steps of (input, output, ring, more scratch) share whose window slides over images of these
/// shapes: summary, lead and row form.
void set_window_rows(Step& step, const Window& window, const LinearOperands& operands,
                     const Shape& input, const Shape& output);

/// The output stage's struct field of a layer, bias and multipliers being made as constants.
Field output_stage(const LinearFormat& format, const LinearOperands& operands,
                   StepBuilder& builder);
/// Reports operands that no format computes. `channels` is positive and divides the weights.
void check_linear(const NodeView& view, const LinearOperands& operands, Diagnostics& diagnostics);

/// Biases of integer operands less the input's zero point times the sum of the channel's weights:
/// what sums of raw inputs times weights start from.
std::vector<std::int64_t> folded_bias(const LinearOperands& operands);
/// Largest |bias + sum of products| of each channel, whatever the input.
std::vector<std::int64_t> sum_bounds(const LinearOperands& operands);

/// Real multiplier of output channel c.
double linear_scale(const LinearOperands& operands, std::size_t channel);
/// The same as integers, of every channel.
std::vector<Multiplier> multipliers_of(const LinearOperands& operands);

}  // namespace smelt
