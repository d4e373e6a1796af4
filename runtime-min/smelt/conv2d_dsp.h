// SPDX-License-Identifier: Apache-2.0
//
// Convolution of 8 bits with the DSP extension: the inputs of two neighbouring pixels are widened
// into a patch, and two output channels of both are summed at a time. As conv2d_s8 otherwise.
//
// Taps that are neighbours in memory are a run; runs are filled up to whole words with zeros, in
// the weights as in the patch.
#ifndef SMELT_CONV2D_DSP_H
#define SMELT_CONV2D_DSP_H

#include "smelt/linear_dsp.h"
#include "smelt/rows.h"

namespace smelt {

struct conv2d_s8_dsp_layer {
  window_images images;
  int32_t groups;
  const int8_t *weights;
  int8_t input_padding;  ///< the input's zero point
  dsp_stage output;
};

/// Widens a run of one pixel; where the next begins.
static inline int16_t *dsp_widen(const int8_t *from, int32_t count, int16_t *to) {
  for (; count >= 4; count -= 4) dsp::widen(from, to);
  if (count > 0) {
    int8_t word[4];
    dsp_rest(from, count, word);
    const int8_t *rest = word;
    dsp::widen(rest, to);
  }
  return to;
}

/// Widens a run of two pixels.
static inline int16_t *dsp_widen_pair(const int8_t *a, const int8_t *b, int32_t count,
                                      int16_t *to) {
  for (; count >= 4; count -= 4) dsp::widen_pair(a, b, to);
  if (count > 0) {
    int8_t words[2][4];
    dsp_rest(a, count, words[0]);
    dsp_rest(b, count, words[1]);
    const int8_t *rest_a = words[0], *rest_b = words[1];
    dsp::widen_pair(rest_a, rest_b, to);
  }
  return to;
}

/// One output row; `patch` holds the widened inputs of two pixels and a group.
template <typename Kind>
SMELT_INLINE void conv2d_dsp_row(const window_shape &shape, const conv2d_s8_dsp_layer &layer,
                                 const int8_t *const *rows, int8_t *output, int16_t *patch) {
  const int32_t channels = layer.images.input_channels;
  const int32_t inputs = channels / layer.groups;
  const int32_t outputs = layer.images.output_channels / layer.groups;
  const bool contiguous = shape.dilation_width == 1 && layer.groups == 1;
  const int32_t runs = contiguous ? 1 : shape.kernel_width;
  const int32_t run = contiguous ? shape.kernel_width * inputs : inputs;
  const int32_t words = shape.kernel_height * runs * ((run + 3) / 4);
  const int32_t blocks = (outputs + Kind::channels - 1) / Kind::channels;
  const int32_t distance = shape.stride_width * channels;

  for (int32_t x = 0; x < layer.images.output_width; x += 2) {
    const bool pair = x + 1 < layer.images.output_width;
    const int8_t *weights = layer.weights;
    dsp_stage stage = layer.output;
    for (int32_t group = 0; group < layer.groups; ++group) {
      int16_t *to = patch;
      for (int32_t i = 0; i < shape.kernel_height; ++i)
        for (int32_t j = 0; j < runs; ++j) {
          const int8_t *from =
              rows[i] + x * distance + group * inputs + j * shape.dilation_width * channels;
          to = pair ? dsp_widen_pair(from, from + distance, run, to) : dsp_widen(from, run, to);
        }
      if (pair)
        Kind::outputs_2(patch, words, weights, stage, outputs, output,
                        layer.images.output_channels);
      else
        Kind::outputs_1(patch, words, weights, stage, outputs, output);
      weights += blocks * Kind::channels * 4 * words;
      stage.records += blocks * (2 * Kind::channels + 1);
      output += outputs;
    }
    if (pair) output += layer.images.output_channels;
  }
}

template <int32_t max_kernel_height, typename Kind>
SMELT_INLINE void conv2d_dsp(const window_shape &shape, const conv2d_s8_dsp_layer &layer,
                             const int8_t *input, int8_t *output, int8_t *ring, int16_t *patch) {
  for_each_row<max_kernel_height>(shape, layer.images, layer.input_padding, input, output, ring,
                                  [&](const int8_t *const *rows, int8_t *output_row)
                                      __attribute__((always_inline)) {
                                        conv2d_dsp_row<Kind>(shape, layer, rows, output_row, patch);
                                      });
}

template <typename Shape>
void conv2d_s8_dsp(const conv2d_s8_dsp_layer &layer, const int8_t *input, int8_t *output,
                   int8_t *ring, int16_t *patch) {
  conv2d_dsp<Shape::shape().kernel_height, dsp_pairs>(Shape::shape(), layer, input, output, ring,
                                                      patch);
}

template <typename Shape>
void conv2d_s8_dsp_row(const conv2d_s8_dsp_layer &layer, const int8_t *const *rows, int8_t *output,
                       int16_t *patch) {
  conv2d_dsp_row<dsp_pairs>(Shape::shape(), layer, rows, output, patch);
}

template <typename Shape>
void conv2d_s8_dsp_general(const conv2d_s8_dsp_layer &layer, const int8_t *input, int8_t *output,
                           int8_t *ring, int16_t *patch) {
  conv2d_dsp<Shape::shape().kernel_height, dsp_general>(Shape::shape(), layer, input, output, ring,
                                                        patch);
}

template <typename Shape>
void conv2d_s8_dsp_general_row(const conv2d_s8_dsp_layer &layer, const int8_t *const *rows,
                               int8_t *output, int16_t *patch) {
  conv2d_dsp_row<dsp_general>(Shape::shape(), layer, rows, output, patch);
}

/// A 1x1 convolution with stride 1: the image is one long row and needs no ring.
template <typename Kind>
SMELT_SHARED void pointwise_dsp(const conv2d_s8_dsp_layer &layer, const int8_t *input,
                                int8_t *output, int16_t *patch) {
  conv2d_dsp_row<Kind>(window_shape{1, 1, 1, 1, 1, 1}, layer, &input, output, patch);
}

static inline void pointwise_s8_dsp(const conv2d_s8_dsp_layer &layer, const int8_t *input,
                                    int8_t *output, int16_t *patch) {
  pointwise_dsp<dsp_pairs>(layer, input, output, patch);
}

static inline void pointwise_s8_dsp_general(const conv2d_s8_dsp_layer &layer, const int8_t *input,
                                            int8_t *output, int16_t *patch) {
  pointwise_dsp<dsp_general>(layer, input, output, patch);
}

}  // namespace smelt

#endif
