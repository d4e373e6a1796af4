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

/// Runs of inputs, widened into a patch; where the next begins.
struct dsp_patch {
  static SMELT_SHARED int16_t *widen(const int8_t *from, int32_t count, int16_t *to) {
    const int8_t *const end = from + count;
    for (; end - from >= 4; from += 4) dsp::widen(dsp::word(from), to);
    if (from != end) dsp::widen(dsp::last_word(from, count), to);
    return to;
  }

  /// Of two pixels.
  static SMELT_SHARED int16_t *widen_pair(const int8_t *a, const int8_t *b, int32_t count,
                                          int16_t *to) {
    const int8_t *const end = a + count;
    for (; end - a >= 4; a += 4, b += 4) dsp::widen_pair(dsp::word(a), dsp::word(b), to);
    if (a != end) dsp::widen_pair(dsp::last_word(a, count), dsp::last_word(b, count), to);
    return to;
  }
};

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
  const int32_t blocks = (outputs + Kind::block - 1) / Kind::block;
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
          to = pair ? dsp_patch::widen_pair(from, from + distance, run, to)
                    : dsp_patch::widen(from, run, to);
        }
      typename Kind::pixels pixels(patch, words, weights, stage, outputs,
                                   layer.images.output_channels);
      if (pair)
        pixels.two(output);
      else
        pixels.one(output);
      weights += blocks * Kind::block * 4 * words;
      stage.records += blocks * (2 * Kind::block + 1);
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
SMELT_KERNEL void conv2d_s8_dsp(const conv2d_s8_dsp_layer &layer, const int8_t *input,
                                int8_t *output, int8_t *ring, int16_t *patch) {
  conv2d_dsp<Shape::shape().kernel_height, dsp_pairs>(window<Shape>::of(layer), layer, input,
                                                      output, ring, patch);
}

template <typename Shape>
SMELT_KERNEL void conv2d_s8_dsp_row(const conv2d_s8_dsp_layer &layer, const int8_t *const *rows,
                                    int8_t *output, int16_t *patch) {
  conv2d_dsp_row<dsp_pairs>(window<Shape>::of(layer), layer, rows, output, patch);
}

template <typename Shape>
SMELT_KERNEL void conv2d_s8_dsp_general(const conv2d_s8_dsp_layer &layer, const int8_t *input,
                                        int8_t *output, int8_t *ring, int16_t *patch) {
  conv2d_dsp<Shape::shape().kernel_height, dsp_general>(window<Shape>::of(layer), layer, input,
                                                        output, ring, patch);
}

template <typename Shape>
SMELT_KERNEL void conv2d_s8_dsp_general_row(const conv2d_s8_dsp_layer &layer,
                                            const int8_t *const *rows, int8_t *output,
                                            int16_t *patch) {
  conv2d_dsp_row<dsp_general>(window<Shape>::of(layer), layer, rows, output, patch);
}

/// A 1x1 convolution of one group with stride 1: the image is one long row and needs no ring.
template <typename Kind>
SMELT_SHARED void pointwise_dsp(const conv2d_s8_dsp_layer &layer, const int8_t *input,
                                int8_t *output, int16_t *patch) {
  const int32_t inputs = layer.images.input_channels, outputs = layer.images.output_channels;
  typename Kind::pixels pixels(patch, (inputs + 3) / 4, layer.weights, layer.output, outputs,
                               outputs);
  int32_t left = layer.images.output_width;
  for (; left >= 2; left -= 2, input += 2 * inputs, output += 2 * outputs) {
    dsp_patch::widen_pair(input, input + inputs, inputs, patch);
    pixels.two(output);
  }
  if (left == 0) return;
  dsp_patch::widen(input, inputs, patch);
  pixels.one(output);
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
