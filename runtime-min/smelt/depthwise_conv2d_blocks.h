// SPDX-License-Identifier: Apache-2.0
//
// Depthwise convolution, one filter a channel, in blocks of a few channels and neighbouring pixels:
// smelt/arch/blocks.h. Every column of the input is loaded once for all pixels that read it. As
// smelt/depthwise_conv2d.h otherwise.
//
// Weights [block of channels][kernel height][kernel width][channel of the block], the last block
// beginning early enough to be full; not for dilated columns, nor fewer channels than a block has.
#ifndef SMELT_DEPTHWISE_CONV2D_BLOCKS_H
#define SMELT_DEPTHWISE_CONV2D_BLOCKS_H

#include "smelt/linear_blocks.h"
#include "smelt/rows.h"

namespace smelt {

template <typename Value, typename Output>
struct depthwise_blocks_layer {
  window_images images;
  const Value *weights;
  Value input_padding;  ///< the input's zero point
  Output output;
};

using depthwise_conv2d_s8_blocks_layer = depthwise_blocks_layer<int8_t, block_stage>;
using depthwise_conv2d_f32_blocks_layer = depthwise_blocks_layer<float, float_output>;
template <typename Number>
using depthwise_layer = depthwise_blocks_layer<typename Number::value, typename Number::output>;

/// 8 bits, two channels. See s8_block.
template <int32_t pixels_>
struct s8_depthwise {
  using value = int8_t;
  using sum = int32_t;
  using output = block_stage;
  static constexpr int32_t channels = 2, pixels = pixels_;

  /// Sums are [channel][pixel].
  template <int32_t count>
  static SMELT_INLINE sum &at(sum (&sums)[channels * count], int32_t pixel, int32_t channel) {
    return sums[count * channel + pixel];
  }
  template <int32_t count>
  static SMELT_INLINE void start(const output &out, int32_t channel,
                                 sum (&sums)[channels * count]) {
    blocks::unrolled<channels>::run([&](int32_t c) __attribute__((always_inline)) {
      const sum bias = out.records[blocks::record_words * (channel + c)];
      blocks::unrolled<count>::run(
          [&](int32_t p) __attribute__((always_inline)) { sums[count * c + p] = bias; });
    });
  }
  template <int32_t count>
  static SMELT_INLINE void finish(const output &out, int32_t channel,
                                  const sum (&sums)[channels * count], value *outputs,
                                  int32_t pitch) {
    blocks::finish_integers<count>(sums, out.records + blocks::record_words * channel,
                                   SMELT_UNLIKELY(out.twice), channels, outputs, pitch, out.min,
                                   out.max);
  }
};

/// Floats, four channels. See f32_block.
struct f32_depthwise {
  using value = float;
  using sum = float;
  using output = float_output;
  static constexpr int32_t channels = blocks::channels, pixels = 4;

