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

/// What emitted code names a kernel's window by: a type whose shape() is constant, so that a kernel
/// is made for it, or any_window, if all windows share one kernel that is told theirs by the layer.
template <int32_t max_kernel_height, int32_t max_kernel_width>
struct any_window {
  static constexpr window_shape shape() {
    return {max_kernel_height, max_kernel_width, 0, 0, 0, 0};
  }
};

/// A layer whose kernel is told its window.
template <typename Layer>
struct shaped {
  Layer layer;
  window_shape shape;
};

/// The window of a layer.
template <typename Shape>
struct window {
  static constexpr bool constant = true;
  template <typename Layer>
  static SMELT_INLINE window_shape of(const Layer &) {
    return Shape::shape();
  }
};
template <int32_t max_kernel_height, int32_t max_kernel_width>
struct window<any_window<max_kernel_height, max_kernel_width>> {
  static constexpr bool constant = false;
  template <typename Layer>
  static SMELT_INLINE window_shape of(const Layer &layer) {
    return load(&reinterpret_cast<const shaped<Layer> &>(layer).shape);
  }
};

/// Sizes of the images of one layer.
struct window_images {
  int32_t batches;
  int32_t input_height, input_width, input_channels;
  int32_t output_height, output_width, output_channels;
  int32_t pad_top, pad_left, pad_bottom, pad_right;
};

template <typename T>
SMELT_PART void fill(T *to, int32_t count, T value) {
  for (int32_t i = 0; i < count; ++i) to[i] = value;
}

template <typename T>
SMELT_INLINE void copy(T *to, const T *from, int32_t count) {
  for (int32_t i = 0; i < count; ++i) to[i] = from[i];
}

/// Whether rows point into a ring, for there are columns to pad. There, row i of the image is row
/// 1 + i % span; row 0 is padding. Otherwise the ring is that row, if any row is outside.
SMELT_INLINE bool has_ring(const window_images &images) {
  return images.pad_left + images.pad_right > 0;
}

/// Input rows from the first to the last of a window.
SMELT_INLINE int32_t span_of(const window_shape &shape) {
  return (shape.kernel_height - 1) * shape.dilation_height + 1;
}

/// Elements of a padded row.
SMELT_INLINE int32_t pitch_of(const window_images &images) {
  return (images.pad_left + images.input_width + images.pad_right) * images.input_channels;
}

/// Fills the row of padding, and the columns of padding of the others.
template <typename T>
SMELT_PART void fill_ring(const window_shape &shape, const window_images &images, T padding,
                          T *ring) {
  const bool padded = has_ring(images);
  if (!padded && images.pad_top + images.pad_bottom == 0) return;
  const int32_t pitch = pitch_of(images);
  const int32_t left = images.pad_left * images.input_channels;
  const int32_t right = images.pad_right * images.input_channels;
  fill(ring, pitch, padding);
  for (int32_t i = padded ? span_of(shape) : 0; i > 0; --i) {
    ring += pitch;
    fill(ring, left, padding);
    fill(ring + pitch - right, right, padding);
  }
}

/// Finds the rows of the window of output row y. `copied`: input rows that have been in the ring.
template <typename T>
SMELT_PART void find_window(const window_shape &shape, const window_images &images, const T *input,
                            T *ring, int32_t y, int32_t &copied, const T **rows) {
  const bool padded = has_ring(images);
  const int32_t pitch = pitch_of(images), span = span_of(shape);
  const int32_t input_pitch = images.input_width * images.input_channels;
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
}

/// Calls kernel(rows, output row) for every output row; rows[i] is the input row of kernel row i.
/// `ring` holds a row of padding, then, if there are columns to pad, a ring of as many rows as the
/// dilated kernel spans. Without columns to pad, rows point into the input itself.
template <int32_t max_kernel_height, typename T, typename Kernel>
SMELT_INLINE void for_each_row(const window_shape &shape, const window_images &images, T padding,
                               const T *input, T *output, T *ring, const Kernel &kernel) {
  const T *rows[max_kernel_height];
  fill_ring(shape, images, padding, ring);
  for (int32_t batch = 0; batch < images.batches; ++batch) {
    int32_t copied = 0;
    for (int32_t y = 0; y < images.output_height; ++y) {
      find_window(shape, images, input, ring, y, copied, rows);
      kernel(static_cast<const T *const *>(rows), output);
      output += images.output_width * images.output_channels;
    }
    input += images.input_height * images.input_width * images.input_channels;
  }
}

}  // namespace smelt

#endif
