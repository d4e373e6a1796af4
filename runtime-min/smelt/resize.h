// SPDX-License-Identifier: Apache-2.0
//
// Images NHWC to another height and width. Where an output row or column comes from is a table, so
// that devices compute no coordinates. Bilinear weights of integers have 10 fraction bits, their
// products 20; the result is rounded half away from zero.
#ifndef SMELT_RESIZE_H
#define SMELT_RESIZE_H

#include "smelt/runtime.h"

namespace smelt {

/// Tables have one entry for each output row or column.
struct resize_nearest_layer {
  int32_t batches;
  int32_t input_height, input_width;
  int32_t output_height, output_width;
  int32_t pixel_bytes;
  const int16_t *rows;     ///< input row
  const int16_t *columns;  ///< input column
};

/// An output lies between two neighbours; without weight on the second, it need not exist.
template <typename Weight>
struct resize_bilinear_layer {
  int32_t batches;
  int32_t input_height, input_width;
  int32_t output_height, output_width;
  int32_t channels;
  const int16_t *rows;           ///< the first of two input rows
  const Weight *row_weights;     ///< of the second row
  const int16_t *columns;        ///< the first of two input columns
  const Weight *column_weights;  ///< of the second column
};

using resize_bilinear_integer_layer = resize_bilinear_layer<int16_t>;
using resize_bilinear_f32_layer = resize_bilinear_layer<float>;

template <typename T, typename Sum>
struct resize_integer {
  using value = T;
  using weight = int16_t;
  using sum = Sum;
  static constexpr int32_t one = 1024;
  static SMELT_INLINE value finish(sum total) {
    const sum half = total > 0 ? int32_t{1} << 19 : -(int32_t{1} << 19);
    return static_cast<T>((total + half) / (int32_t{1} << 20));
  }
};

struct resize_real {
  using value = float;
  using weight = float;
  using sum = float;
  static constexpr float one = 1;
  static SMELT_INLINE value finish(sum total) { return total; }
};

/// One row of pixels. Buffers come as void *: elements of any type are moved as they are.
SMELT_INLINE void resize_nearest_pixels(const resize_nearest_layer &layer, const uint8_t *row,
                                        uint8_t *output) {
  for (int32_t x = 0; x < layer.output_width; ++x) {
    memcpy(output, row + load(layer.columns + x) * layer.pixel_bytes,
           static_cast<size_t>(layer.pixel_bytes));
    output += layer.pixel_bytes;
  }
}

static inline SMELT_KERNEL void resize_nearest(const resize_nearest_layer &constants,
                                               const void *input, void *output) {
  const resize_nearest_layer layer = load(&constants);
  const int32_t pitch = layer.input_width * layer.pixel_bytes;
  const uint8_t *image = static_cast<const uint8_t *>(input);
  uint8_t *to = static_cast<uint8_t *>(output);
  for (int32_t batch = 0; batch < layer.batches; ++batch) {
    for (int32_t y = 0; y < layer.output_height; ++y) {
      resize_nearest_pixels(layer, image + load(layer.rows + y) * pitch, to);
      to += layer.output_width * layer.pixel_bytes;
    }
    image += layer.input_height * pitch;
  }
}

static inline SMELT_KERNEL void resize_nearest_row(const resize_nearest_layer &layer,
                                                   const void *row, void *output) {
  resize_nearest_pixels(load(&layer), static_cast<const uint8_t *>(row),
                        static_cast<uint8_t *>(output));
}

/// The channels of one output pixel between two pixels of each of two rows, `right` elements apart.
template <typename Number>
SMELT_INLINE void resize_pixel(const typename Number::value *upper,
                               const typename Number::value *lower, int32_t right,
                               typename Number::weight row_weight,
                               typename Number::weight column_weight, int32_t channels,
                               typename Number::value *output) {
  using sum = typename Number::sum;
  const sum one = Number::one, v = row_weight, u = column_weight;
  for (int32_t c = 0; c < channels; ++c) {
    const sum top = static_cast<sum>(upper[c]) * (one - u) + static_cast<sum>(upper[c + right]) * u;
    const sum bottom =
        static_cast<sum>(lower[c]) * (one - u) + static_cast<sum>(lower[c + right]) * u;
    output[c] = Number::finish(top * (one - v) + bottom * v);
  }
}

/// Output row y between two rows; without weight on the second, that need not exist.
template <typename Number>
SMELT_INLINE void resize_between(const resize_bilinear_layer<typename Number::weight> &layer,
                                 int32_t y, const typename Number::value *upper,
                                 const typename Number::value *below,
                                 typename Number::value *output) {
  const typename Number::weight v = load(layer.row_weights + y);
  const typename Number::value *lower = v != 0 ? below : upper;
  for (int32_t x = 0; x < layer.output_width; ++x) {
    const typename Number::weight u = load(layer.column_weights + x);
    const int32_t left = load(layer.columns + x) * layer.channels;
    const int32_t right = u != 0 ? layer.channels : 0;
    resize_pixel<Number>(upper + left, lower + left, right, v, u, layer.channels, output);
    output += layer.channels;
  }
}

template <typename Number>
SMELT_INLINE void resize_bilinear(const resize_bilinear_layer<typename Number::weight> &constants,
                                  const typename Number::value *input,
                                  typename Number::value *output) {
  const resize_bilinear_layer<typename Number::weight> layer = load(&constants);
  const int32_t pitch = layer.input_width * layer.channels;
  for (int32_t batch = 0; batch < layer.batches; ++batch) {
    for (int32_t y = 0; y < layer.output_height; ++y) {
      const typename Number::value *upper = input + load(layer.rows + y) * pitch;
      resize_between<Number>(layer, y, upper, upper + pitch, output);
      output += layer.output_width * layer.channels;
    }
    input += layer.input_height * pitch;
  }
}

/// Two neighbouring rows, the last two of the image at most; there are two.
template <typename Number>
SMELT_INLINE void resize_bilinear_row(
    const resize_bilinear_layer<typename Number::weight> &constants, int32_t y,
    const typename Number::value *const *rows, typename Number::value *output) {
  const resize_bilinear_layer<typename Number::weight> layer = load(&constants);
  const bool last = load(layer.rows + y) == layer.input_height - 1;
  resize_between<Number>(layer, y, rows[last ? 1 : 0], rows[1], output);
}

static inline SMELT_KERNEL void resize_bilinear_s8(const resize_bilinear_integer_layer &layer,
                                                   const int8_t *input, int8_t *output) {
  resize_bilinear<resize_integer<int8_t, int32_t>>(layer, input, output);
}

static inline SMELT_KERNEL void resize_bilinear_s8_row(const resize_bilinear_integer_layer &layer,
                                                       int32_t y, int32_t,
                                                       const int8_t *const *rows, int8_t *output) {
  resize_bilinear_row<resize_integer<int8_t, int32_t>>(layer, y, rows, output);
}

static inline SMELT_KERNEL void resize_bilinear_u8(const resize_bilinear_integer_layer &layer,
                                                   const uint8_t *input, uint8_t *output) {
  resize_bilinear<resize_integer<uint8_t, int32_t>>(layer, input, output);
}

static inline SMELT_KERNEL void resize_bilinear_u8_row(const resize_bilinear_integer_layer &layer,
                                                       int32_t y, int32_t,
                                                       const uint8_t *const *rows,
                                                       uint8_t *output) {
  resize_bilinear_row<resize_integer<uint8_t, int32_t>>(layer, y, rows, output);
}

static inline SMELT_KERNEL void resize_bilinear_s16(const resize_bilinear_integer_layer &layer,
                                                    const int16_t *input, int16_t *output) {
  resize_bilinear<resize_integer<int16_t, int64_t>>(layer, input, output);
}

static inline SMELT_KERNEL void resize_bilinear_s16_row(const resize_bilinear_integer_layer &layer,
                                                        int32_t y, int32_t,
                                                        const int16_t *const *rows,
                                                        int16_t *output) {
  resize_bilinear_row<resize_integer<int16_t, int64_t>>(layer, y, rows, output);
}

static inline SMELT_KERNEL void resize_bilinear_f32(const resize_bilinear_f32_layer &layer,
                                                    const float *input, float *output) {
  resize_bilinear<resize_real>(layer, input, output);
}

static inline SMELT_KERNEL void resize_bilinear_f32_row(const resize_bilinear_f32_layer &layer,
                                                        int32_t y, int32_t,
                                                        const float *const *rows, float *output) {
  resize_bilinear_row<resize_real>(layer, y, rows, output);
}

}  // namespace smelt

#endif
