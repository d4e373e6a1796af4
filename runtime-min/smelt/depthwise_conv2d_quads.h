// SPDX-License-Identifier: Apache-2.0
//
// Depthwise convolution with one filter for each channel, over quads of weights, see smelt/quads.h:
// [quad of channels][tap][4]. Behind them are those of the channels that are left, one filter after
// the other.
#ifndef SMELT_DEPTHWISE_CONV2D_QUADS_H
#define SMELT_DEPTHWISE_CONV2D_QUADS_H

#include "smelt/quads.h"
#include "smelt/rows.h"

namespace smelt {

struct depthwise_conv2d_quads_layer {
  window_images images;
  const int8_t *weights;
  int8_t input_padding;  ///< the input's zero point
  quad_stage output;
};

/// One output pixel, whose windows begin where `rows` point to: these move on over the channels.
template <typename Core>
SMELT_INLINE void depthwise_quads_pixel(const window_shape &shape,
                                        const depthwise_conv2d_quads_layer &layer,
                                        const int8_t **rows, int8_t *output) {
  const int height = static_cast<int>(shape.kernel_height);
  const int width = static_cast<int>(shape.kernel_width), taps = height * width;
  const int channels = static_cast<int>(layer.images.output_channels);
  const int pitch = static_cast<int>(shape.dilation_width) * channels;
  const int8_t *weights = layer.weights;
  int32_t sums[Core::quads_at_once * quad];
  for (int channel = 0; channel < channels;) {
    const int left = (channels - channel) / quad;
    const int blocks = left < Core::quads_at_once ? left : Core::quads_at_once;
    const int count = blocks > 0 ? blocks * quad : 1;
    if (blocks > 0)
      Core::windows(rows, height, width, weights, pitch, blocks, sums);
    else
      window_sums<1>(rows, height, width, weights, pitch, 1, sums);
    for (int i = 0; i < count; ++i) sums[i] += load(layer.output.bias + channel + i);
    Core::finish(layer.output, channel, count, sums, output + channel);
    for (int i = 0; i < height; ++i) rows[i] += count;
    channel += count;
    weights += count * taps;
  }
}

template <typename Core, int32_t max_kernel_height>
SMELT_INLINE void depthwise_quads_row(const window_shape &shape,
                                      const depthwise_conv2d_quads_layer &layer,
                                      const int8_t *const *rows, int8_t *output) {
  const int32_t channels = layer.images.output_channels;
  const int8_t *windows[max_kernel_height];
  for (int32_t x = 0; x < layer.images.output_width; ++x) {
    for (int32_t i = 0; i < shape.kernel_height; ++i)
      windows[i] = rows[i] + x * shape.stride_width * channels;
    depthwise_quads_pixel<Core>(shape, layer, windows, output);
    output += channels;
  }
}

template <typename Core, int32_t max_kernel_height>
SMELT_INLINE void depthwise_conv2d_quads(const window_shape &shape,
                                         const depthwise_conv2d_quads_layer &constants,
                                         const int8_t *input, int8_t *output, int8_t *ring) {
  const depthwise_conv2d_quads_layer &layer = layer_of(constants);
  for_each_row<max_kernel_height>(
      shape, layer.images, layer.input_padding, input, output, ring,
      [&](const int8_t *const *rows, int8_t *output_row) __attribute__((always_inline)) {
        depthwise_quads_row<Core, max_kernel_height>(shape, layer, rows, output_row);
      });
}

}  // namespace smelt

#endif
