// SPDX-License-Identifier: Apache-2.0
//
// Convolution in blocks of four output channels and a few neighbouring pixels: smelt/arch/blocks.h.
// As smelt/conv2d.h otherwise.
//
// Integers of several pixels are gathered in a patch first, for there is no register for the place
// of each. Floats are read where they are: their sums have registers of their own.
//
// Weights [group][block of channels][kernel height][kernel width][input channel of the group]
// [channel of the block], with zeros for the channels that the last block of a group has not.
#ifndef SMELT_CONV2D_BLOCKS_H
#define SMELT_CONV2D_BLOCKS_H

#include "smelt/linear_blocks.h"
#include "smelt/rows.h"

namespace smelt {

template <typename Value, typename Output>
struct conv2d_blocks_layer {
  window_images images;
  int32_t groups;
  const Value *weights;
  Value input_padding;  ///< the input's zero point
  Output output;
};

using conv2d_s8_blocks_layer = conv2d_blocks_layer<int8_t, block_stage>;
using conv2d_f32_blocks_layer = conv2d_blocks_layer<float, float_output>;
template <typename Number>
using blocks_layer = conv2d_blocks_layer<typename Number::value, typename Number::output>;

/// Where the inputs of a pixel and group are: in each of `height` rows `runs` runs, `step` apart,
/// of `length` neighbours. And what follows from that for all.
struct block_window {
  int32_t height, runs, length, step;
  int32_t taps, rest;       ///< all, and what they fall short of a multiple of
  int32_t inputs, outputs;  ///< channels of a group
  int32_t distance;         ///< of neighbouring pixels

  template <typename Layer>
  SMELT_INLINE block_window(const window_shape &shape, const Layer &layer, int32_t multiple)
      : height(shape.kernel_height),
        inputs(layer.images.input_channels / layer.groups),
        outputs(layer.images.output_channels / layer.groups),
        distance(shape.stride_width * layer.images.input_channels) {
    const bool contiguous = shape.dilation_width == 1 && layer.groups == 1;
    runs = contiguous ? 1 : shape.kernel_width;
    length = contiguous ? shape.kernel_width * inputs : inputs;
    step = shape.dilation_width * layer.images.input_channels;
    taps = height * runs * length;
    rest = (multiple - taps % multiple) % multiple;
  }

