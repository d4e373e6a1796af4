// SPDX-License-Identifier: Apache-2.0
//
// Depthwise convolution: every input channel has `multiplier` filters of its own, and output
// channel c * multiplier + j is filter j of input channel c. Images NHWC; weights
// [kernel height][kernel width][output channel].
//
// Neighbouring outputs have neighbouring weights, so outputs are computed in blocks: their sums
// stay together while the taps go by. With one filter per channel they read neighbouring inputs,
// otherwise the outputs of one input channel share its input.
#ifndef SMELT_DEPTHWISE_CONV2D_H
#define SMELT_DEPTHWISE_CONV2D_H

#include "smelt/number.h"
#include "smelt/rows.h"

namespace smelt {

template <typename Number>
struct depthwise_conv2d_layer {
  window_images images;
  int32_t multiplier;  ///< output channels per input channel
  const typename Number::stored *weights;
  typename Number::value input_padding;      ///< the input's zero point
  typename Number::wide weights_zero_point;  ///< 0 but for unsigned weights
  typename Number::output output;
};

using depthwise_conv2d_s8_layer = depthwise_conv2d_layer<s8>;
using depthwise_conv2d_u8_layer = depthwise_conv2d_layer<u8>;
using depthwise_conv2d_f32_layer = depthwise_conv2d_layer<f32>;

/// Elements after the weights, whose products nobody uses.
constexpr int32_t lane_margin = 15;

/// Outputs [first, last) of the `block` ones of a pixel from output channel `channel` on. Their
/// inputs begin `offset` elements into the rows and are `step` apart: 1, or 0 if they share one.
template <int32_t block, int32_t step, typename Number>
SMELT_INLINE void depthwise_block(const window_shape &shape,
                                  const depthwise_conv2d_layer<Number> &layer,
                                  const typename Number::value *const *rows, int32_t offset,
                                  int32_t channel, int32_t first, int32_t last,
                                  typename Number::value *output) {
  using sum = typename Number::sum;
  using product = typename Number::product;
  const int32_t pitch = shape.dilation_width * layer.images.input_channels;
  const typename Number::stored *weights = layer.weights;
  sum sums[block];
  for (int32_t k = 0; k < block; ++k)
    sums[k] = k < last ? Number::start(layer.output, channel + k) : 0;
  for (int32_t i = 0; i < shape.kernel_height; ++i) {
    const typename Number::value *input = rows[i] + offset;
    for (int32_t j = 0; j < shape.kernel_width; ++j) {
      SMELT_EACH_LANE
      for (int32_t k = 0; k < block; ++k)
        sums[k] +=
            static_cast<product>(input[k * step]) *
            static_cast<product>(Number::weight(weights, channel + k, layer.weights_zero_point));
      input += pitch;
      weights += Number::row(layer.images.output_channels);
    }
  }
  for (int32_t k = first; k < last; ++k)
    output[channel + k] = Number::finish(layer.output, channel + k, sums[k]);
}

/// Outputs [channel, channel + count) of one pixel in blocks. Where blocks are wide, a remainder of
/// more than a few is less work as a block: one that reaches beyond the outputs where they share
/// their input, else back over outputs that are there. The rest goes one by one.
template <int32_t step, typename Number>
SMELT_INLINE void depthwise_channels(const window_shape &shape,
                                     const depthwise_conv2d_layer<Number> &layer,
                                     const typename Number::value *const *rows, int32_t offset,
                                     int32_t channel, int32_t count,
                                     typename Number::value *output) {
  constexpr int32_t lanes = SMELT_LANES, half = lanes / 2;
  static_assert(lanes <= lane_margin + 1, "blocks that reach beyond the weights find the margin");
  constexpr bool wide = half >= 8;
  constexpr int32_t few = lanes / 4;
  const int32_t rest = count % lanes;
  int32_t done = 0;
  for (; done < count - rest; done += lanes)
    depthwise_block<lanes, step, Number>(shape, layer, rows, offset + step * done, channel + done,
                                         0, lanes, output);
  if (wide && rest > few && (step == 0 || done > 0)) {
    const int32_t back = step == 0 ? 0 : lanes - rest;
    depthwise_block<lanes, step, Number>(shape, layer, rows, offset + step * (done - back),
                                         channel + done - back, back, back + rest, output);
    return;
  }
  // Half a block is worth its code only where blocks are wide.
  for (; wide && done + half <= count; done += half)
    depthwise_block<half, step, Number>(shape, layer, rows, offset + step * done, channel + done, 0,
                                        half, output);
  for (; done < count; ++done)
    depthwise_block<1, step, Number>(shape, layer, rows, offset + step * done, channel + done, 0, 1,
                                     output);
}

/// All outputs of two neighbouring pixels of half a block of channels each, one filter per channel
/// and stride 1: the inputs of both are neighbours, the weights are used twice.
template <typename Number>
SMELT_INLINE void depthwise_pair(const window_shape &shape,
                                 const depthwise_conv2d_layer<Number> &layer,
                                 const typename Number::value *const *rows, int32_t offset,
                                 typename Number::value *output) {
  using sum = typename Number::sum;
  using product = typename Number::product;
  constexpr int32_t lanes = SMELT_LANES, half = lanes / 2;
  const typename Number::stored *weights = layer.weights;
  sum sums[lanes];
  for (int32_t k = 0; k < half; ++k) sums[k] = sums[half + k] = Number::start(layer.output, k);
  for (int32_t i = 0; i < shape.kernel_height; ++i) {
    const typename Number::value *input = rows[i] + offset;
    for (int32_t j = 0; j < shape.kernel_width; ++j) {
      typename Number::wide twice[lanes];
      for (int32_t k = 0; k < half; ++k)
        twice[k] = twice[half + k] = Number::weight(weights, k, layer.weights_zero_point);
      SMELT_EACH_LANE
      for (int32_t k = 0; k < lanes; ++k)
        sums[k] += static_cast<product>(input[k]) * static_cast<product>(twice[k]);
      input += shape.dilation_width * half;
      weights += Number::row(half);
    }
  }
  for (int32_t k = 0; k < lanes; ++k) output[k] = Number::finish(layer.output, k % half, sums[k]);
}

/// One output row.
template <typename Number>
SMELT_INLINE void depthwise_row(const window_shape &shape,
                                const depthwise_conv2d_layer<Number> &layer,
                                const typename Number::value *const *rows,
                                typename Number::value *output) {
  const int32_t inputs = layer.images.input_channels;
  int32_t x = 0;
  if (SMELT_LANES >= 16 && inputs == SMELT_LANES / 2 && layer.multiplier == 1 &&
      shape.stride_width == 1)
    for (; x + 2 <= layer.images.output_width; x += 2, output += SMELT_LANES)
      depthwise_pair<Number>(shape, layer, rows, x * inputs, output);
  for (; x < layer.images.output_width; ++x) {
    const int32_t offset = x * shape.stride_width * inputs;
    if (layer.multiplier == 1) {
      depthwise_channels<1, Number>(shape, layer, rows, offset, 0, inputs, output);
    } else {
      for (int32_t c = 0; c < inputs; ++c)
        depthwise_channels<0, Number>(shape, layer, rows, offset + c, c * layer.multiplier,
                                      layer.multiplier, output);
    }
    output += layer.images.output_channels;
  }
}

template <int32_t max_kernel_height, typename Number>
SMELT_INLINE void depthwise_conv2d(const window_shape &shape,
                                   const depthwise_conv2d_layer<Number> &constants,
                                   const typename Number::value *input,
                                   typename Number::value *output, typename Number::value *ring) {
  const depthwise_conv2d_layer<Number> layer = load(&constants);
  using value = typename Number::value;
  for_each_row<max_kernel_height>(shape, layer.images, layer.input_padding, input, output, ring,
                                  [&](const value *const *rows, value *output_row)
                                      __attribute__((always_inline)) {
                                        depthwise_row<Number>(shape, layer, rows, output_row);
                                      });
}

template <typename Shape>
SMELT_KERNEL void depthwise_conv2d_s8(const depthwise_conv2d_s8_layer &layer, const int8_t *input,
                                      int8_t *output, int8_t *ring) {
  depthwise_conv2d<Shape::shape().kernel_height, s8>(window<Shape>::of(layer), layer, input, output,
                                                     ring);
}

template <typename Shape>
SMELT_KERNEL void depthwise_conv2d_s8_row(const depthwise_conv2d_s8_layer &layer,
                                          const int8_t *const *rows, int8_t *output) {
  depthwise_row<s8>(window<Shape>::of(layer), load(&layer), rows, output);
}

template <typename Shape>
SMELT_KERNEL void depthwise_conv2d_u8(const depthwise_conv2d_u8_layer &layer, const uint8_t *input,
                                      uint8_t *output, uint8_t *ring) {
  depthwise_conv2d<Shape::shape().kernel_height, u8>(window<Shape>::of(layer), layer, input, output,
                                                     ring);
}

template <typename Shape>
SMELT_KERNEL void depthwise_conv2d_u8_row(const depthwise_conv2d_u8_layer &layer,
                                          const uint8_t *const *rows, uint8_t *output) {
  depthwise_row<u8>(window<Shape>::of(layer), load(&layer), rows, output);
}

template <typename Shape>
SMELT_KERNEL void depthwise_conv2d_f32(const depthwise_conv2d_f32_layer &layer, const float *input,
                                       float *output, float *ring) {
  depthwise_conv2d<Shape::shape().kernel_height, f32>(window<Shape>::of(layer), layer, input,
                                                      output, ring);
}

template <typename Shape>
SMELT_KERNEL void depthwise_conv2d_f32_row(const depthwise_conv2d_f32_layer &layer,
                                           const float *const *rows, float *output) {
  depthwise_row<f32>(window<Shape>::of(layer), load(&layer), rows, output);
}

}  // namespace smelt

#endif
