// SPDX-License-Identifier: Apache-2.0
//
// Row kernels compute one output row from pointers to the input rows they need, which are already
// padded left and right; a row above or below the image is a shared row of padding. This header
// runs such a kernel over a whole image: every input row is copied once into a ring of as many
// rows as the kernel is high.
#ifndef SMELT_ROWS_H
#define SMELT_ROWS_H

#include "smelt/runtime.h"

namespace smelt {

/// Geometry worth a template instance of its own.
struct window_shape {
  int32_t kernel_height, kernel_width;
  int32_t stride_height, stride_width;
  int32_t dilation_height, dilation_width;
};

/// Sizes of the images of one layer.
struct window_images {
  int32_t batches;
  int32_t input_height, input_width, input_channels;
  int32_t output_height, output_width, output_channels;
  int32_t pad_top, pad_left, pad_bottom, pad_right;
};

template <typename T>
SMELT_INLINE void fill(T *to, int32_t count, T value) {
  for (int32_t i = 0; i < count; ++i) to[i] = value;
}

template <typename T>
SMELT_INLINE void copy(T *to, const T *from, int32_t count) {
  for (int32_t i = 0; i < count; ++i) to[i] = from[i];
}

/// Calls kernel(rows, output row) for every output row; rows[i] is the input row of kernel row i.
/// `ring` holds a row of padding, then, if there are columns to pad, a ring of as many rows as the
/// dilated kernel spans. Without columns to pad, rows point into the input itself.
template <int32_t max_kernel_height, typename T, typename Kernel>
SMELT_INLINE void for_each_row(const window_shape &shape, const window_images &images, T padding,
                               const T *input, T *output, T *ring, const Kernel &kernel) {
  const bool padded = images.pad_left + images.pad_right > 0;
  const int32_t columns = images.pad_left + images.input_width + images.pad_right;
  const int32_t pitch = columns * images.input_channels;
  const int32_t input_pitch = images.input_width * images.input_channels;
  const int32_t span = (shape.kernel_height - 1) * shape.dilation_height + 1;
  const bool outside = images.pad_top + images.pad_bottom > 0;
  const int32_t ring_rows = padded ? span : 0;
  const T *rows[max_kernel_height];

  if (padded || outside) fill(ring, (ring_rows + 1) * pitch, padding);
  for (int32_t batch = 0; batch < images.batches; ++batch) {
    int32_t copied = 0;
    for (int32_t y = 0; y < images.output_height; ++y) {
      const int32_t first = y * shape.stride_height - images.pad_top;
      for (; padded && copied < first + span && copied < images.input_height; ++copied)
        copy(ring + (1 + copied % span) * pitch + images.pad_left * images.input_channels,
             input + copied * input_pitch, input_pitch);
      for (int32_t i = 0; i < shape.kernel_height; ++i) {
        const int32_t row = first + i * shape.dilation_height;
        if (row < 0 || row >= images.input_height)
          rows[i] = ring;
        else
          rows[i] = padded ? ring + (1 + row % span) * pitch : input + row * input_pitch;
      }
      kernel(static_cast<const T *const *>(rows), output);
      output += images.output_width * images.output_channels;
    }
    input += images.input_height * input_pitch;
  }
}

}  // namespace smelt

#endif