  /// Calls body(first) for each run of the pixel at `column`.
  template <typename Value, typename Body>
  SMELT_INLINE void each_run(const Value *const *rows, int32_t column, const Body &body) const {
    for (int32_t i = 0; i < height; ++i)
      for (int32_t j = 0; j < runs; ++j) body(rows[i] + column + j * step);
  }
};

/// The inputs of some pixels as [tap][pixel], and zeros for the rest.
template <int32_t pixels, typename Value>
SMELT_INLINE void gather_block(const block_window &window, const Value *const *rows, int32_t column,
                               Value *patch) {
  for (int32_t p = 0; p < pixels; ++p, column += window.distance) {
    Value *to = patch + p;
    window.each_run(rows, column, [&](const Value *from) __attribute__((always_inline)) {
      blocks::spread<pixels>(from, window.length, to);
    });
    for (int32_t rest = window.rest; rest > 0; --rest, to += pixels) *to = 0;
  }
}

/// Outputs of a group of a block of pixels, whose channels begin with `block` among those in
/// blocks. `sum` makes all sums of a block, whose weights it moves on over.
template <int32_t pixels, typename Number, typename Sum>
SMELT_INLINE void conv2d_blocks_group(const block_window &window, const blocks_layer<Number> &layer,
                                      int32_t &block, typename Number::value *&output,
                                      const Sum &sum) {
  for (int32_t left = window.outputs; left > 0; left -= blocks::channels) {
    typename Number::sum sums[blocks::channels * pixels];
    sum(block, sums);
    const int32_t count = left < blocks::channels ? left : blocks::channels;
    Number::template finish<pixels>(layer.output, block, count, sums, output,
                                    layer.images.output_channels);
    block += blocks::channels;
    output += count;
  }
}

/// All outputs of a block of pixels, the first at `column`, by the patch.
template <int32_t pixels, int32_t all>
SMELT_INLINE void conv2d_blocks_pixels(s8_block<all>, const block_window &window,
                                       const conv2d_s8_blocks_layer &layer,
                                       const int8_t *const *rows, int32_t column, int8_t *output,
                                       int8_t *patch) {
  const int8_t *weights = layer.weights;
  const int32_t size = blocks::channels * (window.taps + window.rest);
  int32_t block = 0;
  for (int32_t group = 0; group < layer.groups; ++group, column += window.inputs) {
    gather_block<pixels>(window, rows, column, patch);
    conv2d_blocks_group<pixels, s8_block<all>>(
        window, layer, block, output,
        [&](int32_t channel,
            int32_t(&sums)[blocks::channels * pixels]) __attribute__((always_inline)) {
          blocks::sum_patch<pixels>(patch, weights, weights + size,
                                    layer.output.records + blocks::record_words * channel, sums);
          weights += size;
        });
  }
}

/// The same from where the inputs are.
template <int32_t pixels>
SMELT_INLINE void conv2d_blocks_pixels(f32_block, const block_window &window,
                                       const conv2d_f32_blocks_layer &layer,
                                       const float *const *rows, int32_t column, float *output,
                                       float *) {
  const float *weights = layer.weights;
  int32_t block = 0;
  for (int32_t group = 0; group < layer.groups; ++group, column += window.inputs)
    conv2d_blocks_group<pixels, f32_block>(
        window, layer, block, output,
        [&](int32_t, float(&sums)[blocks::channels * pixels]) __attribute__((always_inline)) {
          for (float &sum : sums) sum = 0;
          window.each_run(rows, column, [&](const float *first) __attribute__((always_inline)) {
            blocks::add_run<pixels>(first, window.distance, weights, window.length, sums);
            weights += blocks::channels * window.length;
          });
        });
}

/// One output row. All layers share this function: nothing in it gains from knowing their numbers.
template <typename Number>
SMELT_SHARED void conv2d_blocks_row(const window_shape &shape,
                                    const blocks_layer<Number> &constants,
                                    const typename Number::value *const *rows,
                                    typename Number::value *output, typename Number::value *patch) {
  constexpr int32_t pixels = Number::pixels;
  const blocks_layer<Number> layer = constants;
  const block_window window(shape, layer, Number::multiple);
  const int32_t width = layer.images.output_width, channels = layer.images.output_channels;
  int32_t x = 0;
  for (; x + pixels <= width; x += pixels, output += pixels * channels)
    conv2d_blocks_pixels<pixels>(Number(), window, layer, rows, x * window.distance, output, patch);
  for (; x < width; ++x, output += channels)
    conv2d_blocks_pixels<1>(Number(), window, layer, rows, x * window.distance, output, patch);
}

template <int32_t max_kernel_height, typename Number>
SMELT_INLINE void conv2d_blocks(const window_shape &shape, const blocks_layer<Number> &layer,
                                const typename Number::value *input, typename Number::value *output,
                                typename Number::value *ring, typename Number::value *patch) {
  using value = typename Number::value;
  for_each_row<max_kernel_height>(
      shape, layer.images, layer.input_padding, input, output, ring,
      [&](const value *const *rows, value *output_row) __attribute__((always_inline)) {
        conv2d_blocks_row<Number>(shape, layer, rows, output_row, patch);
      });
}

/// A 1x1 convolution with stride 1: the image is one long row and needs no ring.
template <typename Number>
SMELT_INLINE void pointwise_blocks(const blocks_layer<Number> &layer,
                                   const typename Number::value *input,
                                   typename Number::value *output, typename Number::value *patch) {
  conv2d_blocks_row<Number>(window_shape{1, 1, 1, 1, 1, 1}, layer, &input, output, patch);
}

template <typename Shape>
SMELT_KERNEL void conv2d_s8_4x4(const conv2d_s8_blocks_layer &layer, const int8_t *input,
                                int8_t *output, int8_t *ring, int8_t *patch) {
  conv2d_blocks<Shape::shape().kernel_height, s8_block<4>>(window<Shape>::of(layer), layer, input,
                                                           output, ring, patch);
}

template <typename Shape>
SMELT_KERNEL void conv2d_s8_4x4_row(const conv2d_s8_blocks_layer &layer, const int8_t *const *rows,
                                    int8_t *output, int8_t *patch) {
  conv2d_blocks_row<s8_block<4>>(window<Shape>::of(layer), layer, rows, output, patch);
}

static inline SMELT_KERNEL void pointwise_s8_4x4(const conv2d_s8_blocks_layer &layer,
                                                 const int8_t *input, int8_t *output,
                                                 int8_t *patch) {
  pointwise_blocks<s8_block<4>>(layer, input, output, patch);
}

template <typename Shape>
SMELT_KERNEL void conv2d_s8_2x4(const conv2d_s8_blocks_layer &layer, const int8_t *input,
                                int8_t *output, int8_t *ring, int8_t *patch) {
  conv2d_blocks<Shape::shape().kernel_height, s8_block<2>>(window<Shape>::of(layer), layer, input,
                                                           output, ring, patch);
}

template <typename Shape>
SMELT_KERNEL void conv2d_s8_2x4_row(const conv2d_s8_blocks_layer &layer, const int8_t *const *rows,
                                    int8_t *output, int8_t *patch) {
  conv2d_blocks_row<s8_block<2>>(window<Shape>::of(layer), layer, rows, output, patch);
}

static inline SMELT_KERNEL void pointwise_s8_2x4(const conv2d_s8_blocks_layer &layer,
                                                 const int8_t *input, int8_t *output,
                                                 int8_t *patch) {
  pointwise_blocks<s8_block<2>>(layer, input, output, patch);
}

template <typename Shape>
SMELT_KERNEL void conv2d_f32_4x4(const conv2d_f32_blocks_layer &layer, const float *input,
                                 float *output, float *ring) {
  conv2d_blocks<Shape::shape().kernel_height, f32_block>(window<Shape>::of(layer), layer, input,
                                                         output, ring, nullptr);
}

template <typename Shape>
SMELT_KERNEL void conv2d_f32_4x4_row(const conv2d_f32_blocks_layer &layer, const float *const *rows,
                                     float *output) {
  conv2d_blocks_row<f32_block>(window<Shape>::of(layer), layer, rows, output, nullptr);
}

static inline SMELT_KERNEL void pointwise_f32_4x4(const conv2d_f32_blocks_layer &layer,
                                                  const float *input, float *output) {
  pointwise_blocks<f32_block>(layer, input, output, nullptr);
}

}  // namespace smelt

#endif
