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

/// The taps of a block: where its inputs are, one after the other.
template <int32_t kernel_width>
struct helium_taps {
  const int8_t *const *rows;
  int32_t offset;  ///< of the block's first input in the rows
  int32_t pitch;   ///< of columns that the kernel takes
  int32_t count;   ///< of outputs
  const int8_t *input = nullptr;
  int32_t column = kernel_width;

  template <bool whole>
  SMELT_INLINE helium::s8x16 next() {
    if (column == kernel_width) {
      input = *rows++ + offset;
      column = 0;
    }
    const helium::s8x16 lanes = whole ? helium::load_s8(input) : helium::load_s8(input, count);
    input += pitch;
    ++column;
    return lanes;
  }
};

/// Adds sums of products to those of a block.
SMELT_INLINE void helium_widen(helium::s16x8 even, helium::s16x8 odd, helium::s32x4 (&sums)[4]) {
  sums[0] = helium::add(sums[0], helium::widen_even(even));
  sums[1] = helium::add(sums[1], helium::widen_odd(even));
  sums[2] = helium::add(sums[2], helium::widen_even(odd));
  sums[3] = helium::add(sums[3], helium::widen_odd(odd));
}

template <int32_t kernel_height, int32_t kernel_width, bool whole>
SMELT_INLINE void depthwise_helium_block(const helium_stage &stage, const int32_t *record,
                                         helium_taps<kernel_width> taps, const int8_t *weights,
                                         int8_t *output) {
  constexpr int32_t count = kernel_height * kernel_width;
  helium::s32x4 sums[4];
  for (int32_t i = 0; i < 4; ++i) sums[i] = helium::load_s32(record + i * helium::record_words);
#pragma GCC unroll 13
  for (int32_t tap = 0; tap + 2 <= count; tap += 2, weights += 2 * helium::vector_bytes) {
    helium::s8x16 input = taps.template next<whole>(), weight = helium::load_s8(weights);
    helium::s16x8 even = helium::multiply_even(input, weight);
    helium::s16x8 odd = helium::multiply_odd(input, weight);
    input = taps.template next<whole>(), weight = helium::load_s8(weights + helium::vector_bytes);
    even = helium::add(even, helium::multiply_even(input, weight));
    odd = helium::add(odd, helium::multiply_odd(input, weight));
    helium_widen(even, odd, sums);
  }
  if (count % 2 != 0) {
    const helium::s8x16 input = taps.template next<whole>(), weight = helium::load_s8(weights);
    helium_widen(helium::multiply_even(input, weight), helium::multiply_odd(input, weight), sums);
  }
  const int32_t rectified = stage.min >= stage.zero_point;
  for (int32_t i = 0; i < 4; ++i)
    sums[i] = helium::scale(sums[i], record + i * helium::record_words, rectified);
  const helium::s16x8 even =
      helium::add_saturating(helium::narrow(sums[0], sums[1]), stage.zero_point);
  const helium::s16x8 odd =
      helium::add_saturating(helium::narrow(sums[2], sums[3]), stage.zero_point);
  const helium::s8x16 outputs = helium::clamp(helium::narrow(even, odd), stage.min, stage.max);
  whole ? helium::store_s8(output, outputs) : helium::store_s8(output, outputs, taps.count);
}

/// One output row.
template <int32_t kernel_height, int32_t kernel_width>
__attribute__((noinline)) void depthwise_helium_row(const depthwise_conv2d_s8_helium_layer &layer,
                                                    int32_t stride_width, int32_t dilation_width,
                                                    const int8_t *const *rows, int8_t *output) {
  const int32_t channels = layer.images.input_channels, width = layer.images.output_width;
  const int32_t pitch = dilation_width * channels, last = width * channels;
  const int32_t step = layer.pixels * channels;
  constexpr int32_t block = kernel_height * kernel_width * helium::vector_bytes;
  for (int32_t first = 0, offset = 0; first < last; first += step, offset += step * stride_width) {
    const int32_t outputs = step < last - first ? step : last - first;
    const int8_t *weights = layer.weights;
    const int32_t *record = layer.output.records;
    for (int32_t i = 0; i < outputs; i += helium::vector_bytes) {
      const helium_taps<kernel_width> taps = {rows, offset + i, pitch, outputs - i};
      if (outputs - i >= helium::vector_bytes)
        depthwise_helium_block<kernel_height, kernel_width, true>(layer.output, record, taps,
                                                                  weights, output + first + i);
      else
        depthwise_helium_block<kernel_height, kernel_width, false>(layer.output, record, taps,
                                                                   weights, output + first + i);
      weights += block;
      record += 4 * helium::record_words;
    }
  }
}

template <typename Shape>
SMELT_INLINE void depthwise_helium_row(const depthwise_conv2d_s8_helium_layer &layer,
                                       const int8_t *const *rows, int8_t *output) {
  constexpr window_shape shape = Shape::shape();
  depthwise_helium_row<shape.kernel_height, shape.kernel_width>(layer, shape.stride_width,
                                                                shape.dilation_width, rows, output);
}

template <typename Shape>
SMELT_INLINE void depthwise_helium(const depthwise_conv2d_s8_helium_layer &layer,
                                   const int8_t *input, int8_t *output, int8_t *ring) {
  for_each_row<Shape::shape().kernel_height>(
      Shape::shape(), layer.images, layer.input_padding, input, output, ring,
      [&](const int8_t *const *rows, int8_t *output_row)
          __attribute__((always_inline)) { depthwise_helium_row<Shape>(layer, rows, output_row); });
}

template <typename Shape>
void depthwise_conv2d_s8_helium(const depthwise_conv2d_s8_helium_layer &layer, const int8_t *input,
                                int8_t *output, int8_t *ring) {
  depthwise_helium<Shape>(layer, input, output, ring);
}

template <typename Shape>
void depthwise_conv2d_s8_helium_row(const depthwise_conv2d_s8_helium_layer &layer,
                                    const int8_t *const *rows, int8_t *output) {
  depthwise_helium_row<Shape>(layer, rows, output);
}

}  // namespace smelt

#endif