  /// Sums are [pixel][channel].
  template <int32_t count>
  static SMELT_INLINE sum &at(sum (&sums)[channels * count], int32_t pixel, int32_t channel) {
    return sums[channels * pixel + channel];
  }
  template <int32_t count>
  static SMELT_INLINE void start(const output &, int32_t, sum (&sums)[channels * count]) {
    blocks::unrolled<channels * count>::run([&](int32_t i)
                                                __attribute__((always_inline)) { sums[i] = 0; });
  }
  template <int32_t count>
  static SMELT_INLINE void finish(const output &out, int32_t channel,
                                  const sum (&sums)[channels * count], value *outputs,
                                  int32_t pitch) {
    f32_block::finish<count>(out, channel, channels, sums, outputs, pitch);
  }
};

/// The pixels from the input's `column` on of the channels from `channel` on, by the weights and
/// the records from `slot` on.
template <int32_t pixels, typename Number, typename Shape>
SMELT_INLINE void depthwise_block_pixels(const depthwise_layer<Number> &layer,
                                         const typename Number::value *const *rows, int32_t column,
                                         int32_t channel, int32_t slot,
                                         typename Number::value *output) {
  using value = typename Number::value;
  constexpr int32_t channels = Number::channels;
  constexpr int32_t height = Shape::shape().kernel_height, width = Shape::shape().kernel_width;
  constexpr int32_t stride = Shape::shape().stride_width;
  const int32_t pitch = layer.images.input_channels;
  const value *weights = layer.weights + slot * (height * width);
  typename Number::sum sums[channels * pixels];
  Number::template start<pixels>(layer.output, slot, sums);
  for (int32_t i = 0; i < height; ++i, weights += channels * width) {
    const value *input = rows[i] + column * pitch + channel;
    value weight[channels * width];
    blocks::unrolled<channels * width>::run(
        [&](int32_t k) __attribute__((always_inline)) { weight[k] = weights[k]; });
    blocks::unrolled<(pixels - 1) * stride + width>::run(
        [&](int32_t x) __attribute__((always_inline)) {
          blocks::unrolled<channels>::run([&](int32_t c) __attribute__((always_inline)) {
            const value in = input[c];
            blocks::unrolled<pixels>::run([&](int32_t p) __attribute__((always_inline)) {
              const int32_t j = x - p * stride;
              if (j < 0 || j >= width) return;
              typename Number::sum &sum = Number::template at<pixels>(sums, p, c);
              blocks::add_product(in, weight[channels * j + c], sum);
              blocks::fence(sum);
            });
          });
          input += pitch;
        });
  }
  Number::template finish<pixels>(layer.output, slot, sums, output + channel,
                                  layer.images.output_channels);
}

/// Calls the block of `pixels` pixels, at most `count`.
template <int32_t pixels>
struct depthwise_pixels {
  template <typename Number, typename Shape, typename... Arguments>
  static SMELT_INLINE void run(int32_t count, const Arguments &...arguments) {
    if (count == pixels)
      depthwise_block_pixels<pixels, Number, Shape>(arguments...);
    else
      depthwise_pixels<pixels - 1>::template run<Number, Shape>(count, arguments...);
  }
};
template <>
struct depthwise_pixels<0> {
  template <typename Number, typename Shape, typename... Arguments>
  static SMELT_INLINE void run(int32_t, const Arguments &...) {}
};

/// One output row, its pixels divided evenly.
template <typename Number, typename Shape>
SMELT_SHARED void depthwise_blocks_row(const depthwise_layer<Number> &constants,
                                       const typename Number::value *const *rows,
                                       typename Number::value *output) {
  const depthwise_layer<Number> layer = constants;
  const int32_t channels = layer.images.output_channels;
  int32_t blocks = (layer.images.output_width + Number::pixels - 1) / Number::pixels;
  for (int32_t x = 0; blocks > 0; --blocks) {
    const int32_t count = (layer.images.output_width - x + blocks - 1) / blocks;
    const int32_t column = x * Shape::shape().stride_width;
    int32_t slot = 0;
    for (int32_t first = 0; first < channels; first += Number::channels) {
      const int32_t last = channels - Number::channels;
      depthwise_pixels<Number::pixels>::template run<Number, Shape>(
          count, layer, rows, column, first < last ? first : last, slot, output);
      slot += Number::channels;
    }
    x += count;
    output += count * channels;
  }
}

template <typename Number, typename Shape>
SMELT_INLINE void depthwise_blocks(const depthwise_layer<Number> &layer,
                                   const typename Number::value *input,
                                   typename Number::value *output, typename Number::value *ring) {
  using value = typename Number::value;
  for_each_row<Shape::shape().kernel_height>(
      Shape::shape(), layer.images, layer.input_padding, input, output, ring,
      [&](const value *const *rows, value *output_row) __attribute__((always_inline)) {
        depthwise_blocks_row<Number, Shape>(layer, rows, output_row);
      });
}

template <typename Shape>
SMELT_KERNEL void depthwise_conv2d_s8_5x2(const depthwise_conv2d_s8_blocks_layer &layer,
                                          const int8_t *input, int8_t *output, int8_t *ring) {
  depthwise_blocks<s8_depthwise<5>, Shape>(layer, input, output, ring);
}

template <typename Shape>
SMELT_KERNEL void depthwise_conv2d_s8_5x2_row(const depthwise_conv2d_s8_blocks_layer &layer,
                                              const int8_t *const *rows, int8_t *output) {
  depthwise_blocks_row<s8_depthwise<5>, Shape>(layer, rows, output);
}

template <typename Shape>
SMELT_KERNEL void depthwise_conv2d_s8_2x2(const depthwise_conv2d_s8_blocks_layer &layer,
                                          const int8_t *input, int8_t *output, int8_t *ring) {
  depthwise_blocks<s8_depthwise<2>, Shape>(layer, input, output, ring);
}

template <typename Shape>
SMELT_KERNEL void depthwise_conv2d_s8_2x2_row(const depthwise_conv2d_s8_blocks_layer &layer,
                                              const int8_t *const *rows, int8_t *output) {
  depthwise_blocks_row<s8_depthwise<2>, Shape>(layer, rows, output);
}

template <typename Shape>
SMELT_KERNEL void depthwise_conv2d_f32_4x4(const depthwise_conv2d_f32_blocks_layer &layer,
                                           const float *input, float *output, float *ring) {
  depthwise_blocks<f32_depthwise, Shape>(layer, input, output, ring);
}

template <typename Shape>
SMELT_KERNEL void depthwise_conv2d_f32_4x4_row(const depthwise_conv2d_f32_blocks_layer &layer,
                                               const float *const *rows, float *output) {
  depthwise_blocks_row<f32_depthwise, Shape>(layer, rows, output);
}

}  // namespace smelt

#endif
