// SPDX-License-Identifier: Apache-2.0
//
// ONNX's ConvInteger over NHWC images: sums of 32 bits of (x - zero point) * weight, and a bias.
// What lies outside the image adds nothing. Weights come without a zero point.
#ifndef SMELT_CONV_INTEGER_H
#define SMELT_CONV_INTEGER_H

#include "smelt/rows.h"

namespace smelt {

template <typename Weight>
struct conv_integer_layer {
  window_images images;
  int32_t kernel_height, kernel_width;
  int32_t stride_height, stride_width;
  int32_t dilation_height, dilation_width;
  int32_t groups;
  int32_t zero_point;     ///< of the input
  const Weight *weights;  ///< [output][kernel row][kernel column][channel of the group]
  const int32_t *bias;    ///< per output
};

using conv_integer_s8_layer = conv_integer_layer<int8_t>;
using conv_integer_s16_layer = conv_integer_layer<int16_t>;

/// The sum of one output: its window starts at (row, column) of `image`, where the group's channels
/// start.
template <typename Input, typename Weight>
SMELT_INLINE int32_t window_sum(const conv_integer_layer<Weight> &layer, const Input *image,
                                int32_t row, int32_t column, const Weight *weights, int32_t sum) {
  const window_images &images = layer.images;
  const int32_t depth = images.input_channels / layer.groups;
  for (int32_t i = 0; i < layer.kernel_height; ++i)
    for (int32_t j = 0; j < layer.kernel_width; ++j, weights += depth) {
      const int32_t y = row + i * layer.dilation_height, x = column + j * layer.dilation_width;
      if (y < 0 || y >= images.input_height || x < 0 || x >= images.input_width) continue;
      const Input *pixel = image + (y * images.input_width + x) * images.input_channels;
      for (int32_t c = 0; c < depth; ++c)
        sum += (pixel[c] - layer.zero_point) * static_cast<int32_t>(load(weights + c));
    }
  return sum;
}

template <typename Input, typename Weight>
SMELT_INLINE void conv_integer(const conv_integer_layer<Weight> &constants, const Input *input,
                               int32_t *output) {
  const conv_integer_layer<Weight> layer = load(&constants);
  const window_images &images = layer.images;
  const int32_t depth = images.input_channels / layer.groups;
  const int32_t taps = layer.kernel_height * layer.kernel_width * depth;
  const int32_t outputs = images.output_channels / layer.groups;  // of one group
  for (int32_t b = 0; b < images.batches; ++b) {
    for (int32_t y = 0; y < images.output_height; ++y)
      for (int32_t x = 0; x < images.output_width; ++x)
        for (int32_t o = 0; o < images.output_channels; ++o)
          *output++ = window_sum(layer, input + o / outputs * depth,
                                 y * layer.stride_height - images.pad_top,
                                 x * layer.stride_width - images.pad_left, layer.weights + o * taps,
                                 load(layer.bias + o));
    input += images.input_height * images.input_width * images.input_channels;
  }
}

template <typename Input>
SMELT_KERNEL void conv_integer_s8(const conv_integer_s8_layer &layer, const Input *input,
                                  int32_t *output) {
  conv_integer(layer, input, output);
}

template <typename Input>
SMELT_KERNEL void conv_integer_s16(const conv_integer_s16_layer &layer, const Input *input,
                                   int32_t *output) {
  conv_integer(layer, input, output);
}

}  // namespace smelt

#endif
