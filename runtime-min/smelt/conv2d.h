// SPDX-License-Identifier: Apache-2.0
//
// Two-dimensional convolution, with groups and dilation. Images NHWC; weights one block per output
// channel: [output channel][kernel height][kernel width][input channel of the group].
#ifndef SMELT_CONV2D_H
#define SMELT_CONV2D_H

#include "smelt/number.h"
#include "smelt/rows.h"

namespace smelt {

template <typename Number>
struct conv2d_layer {
  window_images images;
  int32_t groups;
  const typename Number::stored *weights;
  typename Number::value input_padding;      ///< the input's zero point
  typename Number::wide weights_zero_point;  ///< 0 but for unsigned weights
  typename Number::output output;
};

using conv2d_s8_layer = conv2d_layer<s8>;
using conv2d_u8_layer = conv2d_layer<u8>;
using conv2d_f32_layer = conv2d_layer<f32>;

/// What a patch and the weights are longer than their taps at most: see conv2d_row.
constexpr int32_t tap_margin = 15;

/// One output row. `patch` holds the inputs of one output pixel and group, widened: kernel height *
/// kernel width * input channels of a group, and zeros up to a multiple of Number::taps. Against
/// those zeros stand the weights of the next channel, or the margin after the last: sums have no
/// remainder to do one by one.
template <typename Number>
SMELT_INLINE void conv2d_row(const window_shape &shape, const conv2d_layer<Number> &layer,
                             const typename Number::value *const *rows,
                             typename Number::value *output, typename Number::wide *patch) {
  const int32_t inputs = layer.images.input_channels / layer.groups;
  const int32_t outputs = layer.images.output_channels / layer.groups;
  const int32_t taps = shape.kernel_height * shape.kernel_width * inputs;
  const int32_t pitch = Number::row(taps);
  // Neighbouring taps of a kernel row are neighbours in memory: gather them in one run.
  const bool contiguous = shape.dilation_width == 1 && layer.groups == 1;
  const int32_t runs = contiguous ? 1 : shape.kernel_width;
  const int32_t run = contiguous ? shape.kernel_width * inputs : inputs;

  static_assert(Number::taps <= tap_margin + 1, "the patch has room for the padding");
  const int32_t padded = (taps + Number::taps - 1) / Number::taps * Number::taps;
  fill(patch + taps, padded - taps, typename Number::wide{});

  for (int32_t x = 0; x < layer.images.output_width; ++x) {
    for (int32_t group = 0; group < layer.groups; ++group) {
      typename Number::wide *to = patch;
      const int32_t column = x * shape.stride_width * layer.images.input_channels + group * inputs;
      for (int32_t i = 0; i < shape.kernel_height; ++i)
        for (int32_t j = 0; j < runs; ++j) {
          const typename Number::value *from =
              rows[i] + column + j * shape.dilation_width * layer.images.input_channels;
          for (int32_t k = 0; k < run; ++k) *to++ = from[k];
        }
      dot_rows<Number>(static_cast<const typename Number::wide *>(patch),
                       layer.weights + group * outputs * pitch, pitch, padded,
                       layer.weights_zero_point, layer.output, group * outputs, outputs, output);
      output += outputs;
    }
  }
}

template <int32_t max_kernel_height, typename Number>
SMELT_INLINE void conv2d(const window_shape &shape, const conv2d_layer<Number> &constants,
                         const typename Number::value *input, typename Number::value *output,
                         typename Number::value *ring, typename Number::wide *patch) {
  const conv2d_layer<Number> layer = load(&constants);
  using value = typename Number::value;
  for_each_row<max_kernel_height>(shape, layer.images, layer.input_padding, input, output, ring,
                                  [&](const value *const *rows, value *output_row)
                                      __attribute__((always_inline)) {
                                        conv2d_row<Number>(shape, layer, rows, output_row, patch);
                                      });
}

/// A 1x1 convolution with stride 1: the image is one long row and needs no ring.
template <typename Number>
SMELT_INLINE void pointwise(const conv2d_layer<Number> &constants,
                            const typename Number::value *input, typename Number::value *output,
                            typename Number::wide *patch) {
  const conv2d_layer<Number> layer = load(&constants);
  conv2d_row<Number>(window_shape{1, 1, 1, 1, 1, 1}, layer, &input, output, patch);
}

template <typename Shape>
SMELT_KERNEL void conv2d_s8(const conv2d_s8_layer &layer, const int8_t *input, int8_t *output,
                            int8_t *ring, int16_t *patch) {
  conv2d<Shape::shape().kernel_height, s8>(window<Shape>::of(layer), layer, input, output, ring,
                                           patch);
}

template <typename Shape>
SMELT_KERNEL void conv2d_s8_row(const conv2d_s8_layer &layer, const int8_t *const *rows,
                                int8_t *output, int16_t *patch) {
  conv2d_row<s8>(window<Shape>::of(layer), load(&layer), rows, output, patch);
}

template <typename Shape>
SMELT_KERNEL void conv2d_u8(const conv2d_u8_layer &layer, const uint8_t *input, uint8_t *output,
                            uint8_t *ring, int16_t *patch) {
  conv2d<Shape::shape().kernel_height, u8>(window<Shape>::of(layer), layer, input, output, ring,
                                           patch);
}

template <typename Shape>
SMELT_KERNEL void conv2d_u8_row(const conv2d_u8_layer &layer, const uint8_t *const *rows,
                                uint8_t *output, int16_t *patch) {
  conv2d_row<u8>(window<Shape>::of(layer), load(&layer), rows, output, patch);
}

template <typename Shape>
SMELT_KERNEL void conv2d_f32(const conv2d_f32_layer &layer, const float *input, float *output,
                             float *ring, float *patch) {
  conv2d<Shape::shape().kernel_height, f32>(window<Shape>::of(layer), layer, input, output, ring,
                                            patch);
}

template <typename Shape>
SMELT_KERNEL void conv2d_f32_row(const conv2d_f32_layer &layer, const float *const *rows,
                                 float *output, float *patch) {
  conv2d_row<f32>(window<Shape>::of(layer), load(&layer), rows, output, patch);
}

static inline SMELT_KERNEL void pointwise_s8(const conv2d_s8_layer &layer, const int8_t *input,
                                             int8_t *output, int16_t *patch) {
  pointwise<s8>(layer, input, output, patch);
}

static inline SMELT_KERNEL void pointwise_u8(const conv2d_u8_layer &layer, const uint8_t *input,
                                             uint8_t *output, int16_t *patch) {
  pointwise<u8>(layer, input, output, patch);
}

static inline SMELT_KERNEL void pointwise_f32(const conv2d_f32_layer &layer, const float *input,
                                              float *output, float *patch) {
  pointwise<f32>(layer, input, output, patch);
}

}  // namespace smelt

#endif
