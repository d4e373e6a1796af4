// SPDX-License-Identifier: Apache-2.0
//
// Depthwise convolution of 8 bits with the DSP extension, one filter per channel: four channels of
// two neighbouring pixels at a time, which share their weights. As depthwise_conv2d_s8 otherwise.
//
// Weights are [block of four channels][kernel height][kernel width][4]. Where the channels are no
// multiple of four, the last block begins earlier and some outputs are computed twice.
#ifndef SMELT_DEPTHWISE_CONV2D_DSP_H
#define SMELT_DEPTHWISE_CONV2D_DSP_H

#include "smelt/linear_dsp.h"
#include "smelt/rows.h"

namespace smelt {

struct depthwise_conv2d_s8_dsp_layer {
  window_images images;
  const int8_t *weights;
  int8_t input_padding;  ///< the input's zero point
  dsp_stage output;
};

/// Four channels of a pixel, whose inputs begin `offset` elements into the rows.
template <typename Stage>
SMELT_INLINE void depthwise_dsp_block(const window_shape &shape, const Stage &stage,
                                      const dsp_record<4> &record, const int8_t *const *rows,
                                      int32_t offset, int32_t pitch, const int8_t *weights,
                                      int8_t *output) {
  int32_t sums[4] = {record.bias[0], record.bias[1], record.bias[2], record.bias[3]};
  for (int32_t i = 0; i < shape.kernel_height; ++i) {
    const int8_t *input = rows[i] + offset;
    for (int32_t j = 0; j < shape.kernel_width; ++j, input += pitch, weights += 4)
      dsp::add_channels(dsp::widened(dsp::word(input)), dsp::widened(dsp::word(weights)), sums);
  }
  // One by one: in a loop, the sums would have to be in memory.
  output[0] = stage.finish(sums[0], record.multiplier[0], record.shift[0]);
  output[1] = stage.finish(sums[1], record.multiplier[1], record.shift[1]);
  output[2] = stage.finish(sums[2], record.multiplier[2], record.shift[2]);
  output[3] = stage.finish(sums[3], record.multiplier[3], record.shift[3]);
}

/// The channels of pixel x from `channel` on.
template <typename Shape, typename Stage>
SMELT_SHARED void depthwise_dsp_pixel(const depthwise_conv2d_s8_dsp_layer &layer,
                                      const int8_t *const *rows, int32_t x, int32_t channel,
                                      int8_t *output) {
  const window_shape shape = window<Shape>::of(layer);
  const Stage stage(layer.output);
  const int32_t channels = layer.images.input_channels;
  const int32_t offset = x * shape.stride_width * channels;
  const int32_t taps = shape.kernel_height * shape.kernel_width;
  const auto *record = &dsp_record_at<4>(layer.output, channel / 4);
  const int8_t *weights = layer.weights + channel * taps;
  for (; channel < channels; channel += 4, ++record, weights += 4 * taps) {
    const int32_t first = channel < channels - 4 ? channel : channels - 4;
    depthwise_dsp_block(shape, stage, *record, rows, offset + first,
                        shape.dilation_width * channels, weights, output + first);
  }
}

/// One output row.
template <typename Shape, typename Stage>
SMELT_INLINE void depthwise_dsp_row(const depthwise_conv2d_s8_dsp_layer &layer,
                                    const int8_t *const *rows, int8_t *output) {
  const window_shape shape = window<Shape>::of(layer);
  constexpr auto pixel = depthwise_dsp_pixel<Shape, Stage>;
  const int32_t channels = layer.images.input_channels, width = layer.images.output_width;
  const int32_t distance = shape.stride_width * channels, whole = channels & ~3;
  int32_t x = 0;
  if (Stage::pairs && window<Shape>::constant && shape.kernel_height == 3 &&
      shape.kernel_width == 3)
    for (; x + 2 <= width; x += 2, output += 2 * channels) {
      const dsp::depthwise_outputs pixels = {rows,
                                             x * distance,
                                             shape.dilation_width * channels,
                                             distance,
                                             layer.output.records,
                                             output,
                                             channels,
                                             2 * layer.output.zero_point + 1,
                                             layer.weights,
                                             whole / 4};
      if (shape.stride_width == shape.dilation_width)
        dsp::blocks::sliding_3x3(pixels);
      else
        dsp::blocks::plain_3x3(pixels);
      if (whole == channels) continue;
      pixel(layer, rows, x, whole, output);
      pixel(layer, rows, x + 1, whole, output + channels);
    }
  for (; x < width; ++x, output += channels) pixel(layer, rows, x, 0, output);
}

template <typename Shape, typename Stage>
SMELT_INLINE void depthwise_dsp(const depthwise_conv2d_s8_dsp_layer &layer, const int8_t *input,
                                int8_t *output, int8_t *ring) {
  for_each_row<Shape::shape().kernel_height>(
      window<Shape>::of(layer), layer.images, layer.input_padding, input, output, ring,
      [&](const int8_t *const *rows, int8_t *output_row) __attribute__((always_inline)) {
        depthwise_dsp_row<Shape, Stage>(layer, rows, output_row);
      });
}

template <typename Shape>
SMELT_KERNEL void depthwise_conv2d_s8_dsp(const depthwise_conv2d_s8_dsp_layer &layer,
                                          const int8_t *input, int8_t *output, int8_t *ring) {
  depthwise_dsp<Shape, dsp_narrow>(layer, input, output, ring);
}

template <typename Shape>
SMELT_KERNEL void depthwise_conv2d_s8_dsp_row(const depthwise_conv2d_s8_dsp_layer &layer,
                                              const int8_t *const *rows, int8_t *output) {
  depthwise_dsp_row<Shape, dsp_narrow>(layer, rows, output);
}

template <typename Shape>
SMELT_KERNEL void depthwise_conv2d_s8_dsp_general(const depthwise_conv2d_s8_dsp_layer &layer,
                                                  const int8_t *input, int8_t *output,
                                                  int8_t *ring) {
  depthwise_dsp<Shape, dsp_wide>(layer, input, output, ring);
}

template <typename Shape>
SMELT_KERNEL void depthwise_conv2d_s8_dsp_general_row(const depthwise_conv2d_s8_dsp_layer &layer,
                                                      const int8_t *const *rows, int8_t *output) {
  depthwise_dsp_row<Shape, dsp_wide>(layer, rows, output);
}

}  // namespace smelt

#endif
