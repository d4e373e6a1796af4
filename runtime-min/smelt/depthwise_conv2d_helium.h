// SPDX-License-Identifier: Apache-2.0
//
// Depthwise convolution of 8 bits with Helium: blocks of 16 neighbouring outputs, of one pixel or,
// with few channels and stride 1, of several. As depthwise_conv2d_s8 otherwise.
//
// Weights are [block][kernel height][kernel width][16]. The sum of two products must fit 16 bits,
// which but for two weights of -128 it does. Widening takes even and odd lanes apart, twice: the
// four records of a block are those of lanes 0, 4, 8, 12; of 2, 6, ...; of 1, 5, ...; of 3, 7, ...
#ifndef SMELT_DEPTHWISE_CONV2D_HELIUM_H
#define SMELT_DEPTHWISE_CONV2D_HELIUM_H

#include "smelt/arch/helium_depthwise.h"
#include "smelt/linear_helium.h"
#include "smelt/rows.h"

namespace smelt {

struct depthwise_conv2d_s8_helium_layer {
  window_images images;
  int32_t pixels;  ///< in a block: 1 unless all their outputs fit
  const int8_t *weights;
  int8_t input_padding;  ///< the input's zero point
  helium_stage output;
};

/// One output row; `inputs` has room for a pointer to each tap.
static inline SMELT_KERNEL void depthwise_helium_row(const window_shape &shape,
                                                     const depthwise_conv2d_s8_helium_layer &layer,
                                                     const int8_t *const *rows, int8_t *output,
                                                     const int8_t **inputs) {
  const int32_t channels = layer.images.input_channels, width = layer.images.output_width;
  const int32_t taps = shape.kernel_height * shape.kernel_width;
  helium::depthwise_arguments block = {};
  block.inputs = inputs;
  block.weights = layer.weights;
  block.records = layer.output.records;
  block.pairs = taps / 2, block.odd = taps % 2;
  block.zero_point = layer.output.zero_point;
  block.plain = layer.output.min >= layer.output.zero_point && layer.output.min == -128 &&
                layer.output.max == 127;
  block.min = layer.output.min, block.max = layer.output.max;
  // As many pixels as fit; then those that are left, which are fewer.
  for (int32_t x = 0, pixels = layer.pixels; x < width; pixels = width - x) {
    const int32_t groups = (width - x) / pixels;
    if (groups == 0) continue;
    block.groups = groups;
    block.count = pixels * channels;
    block.distance = shape.stride_width * block.count - helium::row_bytes(block.count);
    block.output = output + x * channels;
    for (int32_t tap = 0, i = 0; i < shape.kernel_height; ++i)
      for (int32_t j = 0; j < shape.kernel_width; ++j, ++tap)
        inputs[tap] = rows[i] + (x * shape.stride_width + j * shape.dilation_width) * channels;
    helium::depthwise_outputs(&block);
    x += groups * pixels;
  }
}

template <typename Shape>
SMELT_INLINE void depthwise_helium_row(const depthwise_conv2d_s8_helium_layer &layer,
                                       const int8_t *const *rows, int8_t *output) {
  const int8_t *inputs[Shape::shape().kernel_height * Shape::shape().kernel_width];
  depthwise_helium_row(window<Shape>::of(layer), layer, rows, output, inputs);
}

template <typename Shape>
SMELT_INLINE void depthwise_helium(const depthwise_conv2d_s8_helium_layer &layer,
                                   const int8_t *input, int8_t *output, int8_t *ring) {
  for_each_row<Shape::shape().kernel_height>(
      window<Shape>::of(layer), layer.images, layer.input_padding, input, output, ring,
      [&](const int8_t *const *rows, int8_t *output_row)
          __attribute__((always_inline)) { depthwise_helium_row<Shape>(layer, rows, output_row); });
}

template <typename Shape>
SMELT_KERNEL void depthwise_conv2d_s8_helium(const depthwise_conv2d_s8_helium_layer &layer,
                                             const int8_t *input, int8_t *output, int8_t *ring) {
  depthwise_helium<Shape>(layer, input, output, ring);
}

template <typename Shape>
SMELT_KERNEL void depthwise_conv2d_s8_helium_row(const depthwise_conv2d_s8_helium_layer &layer,
                                                 const int8_t *const *rows, int8_t *output) {
  depthwise_helium_row<Shape>(layer, rows, output);
}

}  // namespace smelt

#endif
