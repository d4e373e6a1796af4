// SPDX-License-Identifier: Apache-2.0
//
// Average over a window with Helium, four channels at a time. As average_pool2d_s8 otherwise.
#ifndef SMELT_POOL2D_HELIUM_H
#define SMELT_POOL2D_HELIUM_H

#include "smelt/arch/helium.h"
#include "smelt/pool2d.h"

namespace smelt {

/// Sums of up to four channels over `columns` columns, `pitch` apart.
SMELT_INLINE helium::s32x4 helium_sum(helium::s32x4 sums, const int8_t *input, int32_t columns,
                                      int32_t pitch, int32_t channels) {
  if (channels >= 4)
    for (int32_t j = 0; j < columns; ++j, input += pitch)
      sums = helium::add(sums, helium::load_bytes(input));
  else
    for (int32_t j = 0; j < columns; ++j, input += pitch)
      sums = helium::add(sums, helium::load_bytes(input, channels));
  return sums;
}

/// The averages of up to four channels.
SMELT_INLINE void helium_average(helium::s32x4 sums, const pool2d_s8_layer &layer,
                                 const tap_count &count, int32_t channels, int8_t *output) {
  int32_t totals[4];
  helium::store_s32(totals, sums);
  for (int32_t k = 0; k < 4 && k < channels; ++k)
    output[k] = clamp(average_pool<int8_t>::finish(totals[k], count), layer.min, layer.max);
}

/// Output row y.
static inline SMELT_SHARED void helium_average_row(const window_shape &shape,
                                                   const pool2d_s8_layer &layer, int32_t y,
                                                   const int8_t *const *rows, int8_t *output) {
  const window_images &images = layer.images;
  const int32_t channels = images.input_channels, pitch = shape.dilation_width * channels;
  const int32_t rows_inside =
      taps_inside(y * shape.stride_height - images.pad_top, shape.kernel_height,
                  shape.dilation_height, images.input_height);
  for (int32_t x = 0; x < images.output_width; ++x, output += channels) {
    const int32_t column = x * shape.stride_width;
    const tap_count count =
        count_of(rows_inside * taps_inside(column - images.pad_left, shape.kernel_width,
                                           shape.dilation_width, images.input_width));
    for (int32_t c = 0; c < channels; c += 4) {
      helium::s32x4 sums = helium::broadcast_s32(0);
      for (int32_t i = 0; i < shape.kernel_height; ++i)
        sums = helium_sum(sums, rows[i] + column * channels + c, shape.kernel_width, pitch,
                          channels - c);
      helium_average(sums, layer, count, channels - c, output + c);
    }
  }
}

template <int32_t max_kernel_height>
SMELT_INLINE void helium_average_pool(const window_shape &shape, const pool2d_s8_layer &layer,
                                      const int8_t *input, int8_t *output, int8_t *ring) {
  int32_t y = 0;
  for_each_row<max_kernel_height>(shape, layer.images, layer.padding, input, output, ring,
                                  [&](const int8_t *const *rows, int8_t *output_row)
                                      __attribute__((always_inline)) {
                                        helium_average_row(shape, layer, y, rows, output_row);
                                        y = y + 1 < layer.images.output_height ? y + 1 : 0;
                                      });
}

template <typename Shape>
SMELT_KERNEL void average_pool2d_s8_helium(const pool2d_s8_layer &layer, const int8_t *input,
                                           int8_t *output, int8_t *ring) {
  helium_average_pool<Shape::shape().kernel_height>(window<Shape>::of(layer), layer, input, output,
                                                    ring);
}

template <typename Shape>
SMELT_KERNEL void average_pool2d_s8_helium_row(const pool2d_s8_layer &layer, int32_t y, int32_t,
                                               const int8_t *const *rows, int8_t *output) {
  helium_average_row(window<Shape>::of(layer), layer, y, rows, output);
}

/// As pool_collect(); `totals` has room for whole blocks of four channels.
static inline void average_pool2d_s8_helium_collect(const pool2d_s8_layer &layer, int32_t row,
                                                    int32_t rows, const int8_t *input,
                                                    int8_t *output, int32_t *totals) {
  const int32_t channels = layer.images.input_channels, width = layer.images.input_width;
  for (int32_t c = 0; c < channels; c += 4) {
    const helium::s32x4 before = row == 0 ? helium::broadcast_s32(0) : helium::load_s32(totals + c);
    const helium::s32x4 sums = helium_sum(before, input + c, width, channels, channels - c);
    if (row + 1 < rows)
      helium::store_s32(totals + c, sums);
    else
      helium_average(sums, layer, count_of(rows * width), channels - c, output + c);
  }
}

}  // namespace smelt

#endif
