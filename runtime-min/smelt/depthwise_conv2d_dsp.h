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

/// A kernel row of one pixel, or of two that are `distance` apart.
template <int32_t kernel_width, bool slides>
SMELT_INLINE void depthwise_dsp_taps(const int8_t *input, int32_t, int32_t pitch,
                                     const int8_t *&weights, int32_t (&sums)[4]) {
  for (int32_t j = 0; j < kernel_width; ++j) dsp::add_depthwise(input, pitch, weights, sums);
}

template <int32_t kernel_width, bool slides>
SMELT_INLINE void depthwise_dsp_taps(const int8_t *input, int32_t distance, int32_t pitch,
                                     const int8_t *&weights, int32_t (&sums)[8]) {
  if (kernel_width == 3 && slides) return dsp::add_depthwise_row(input, pitch, weights, sums);
  for (int32_t j = 0; j < kernel_width; ++j)
    dsp::add_depthwise(input, distance, pitch, weights, sums);
}

/// Four channels of `pixels` pixels, 1 or 2, which begin `offset` elements into the rows and
/// `distance` from each other. `slides`: that is the distance of two taps as well.
template <int32_t kernel_height, int32_t kernel_width, bool slides, int32_t pixels, typename Stage>
SMELT_INLINE void depthwise_dsp_block(const Stage &stage, const dsp_record<4> &record,
                                      const int8_t *const *rows, int32_t offset, int32_t distance,
                                      int32_t pitch, const int8_t *weights, int32_t channels,
                                      int8_t *output) {
  int32_t sums[4 * pixels];
  for (int32_t i = 0; i < 4; ++i)
    for (int32_t p = 0; p < pixels; ++p) sums[4 * p + dsp::place(i)] = record.bias[i];
  for (int32_t i = 0; i < kernel_height; ++i)
    depthwise_dsp_taps<kernel_width, slides>(rows[i] + offset, distance, pitch, weights, sums);
  for (int32_t i = 0; i < 4; ++i) {
    const auto scale = stage.of(record.multiplier[i], record.shift[i]);
    for (int32_t p = 0; p < pixels; ++p)
      output[p * channels + i] = stage.finish(sums[4 * p + dsp::place(i)], scale);
  }
}

/// One output row.
template <int32_t kernel_height, int32_t kernel_width, bool slides, typename Stage>
SMELT_SHARED void depthwise_dsp_row(const depthwise_conv2d_s8_dsp_layer &layer, int32_t distance,
                                    int32_t pitch, const int8_t *const *rows, int8_t *output) {
  const Stage stage(layer.output);
  const int32_t channels = layer.images.input_channels, width = layer.images.output_width;
  constexpr int32_t block = kernel_height * kernel_width * 4;
  for (int32_t x = 0; x < width; x += 2) {
    const int8_t *weights = layer.weights;
    const auto *record = reinterpret_cast<const dsp_record<4> *>(layer.output.records);
    for (int32_t c = 0; c < channels; c += 4, ++record, weights += block) {
      const int32_t first = c < channels - 4 ? c : channels - 4;
      const int32_t offset = x * distance + first;
      if (x + 1 < width)
        depthwise_dsp_block<kernel_height, kernel_width, slides, 2>(
            stage, *record, rows, offset, distance, pitch, weights, channels, output + first);
      else
        depthwise_dsp_block<kernel_height, kernel_width, slides, 1>(
            stage, *record, rows, offset, distance, pitch, weights, channels, output + first);
    }
    output += 2 * channels;
  }
}

template <typename Shape, typename Stage>
SMELT_INLINE void depthwise_dsp_row(const depthwise_conv2d_s8_dsp_layer &layer,
                                    const int8_t *const *rows, int8_t *output) {
  constexpr window_shape shape = Shape::shape();
  const int32_t channels = layer.images.input_channels;
  depthwise_dsp_row<shape.kernel_height, shape.kernel_width,
                    shape.stride_width == shape.dilation_width, Stage>(
      layer, shape.stride_width * channels, shape.dilation_width * channels, rows, output);
}

template <typename Shape, typename Stage>
SMELT_INLINE void depthwise_dsp(const depthwise_conv2d_s8_dsp_layer &layer, const int8_t *input,
                                int8_t *output, int8_t *ring) {
  for_each_row<Shape::shape().kernel_height>(
      Shape::shape(), layer.images, layer.input_padding, input, output, ring,
      [&](const int8_t *const *rows, int8_t *output_row) __attribute__((always_inline)) {
        depthwise_dsp_row<Shape, Stage>(layer, rows, output_row);
      });
}

template <typename Shape>
void depthwise_conv2d_s8_dsp(const depthwise_conv2d_s8_dsp_layer &layer, const int8_t *input,
                             int8_t *output, int8_t *ring) {
  depthwise_dsp<Shape, dsp_narrow>(layer, input, output, ring);
}

template <typename Shape>
void depthwise_conv2d_s8_dsp_row(const depthwise_conv2d_s8_dsp_layer &layer,
                                 const int8_t *const *rows, int8_t *output) {
  depthwise_dsp_row<Shape, dsp_narrow>(layer, rows, output);
}

template <typename Shape>
void depthwise_conv2d_s8_dsp_general(const depthwise_conv2d_s8_dsp_layer &layer,
                                     const int8_t *input, int8_t *output, int8_t *ring) {
  depthwise_dsp<Shape, dsp_wide>(layer, input, output, ring);
}

template <typename Shape>
void depthwise_conv2d_s8_dsp_general_row(const depthwise_conv2d_s8_dsp_layer &layer,
                                         const int8_t *const *rows, int8_t *output) {
  depthwise_dsp_row<Shape, dsp_wide>(layer, rows, output);
}

}  // namespace smelt

#endif
