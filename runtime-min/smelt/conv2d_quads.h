// SPDX-License-Identifier: Apache-2.0
//
// Convolution over quads of weights, see smelt/quads.h: [group][quad of output channels][tap][4],
// taps being kernel height * kernel width * input channels of a group, filled up to whole fours.
#ifndef SMELT_CONV2D_QUADS_H
#define SMELT_CONV2D_QUADS_H

#include "smelt/quads.h"
#include "smelt/rows.h"

namespace smelt {

struct conv2d_quads_layer {
  window_images images;
  int32_t groups;
  const uint8_t *weights;  ///< each more by byte_offset
  int8_t input_padding;    ///< the input's zero point
  quad_stage output;
};

/// All outputs of a pixel and group from its patch; `sum` is that of the patch.
template <typename Core>
__attribute__((noinline)) void conv2d_quads_pixel(const quad_stage &out, int first, int channels,
                                                  const uint8_t *weights, const uint8_t *patch,
                                                  int count, int32_t sum, int8_t *output) {
  for_each_quad<Core>(out, first, channels, weights, count * quad, sum * byte_offset, output,
                      [&](const uint8_t *quads, int32_t *sums) __attribute__((always_inline)) {
                        Core::dot_patch(patch, quads, count, sums);
                      });
}

/// One output row. `patch` holds the inputs of one output pixel and group, as many as taps that
/// weights are there for.
template <typename Core>
SMELT_INLINE void conv2d_quads_row(const window_shape &shape, const conv2d_quads_layer &layer,
                                   const int8_t *const *rows, int8_t *output, uint8_t *patch) {
  const int32_t inputs = layer.images.input_channels / layer.groups;
  const int32_t outputs = layer.images.output_channels / layer.groups;
  const int32_t taps = shape.kernel_height * shape.kernel_width * inputs;
  const int32_t padded = whole_quads(taps);
  // Neighbouring taps of a kernel row are neighbours in memory: gather them in one run.
  const bool contiguous = shape.dilation_width == 1 && layer.groups == 1;
  const int32_t runs = contiguous ? 1 : shape.kernel_width;
  const int32_t run = contiguous ? shape.kernel_width * inputs : inputs;
  fill(patch + taps, padded - taps, uint8_t{0});

  for (int32_t x = 0; x < layer.images.output_width; ++x) {
    const uint8_t *weights = layer.weights;
    for (int32_t group = 0; group < layer.groups; ++group) {
      uint8_t *to = patch;
      int32_t sum = 0;
      const int32_t column = x * shape.stride_width * layer.images.input_channels + group * inputs;
      for (int32_t i = 0; i < shape.kernel_height; ++i)
        for (int32_t j = 0; j < runs; ++j, to += run)
          sum += Core::gather(
              rows[i] + column + j * shape.dilation_width * layer.images.input_channels,
              static_cast<int>(run), to);
      conv2d_quads_pixel<Core>(layer.output, static_cast<int>(group * outputs),
                               static_cast<int>(outputs), weights, patch, static_cast<int>(padded),
                               sum, output);
      weights += whole_quads(outputs) * padded;
      output += outputs;
    }
  }
}

template <typename Core, int32_t max_kernel_height>
SMELT_INLINE void conv2d_quads(const window_shape &shape, const conv2d_quads_layer &constants,
                               const int8_t *input, int8_t *output, int8_t *ring, uint8_t *patch) {
  const conv2d_quads_layer &layer = layer_of(constants);
  for_each_row<max_kernel_height>(
      shape, layer.images, layer.input_padding, input, output, ring,
      [&](const int8_t *const *rows, int8_t *output_row) __attribute__((always_inline)) {
        conv2d_quads_row<Core>(shape, layer, rows, output_row, patch);
      });
}

/// A 1x1 convolution with stride 1: the image is one long row and needs no ring.
template <typename Core>
SMELT_INLINE void pointwise_quads(const conv2d_quads_layer &constants, const int8_t *input,
                                  int8_t *output, uint8_t *patch) {
  conv2d_quads_row<Core>(window_shape{1, 1, 1, 1, 1, 1}, layer_of(constants), &input, output,
                         patch);
}

}  // namespace smelt

#endif
