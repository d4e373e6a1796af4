// SPDX-License-Identifier: Apache-2.0
//
// Maximum, average and norms over a window, channel by channel. Images NHWC. Padding never counts:
// rows and columns outside the image hold the lowest value for the maximum and 0 for the average,
// which divides by the number of taps inside the image. The integer average rounds half away from
// zero (the arithmetic notes, 5.6).
#ifndef SMELT_POOL2D_H
#define SMELT_POOL2D_H

#include "smelt/libc.h"
#include "smelt/rows.h"

namespace smelt {

template <typename T>
struct pool2d_layer {
  window_images images;
  T padding;   ///< what must not change the result
  T min, max;  ///< fused activation and range of the type
};

using pool2d_s8_layer = pool2d_layer<int8_t>;
using pool2d_u8_layer = pool2d_layer<uint8_t>;
using pool2d_s16_layer = pool2d_layer<int16_t>;
using pool2d_f32_layer = pool2d_layer<float>;

/// The number of taps, and what to multiply by in its place; 0: divide.
///
/// Let n be the taps and m = floor(2^23 / n) + 1. An average of 8 bits is floor(v / n) of a number
/// v of at most 255 n + n / 2, and floor(v m / 2^23) is the same: m n exceeds 2^23 by at most n, so
/// v m / 2^23 exceeds v / n by at most v / 2^23, which is less than 1 / n if 256 n^2 <= 2^23.
struct tap_count {
  int32_t taps;
  uint32_t inverse;
};
constexpr int32_t inverse_bits = 23, most_inverted = 181;

SMELT_INLINE tap_count count_of(int32_t taps) {
  if (taps > most_inverted) return {taps, 0};
  return {taps, (uint32_t{1} << inverse_bits) / static_cast<uint32_t>(taps) + 1};
}

/// Ways to pool: where a result starts, how it takes a tap, and what it is after `taps` taps.
template <typename T>
struct max_pool {
  using value = T;
  using total = T;
  static SMELT_INLINE total start(T padding) { return padding; }
  static SMELT_INLINE total add(total best, T tap) { return tap > best ? tap : best; }
  static SMELT_INLINE T finish(total best, const tap_count &) { return best; }
};

template <typename T>
struct average_pool {
  using value = T;
  using total = int32_t;
  static SMELT_INLINE total start(T) { return 0; }
  static SMELT_INLINE total add(total sum, T tap) { return sum + tap; }
  /// The average of values of T is one.
  static SMELT_INLINE T finish(total sum, const tap_count &count) {
    const auto magnitude = static_cast<uint32_t>((sum < 0 ? -sum : sum) + count.taps / 2);
    const uint32_t average = sizeof(T) == 1 && count.inverse != 0
                                 ? magnitude * count.inverse >> inverse_bits
                                 : magnitude / static_cast<uint32_t>(count.taps);
    return static_cast<T>(sum < 0 ? -static_cast<int32_t>(average) : static_cast<int32_t>(average));
  }
};

template <>
struct average_pool<float> {
  using value = float;
  using total = float;
  static SMELT_INLINE total start(float) { return 0; }
  static SMELT_INLINE total add(total sum, float tap) { return sum + tap; }
  static SMELT_INLINE float finish(total sum, const tap_count &count) {
    return sum / static_cast<float>(count.taps);
  }
};

/// Norms of what a window sees.
struct l1_pool {
  using value = float;
  using total = float;
  static SMELT_INLINE total start(float) { return 0; }
  static SMELT_INLINE total add(total sum, float tap) { return sum + fabsf(tap); }
  static SMELT_INLINE float finish(total sum, const tap_count &) { return sum; }
};

struct l2_pool {
  using value = float;
  using total = float;
  static SMELT_INLINE total start(float) { return 0; }
  static SMELT_INLINE total add(total sum, float tap) { return sum + tap * tap; }
  static SMELT_INLINE float finish(total sum, const tap_count &) { return sqrtf(sum); }
};

/// How many of `kernel` positions from `first` on, `dilation` apart, are in [0, size).
SMELT_INLINE int32_t taps_inside(int32_t first, int32_t kernel, int32_t dilation, int32_t size) {
  const int32_t below = first < 0 ? (dilation - 1 - first) / dilation : 0;
  const int32_t behind = (size - first + dilation - 1) / dilation;
  return (behind < kernel ? behind : kernel) - below;
}

/// `block` neighbouring channels of one output pixel, which begin `offset` elements into the rows.
template <int32_t block, typename Pool>
SMELT_INLINE void pool_block(const window_shape &shape,
                             const pool2d_layer<typename Pool::value> &layer,
                             const typename Pool::value *const *rows, int32_t offset,
                             const tap_count &count, typename Pool::value *output) {
  typename Pool::total totals[block];
  for (int32_t k = 0; k < block; ++k) totals[k] = Pool::start(layer.padding);
  for (int32_t i = 0; i < shape.kernel_height; ++i) {
    const typename Pool::value *input = rows[i] + offset;
    for (int32_t j = 0; j < shape.kernel_width; ++j) {
      SMELT_EACH_LANE
      for (int32_t k = 0; k < block; ++k) totals[k] = Pool::add(totals[k], input[k]);
      input += shape.dilation_width * layer.images.input_channels;
    }
  }
  for (int32_t k = 0; k < block; ++k)
    output[k] = clamp(Pool::finish(totals[k], count), layer.min, layer.max);
}

/// One output row, of whose kernel `rows_inside` rows are in the image.
template <typename Pool>
SMELT_INLINE void pool_row(const window_shape &shape,
                           const pool2d_layer<typename Pool::value> &layer, int32_t rows_inside,
                           const typename Pool::value *const *rows, typename Pool::value *output) {
  const int32_t channels = layer.images.input_channels;
  for (int32_t x = 0; x < layer.images.output_width; ++x) {
    const int32_t column = x * shape.stride_width;
    const tap_count count =
        count_of(rows_inside * taps_inside(column - layer.images.pad_left, shape.kernel_width,
                                           shape.dilation_width, layer.images.input_width));
    const int32_t offset = column * channels;
    const int32_t blocks = channels - channels % SMELT_LANES;
    int32_t c = 0;
    for (; c < blocks; c += SMELT_LANES)
      pool_block<SMELT_LANES, Pool>(shape, layer, rows, offset + c, count, output + c);
    for (; c < channels; ++c)
      pool_block<1, Pool>(shape, layer, rows, offset + c, count, output + c);
    output += channels;
  }
}

/// Output row y: some of its kernel's rows may be outside of the image.
template <typename Pool>
SMELT_INLINE void pool_numbered_row(const window_shape &shape,
                                    const pool2d_layer<typename Pool::value> &layer, int32_t y,
                                    const typename Pool::value *const *rows,
                                    typename Pool::value *output) {
  const int32_t first = y * shape.stride_height - layer.images.pad_top;
  pool_row<Pool>(
      shape, layer,
      taps_inside(first, shape.kernel_height, shape.dilation_height, layer.images.input_height),
      rows, output);
}

/// Adds one of `rows` input rows to a total per channel; the last makes them the output of a window
/// that is the whole image.
template <typename Pool>
SMELT_INLINE void pool_collect(const pool2d_layer<typename Pool::value> &layer, int32_t row,
                               int32_t rows, const typename Pool::value *input,
                               typename Pool::value *output, typename Pool::total *totals) {
  const int32_t channels = layer.images.input_channels, width = layer.images.input_width;
  const tap_count count = count_of(rows * width);
  for (int32_t c = 0; c < channels; ++c) {
    typename Pool::total total = row == 0 ? Pool::start(layer.padding) : totals[c];
    for (int32_t x = 0; x < width; ++x) total = Pool::add(total, input[x * channels + c]);
    totals[c] = total;
    if (row + 1 == rows) output[c] = clamp(Pool::finish(total, count), layer.min, layer.max);
  }
}

template <int32_t max_kernel_height, typename Pool>
SMELT_INLINE void pool2d(const window_shape &shape,
                         const pool2d_layer<typename Pool::value> &constants,
                         const typename Pool::value *input, typename Pool::value *output,
                         typename Pool::value *ring) {
  using value = typename Pool::value;
  const pool2d_layer<value> layer = load(&constants);
  int32_t y = 0;
  for_each_row<max_kernel_height>(shape, layer.images, layer.padding, input, output, ring,
                                  [&](const value *const *rows, value *output_row)
                                      __attribute__((always_inline)) {
                                        pool_numbered_row<Pool>(shape, layer, y, rows, output_row);
                                        y = y + 1 < layer.images.output_height ? y + 1 : 0;
                                      });
}

template <typename Shape>
SMELT_KERNEL void max_pool2d_s8(const pool2d_s8_layer &layer, const int8_t *input, int8_t *output,
                                int8_t *ring) {
  pool2d<Shape::shape().kernel_height, max_pool<int8_t>>(window<Shape>::of(layer), layer, input,
                                                         output, ring);
}

template <typename Shape>
SMELT_KERNEL void max_pool2d_s8_row(const pool2d_s8_layer &layer, int32_t y, int32_t,
                                    const int8_t *const *rows, int8_t *output) {
  pool_numbered_row<max_pool<int8_t>>(window<Shape>::of(layer), load(&layer), y, rows, output);
}

template <typename Shape>
SMELT_KERNEL void max_pool2d_u8(const pool2d_u8_layer &layer, const uint8_t *input, uint8_t *output,
                                uint8_t *ring) {
  pool2d<Shape::shape().kernel_height, max_pool<uint8_t>>(window<Shape>::of(layer), layer, input,
                                                          output, ring);
}

template <typename Shape>
SMELT_KERNEL void max_pool2d_u8_row(const pool2d_u8_layer &layer, int32_t y, int32_t,
                                    const uint8_t *const *rows, uint8_t *output) {
  pool_numbered_row<max_pool<uint8_t>>(window<Shape>::of(layer), load(&layer), y, rows, output);
}

template <typename Shape>
SMELT_KERNEL void max_pool2d_s16(const pool2d_s16_layer &layer, const int16_t *input,
                                 int16_t *output, int16_t *ring) {
  pool2d<Shape::shape().kernel_height, max_pool<int16_t>>(window<Shape>::of(layer), layer, input,
                                                          output, ring);
}

template <typename Shape>
SMELT_KERNEL void max_pool2d_s16_row(const pool2d_s16_layer &layer, int32_t y, int32_t,
                                     const int16_t *const *rows, int16_t *output) {
  pool_numbered_row<max_pool<int16_t>>(window<Shape>::of(layer), load(&layer), y, rows, output);
}

template <typename Shape>
SMELT_KERNEL void max_pool2d_f32(const pool2d_f32_layer &layer, const float *input, float *output,
                                 float *ring) {
  pool2d<Shape::shape().kernel_height, max_pool<float>>(window<Shape>::of(layer), layer, input,
                                                        output, ring);
}

template <typename Shape>
SMELT_KERNEL void max_pool2d_f32_row(const pool2d_f32_layer &layer, int32_t y, int32_t,
                                     const float *const *rows, float *output) {
  pool_numbered_row<max_pool<float>>(window<Shape>::of(layer), load(&layer), y, rows, output);
}

template <typename Shape>
SMELT_KERNEL void average_pool2d_s8(const pool2d_s8_layer &layer, const int8_t *input,
                                    int8_t *output, int8_t *ring) {
  pool2d<Shape::shape().kernel_height, average_pool<int8_t>>(window<Shape>::of(layer), layer, input,
                                                             output, ring);
}

template <typename Shape>
SMELT_KERNEL void average_pool2d_s8_row(const pool2d_s8_layer &layer, int32_t y, int32_t,
                                        const int8_t *const *rows, int8_t *output) {
  pool_numbered_row<average_pool<int8_t>>(window<Shape>::of(layer), load(&layer), y, rows, output);
}

template <typename Shape>
SMELT_KERNEL void average_pool2d_u8(const pool2d_u8_layer &layer, const uint8_t *input,
                                    uint8_t *output, uint8_t *ring) {
  pool2d<Shape::shape().kernel_height, average_pool<uint8_t>>(window<Shape>::of(layer), layer,
                                                              input, output, ring);
}

template <typename Shape>
SMELT_KERNEL void average_pool2d_u8_row(const pool2d_u8_layer &layer, int32_t y, int32_t,
                                        const uint8_t *const *rows, uint8_t *output) {
  pool_numbered_row<average_pool<uint8_t>>(window<Shape>::of(layer), load(&layer), y, rows, output);
}

template <typename Shape>
SMELT_KERNEL void average_pool2d_s16(const pool2d_s16_layer &layer, const int16_t *input,
                                     int16_t *output, int16_t *ring) {
  pool2d<Shape::shape().kernel_height, average_pool<int16_t>>(window<Shape>::of(layer), layer,
                                                              input, output, ring);
}

template <typename Shape>
SMELT_KERNEL void average_pool2d_s16_row(const pool2d_s16_layer &layer, int32_t y, int32_t,
                                         const int16_t *const *rows, int16_t *output) {
  pool_numbered_row<average_pool<int16_t>>(window<Shape>::of(layer), load(&layer), y, rows, output);
}

template <typename Shape>
SMELT_KERNEL void average_pool2d_f32(const pool2d_f32_layer &layer, const float *input,
                                     float *output, float *ring) {
  pool2d<Shape::shape().kernel_height, average_pool<float>>(window<Shape>::of(layer), layer, input,
                                                            output, ring);
}

template <typename Shape>
SMELT_KERNEL void average_pool2d_f32_row(const pool2d_f32_layer &layer, int32_t y, int32_t,
                                         const float *const *rows, float *output) {
  pool_numbered_row<average_pool<float>>(window<Shape>::of(layer), load(&layer), y, rows, output);
}

template <typename Shape>
SMELT_KERNEL void l1_pool2d_f32(const pool2d_f32_layer &layer, const float *input, float *output,
                                float *ring) {
  pool2d<Shape::shape().kernel_height, l1_pool>(window<Shape>::of(layer), layer, input, output,
                                                ring);
}

template <typename Shape>
SMELT_KERNEL void l1_pool2d_f32_row(const pool2d_f32_layer &layer, int32_t y, int32_t,
                                    const float *const *rows, float *output) {
  pool_numbered_row<l1_pool>(window<Shape>::of(layer), load(&layer), y, rows, output);
}

template <typename Shape>
SMELT_KERNEL void l2_pool2d_f32(const pool2d_f32_layer &layer, const float *input, float *output,
                                float *ring) {
  pool2d<Shape::shape().kernel_height, l2_pool>(window<Shape>::of(layer), layer, input, output,
                                                ring);
}

template <typename Shape>
SMELT_KERNEL void l2_pool2d_f32_row(const pool2d_f32_layer &layer, int32_t y, int32_t,
                                    const float *const *rows, float *output) {
  pool_numbered_row<l2_pool>(window<Shape>::of(layer), load(&layer), y, rows, output);
}

static inline SMELT_KERNEL void max_pool2d_s8_collect(const pool2d_s8_layer &layer, int32_t row,
                                                      int32_t rows, const int8_t *input,
                                                      int8_t *output, int8_t *totals) {
  pool_collect<max_pool<int8_t>>(load(&layer), row, rows, input, output, totals);
}

static inline SMELT_KERNEL void max_pool2d_u8_collect(const pool2d_u8_layer &layer, int32_t row,
                                                      int32_t rows, const uint8_t *input,
                                                      uint8_t *output, uint8_t *totals) {
  pool_collect<max_pool<uint8_t>>(load(&layer), row, rows, input, output, totals);
}

static inline SMELT_KERNEL void max_pool2d_s16_collect(const pool2d_s16_layer &layer, int32_t row,
                                                       int32_t rows, const int16_t *input,
                                                       int16_t *output, int16_t *totals) {
  pool_collect<max_pool<int16_t>>(load(&layer), row, rows, input, output, totals);
}

static inline SMELT_KERNEL void max_pool2d_f32_collect(const pool2d_f32_layer &layer, int32_t row,
                                                       int32_t rows, const float *input,
                                                       float *output, float *totals) {
  pool_collect<max_pool<float>>(load(&layer), row, rows, input, output, totals);
}

static inline SMELT_KERNEL void average_pool2d_s8_collect(const pool2d_s8_layer &layer, int32_t row,
                                                          int32_t rows, const int8_t *input,
                                                          int8_t *output, int32_t *totals) {
  pool_collect<average_pool<int8_t>>(load(&layer), row, rows, input, output, totals);
}

static inline SMELT_KERNEL void average_pool2d_u8_collect(const pool2d_u8_layer &layer, int32_t row,
                                                          int32_t rows, const uint8_t *input,
                                                          uint8_t *output, int32_t *totals) {
  pool_collect<average_pool<uint8_t>>(load(&layer), row, rows, input, output, totals);
}

static inline SMELT_KERNEL void average_pool2d_s16_collect(const pool2d_s16_layer &layer,
                                                           int32_t row, int32_t rows,
                                                           const int16_t *input, int16_t *output,
                                                           int32_t *totals) {
  pool_collect<average_pool<int16_t>>(load(&layer), row, rows, input, output, totals);
}

static inline SMELT_KERNEL void average_pool2d_f32_collect(const pool2d_f32_layer &layer,
                                                           int32_t row, int32_t rows,
                                                           const float *input, float *output,
                                                           float *totals) {
  pool_collect<average_pool<float>>(load(&layer), row, rows, input, output, totals);
}

static inline SMELT_KERNEL void l1_pool2d_f32_collect(const pool2d_f32_layer &layer, int32_t row,
                                                      int32_t rows, const float *input,
                                                      float *output, float *totals) {
  pool_collect<l1_pool>(load(&layer), row, rows, input, output, totals);
}

static inline SMELT_KERNEL void l2_pool2d_f32_collect(const pool2d_f32_layer &layer, int32_t row,
                                                      int32_t rows, const float *input,
                                                      float *output, float *totals) {
  pool_collect<l2_pool>(load(&layer), row, rows, input, output, totals);
}

}  // namespace smelt

#endif
