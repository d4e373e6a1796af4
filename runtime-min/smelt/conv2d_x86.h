// SPDX-License-Identifier: Apache-2.0
//
// Convolution of 8 bits on x86-64: with AVX2, four output channels of two pixels at a time. As
// conv2d_s8 otherwise, with the same constants, and without AVX2 altogether.
#ifndef SMELT_CONV2D_X86_H
#define SMELT_CONV2D_X86_H

#include "smelt/arch/x86.h"
#include "smelt/conv2d.h"

namespace smelt {

/// Patches of two pixels: `patch` has room for both, with what fills them up.
constexpr int32_t x86_pixels = 2;

#if SMELT_AVX2

/// The taps of a group: runs of neighbours, `distance` apart in a row.
struct x86_taps {
  int32_t rows, runs, run, distance;
  int32_t padded;  ///< all of them, filled up to whole vectors
};

SMELT_INLINE x86_taps x86_taps_of(const window_shape &shape, const conv2d_s8_layer &layer) {
  const int32_t channels = layer.images.input_channels, inputs = channels / layer.groups;
  const bool contiguous = shape.dilation_width == 1 && layer.groups == 1;
  const int32_t taps = shape.kernel_height * shape.kernel_width * inputs;
  return {shape.kernel_height, contiguous ? 1 : shape.kernel_width,
          contiguous ? shape.kernel_width * inputs : inputs, shape.dilation_width * channels,
          (taps + 15) / 16 * 16};
}

/// The inputs of one pixel and group, which begin at `column`, filled up with zeros.
SMELT_INLINE void x86_gather(const x86_taps &taps, const int8_t *const *rows, int32_t column,
                             int16_t *patch) {
  _mm256_storeu_si256(reinterpret_cast<__m256i *>(patch + taps.padded - 16),
                      _mm256_setzero_si256());
  for (int32_t i = 0; i < taps.rows; ++i)
    for (int32_t j = 0; j < taps.runs; ++j)
      patch = x86::widen(rows[i] + column + j * taps.distance, taps.run, patch);
}

/// The outputs of two pixels, whose patches follow each other, in channels from `first` on.
SMELT_INLINE void x86_outputs(const conv2d_s8_layer &layer, const int16_t *patch, int32_t padded,
                              int32_t pitch, int32_t first, int32_t count, int8_t *output) {
  const requantization &out = layer.output;
  const int32_t distance = layer.images.output_channels;
  int32_t k = 0;
  for (; k + 4 <= count; k += 4) {
    const int32_t channel = first + k;
    const __m256i sums =
        x86::sums_4x2(patch, layer.weights + channel * pitch, pitch, padded, out.bias + channel);
    x86::store_4x2(sums, out.multiplier + channel, out.shift + channel, out.zero_point, out.min,
                   out.max, output + k, distance);
  }
  if (k == count) return;
  for (int32_t pixel = 0; pixel < x86_pixels; ++pixel)
    dot_rows<s8>(static_cast<const int16_t *>(patch + pixel * padded),
                 layer.weights + (first + k) * pitch, pitch, padded, 0, out, first + k, count - k,
                 output + pixel * distance + k);
}

/// One output row. Without a multiplier for each channel, or with shifts to the left, it is the
/// portable kernel's.
SMELT_INLINE void conv2d_x86_row(const window_shape &shape, const conv2d_s8_layer &layer,
                                 const int8_t *const *rows, int8_t *output, int16_t *patch) {
  bool narrow = layer.output.per_channel != 0;
  for (int32_t i = 0; narrow && i < layer.images.output_channels; ++i)
    narrow = layer.output.shift[i] < 0;
  if (!narrow) return conv2d_row<s8>(shape, layer, rows, output, patch);
  const int32_t inputs = layer.images.input_channels / layer.groups;
  const int32_t outputs = layer.images.output_channels / layer.groups;
  const int32_t pitch = shape.kernel_height * shape.kernel_width * inputs;
  const x86_taps taps = x86_taps_of(shape, layer);
  const int32_t distance = shape.stride_width * layer.images.input_channels;
  int32_t x = 0;
  for (; x + 2 <= layer.images.output_width; x += 2)
    for (int32_t group = 0; group < layer.groups; ++group) {
      const int32_t column = x * distance + group * inputs;
      x86_gather(taps, rows, column, patch);
      x86_gather(taps, rows, column + distance, patch + taps.padded);
      x86_outputs(layer, patch, taps.padded, pitch, group * outputs, outputs,
                  output + x * layer.images.output_channels + group * outputs);
    }
  if (x == layer.images.output_width) return;
  for (int32_t group = 0; group < layer.groups; ++group) {
    x86_gather(taps, rows, x * distance + group * inputs, patch);
    dot_rows<s8>(static_cast<const int16_t *>(patch), layer.weights + group * outputs * pitch,
                 pitch, taps.padded, 0, layer.output, group * outputs, outputs,
                 output + x * layer.images.output_channels + group * outputs);
  }
}

#else

SMELT_INLINE void conv2d_x86_row(const window_shape &shape, const conv2d_s8_layer &layer,
                                 const int8_t *const *rows, int8_t *output, int16_t *patch) {
  conv2d_row<s8>(shape, layer, rows, output, patch);
}

#endif

template <int32_t max_kernel_height>
SMELT_INLINE void conv2d_x86(const window_shape &shape, const conv2d_s8_layer &layer,
                             const int8_t *input, int8_t *output, int8_t *ring, int16_t *patch) {
  for_each_row<max_kernel_height>(shape, layer.images, layer.input_padding, input, output, ring,
                                  [&](const int8_t *const *rows, int8_t *output_row)
                                      __attribute__((always_inline)) {
                                        conv2d_x86_row(shape, layer, rows, output_row, patch);
                                      });
}

template <typename Shape>
SMELT_KERNEL void conv2d_s8_x86(const conv2d_s8_layer &layer, const int8_t *input, int8_t *output,
                                int8_t *ring, int16_t *patch) {
  conv2d_x86<Shape::shape().kernel_height>(window<Shape>::of(layer), layer, input, output, ring,
                                           patch);
}

template <typename Shape>
SMELT_KERNEL void conv2d_s8_x86_row(const conv2d_s8_layer &layer, const int8_t *const *rows,
                                    int8_t *output, int16_t *patch) {
  conv2d_x86_row(window<Shape>::of(layer), layer, rows, output, patch);
}

static inline SMELT_KERNEL void pointwise_s8_x86(const conv2d_s8_layer &layer, const int8_t *input,
                                                 int8_t *output, int16_t *patch) {
  conv2d_x86_row(window_shape{1, 1, 1, 1, 1, 1}, layer, &input, output, patch);
}

}  // namespace smelt

#endif
