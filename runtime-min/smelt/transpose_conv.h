// SPDX-License-Identifier: Apache-2.0
//
// Transposed convolution: every input pixel adds its kernel to the output, `stride` apart. Computed
// from the output's side, so that no sums of the whole image are kept: output row y takes kernel
// row i of input row r where y + pad top = r * stride + i, and columns likewise. Images NHWC;
// weights [output channel][kernel height][kernel width][input channel]. With groups, an output
// channel has weights for the input channels of its group alone.
#ifndef SMELT_TRANSPOSE_CONV_H
#define SMELT_TRANSPOSE_CONV_H

#include "smelt/number.h"
#include "smelt/rows.h"

namespace smelt {

template <typename Number>
struct transpose_conv_layer {
  window_images images;
  int32_t groups;
  const typename Number::stored *weights;
  typename Number::wide input_zero_point;  ///< not in the bias: the taps differ from pixel to pixel
  typename Number::wide weights_zero_point;  ///< 0 but for unsigned weights
  typename Number::output output;
};

using transpose_conv_s8_layer = transpose_conv_layer<s8>;
using transpose_conv_u8_layer = transpose_conv_layer<u8>;
using transpose_conv_f32_layer = transpose_conv_layer<f32>;

/// The input pixel at (row, column), its zero point subtracted; zeros outside the image.
template <typename Number>
SMELT_INLINE void centred_pixel(const transpose_conv_layer<Number> &layer,
                                const typename Number::value *input, int32_t row, int32_t column,
                                typename Number::wide *to) {
  using wide = typename Number::wide;
  const window_images &images = layer.images;
  const bool inside =
      row >= 0 && row < images.input_height && column >= 0 && column < images.input_width;
  const typename Number::value *from =
      input + (inside ? (row * images.input_width + column) * images.input_channels : 0);
  for (int32_t c = 0; c < images.input_channels; ++c)
    to[c] = inside ? static_cast<wide>(from[c] - layer.input_zero_point) : wide(0);
}

/// The taps that meet in one output row (or column): `count` kernel rows, `stride` apart, from
/// `last` backwards, on as many input rows from `first` on.
struct transpose_taps {
  int32_t first, last, count;
};

SMELT_INLINE transpose_taps taps_meeting_at(int32_t position, int32_t kernel, int32_t stride) {
  const int32_t row = position / stride;
  const int32_t lowest = position % stride;
  const int32_t count = lowest < kernel ? (kernel - 1 - lowest) / stride + 1 : 0;
  return {row - count + 1, lowest + (count - 1) * stride, count};
}

/// Outputs [channel, channel + block) of one pixel, all of one group; `patch` holds the input
/// pixels of its taps, and points to the first channel of the group.
template <int32_t block, typename Number>
SMELT_INLINE void transpose_conv_block(const window_shape &shape,
                                       const transpose_conv_layer<Number> &layer,
                                       const typename Number::wide *patch,
                                       const transpose_taps &rows, const transpose_taps &columns,
                                       int32_t channel, typename Number::value *output) {
  const int32_t inputs = layer.images.input_channels / layer.groups;
  const int32_t pitch = shape.kernel_height * shape.kernel_width * inputs;
  const typename Number::stored *weights = layer.weights + channel * pitch;
  typename Number::sum sums[4] = {};
  for (int32_t k = 0; k < block; ++k) sums[k] = Number::start(layer.output, channel + k);
  for (int32_t r = 0; r < rows.count; ++r)
    for (int32_t c = 0; c < columns.count; ++c) {
      const int32_t i = rows.last - r * shape.stride_height;
      const int32_t j = columns.last - c * shape.stride_width;
      dot<block, Number>(patch, weights + (i * shape.kernel_width + j) * inputs, pitch, inputs,
                         layer.weights_zero_point, sums);
      patch += layer.images.input_channels;
    }
  for (int32_t k = 0; k < block; ++k)
    output[channel + k] = Number::finish(layer.output, channel + k, sums[k]);
}

/// One output pixel. `patch` has room for the input pixels that meet in it.
template <typename Number>
SMELT_INLINE void transpose_conv_pixel(const window_shape &shape,
                                       const transpose_conv_layer<Number> &layer,
                                       const typename Number::value *input,
                                       const transpose_taps &rows, const transpose_taps &columns,
                                       typename Number::value *output,
                                       typename Number::wide *patch) {
  typename Number::wide *to = patch;
  for (int32_t r = 0; r < rows.count; ++r)
    for (int32_t c = 0; c < columns.count; ++c, to += layer.images.input_channels)
      centred_pixel<Number>(layer, input, rows.first + r, columns.first + c, to);
  const int32_t inputs = layer.images.input_channels / layer.groups;
  const int32_t outputs = layer.images.output_channels / layer.groups;
  for (int32_t channel = 0; channel < layer.images.output_channels; patch += inputs) {
    const int32_t end = channel + outputs;
    for (; channel < end - outputs % 4; channel += 4)
      transpose_conv_block<4, Number>(shape, layer, patch, rows, columns, channel, output);
    for (; channel < end; ++channel)
      transpose_conv_block<1, Number>(shape, layer, patch, rows, columns, channel, output);
  }
}

template <typename Number>
SMELT_INLINE void transpose_conv(const window_shape &shape,
                                 const transpose_conv_layer<Number> &constants,
                                 const typename Number::value *input,
                                 typename Number::value *output, typename Number::wide *patch) {
  const transpose_conv_layer<Number> layer = load(&constants);
  const window_images &images = layer.images;
  for (int32_t batch = 0; batch < images.batches; ++batch) {
    for (int32_t y = 0; y < images.output_height; ++y) {
      const transpose_taps rows =
          taps_meeting_at(y + images.pad_top, shape.kernel_height, shape.stride_height);
      for (int32_t x = 0; x < images.output_width; ++x, output += images.output_channels) {
        const transpose_taps columns =
            taps_meeting_at(x + images.pad_left, shape.kernel_width, shape.stride_width);
        transpose_conv_pixel<Number>(shape, layer, input, rows, columns, output, patch);
      }
    }
    input += images.input_height * images.input_width * images.input_channels;
  }
}

template <typename Shape>
SMELT_KERNEL void transpose_conv_s8(const transpose_conv_s8_layer &layer, const int8_t *input,
                                    int8_t *output, int16_t *patch) {
  transpose_conv<s8>(window<Shape>::of(layer), layer, input, output, patch);
}

template <typename Shape>
SMELT_KERNEL void transpose_conv_u8(const transpose_conv_u8_layer &layer, const uint8_t *input,
                                    uint8_t *output, int16_t *patch) {
  transpose_conv<u8>(window<Shape>::of(layer), layer, input, output, patch);
}

template <typename Shape>
SMELT_KERNEL void transpose_conv_f32(const transpose_conv_f32_layer &layer, const float *input,
                                     float *output, float *patch) {
  transpose_conv<f32>(window<Shape>::of(layer), layer, input, output, patch);
}

}  // namespace smelt

#endif
