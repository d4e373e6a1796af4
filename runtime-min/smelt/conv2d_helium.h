// SPDX-License-Identifier: Apache-2.0
//
// Convolution of 8 bits with Helium: two neighbouring pixels at a time. Where the inputs of a pixel
// do not lie next to each other, they are copied into a patch. As conv2d_s8 otherwise.
#ifndef SMELT_CONV2D_HELIUM_H
#define SMELT_CONV2D_HELIUM_H

#include "smelt/linear_helium.h"
#include "smelt/rows.h"

namespace smelt {

struct conv2d_s8_helium_layer {
  window_images images;
  int32_t groups;
  const int8_t *weights;  ///< per group and block of four channels, see arch/helium.h
  int8_t input_padding;   ///< the input's zero point
  helium_stage output;
};

/// How the inputs of a pixel and group lie in the rows.
struct helium_patch {
  int32_t channels;    ///< of a column
  int32_t rows, runs;  ///< of neighbouring inputs
  int32_t run, pitch;  ///< elements of one, and from one to the next
};

/// The inputs of one pixel and group, which begin `offset` elements into the rows: where they are,
/// or copied to `to`.
SMELT_INLINE const int8_t *helium_inputs(const helium_patch &patch, const int8_t *const *rows,
                                         int32_t offset, int8_t *to) {
  if (patch.rows == 1 && patch.runs == 1) return rows[0] + offset;
  const int8_t *const begin = to;
  for (int32_t i = 0; i < patch.rows; ++i) {
    const int8_t *from = rows[i] + offset;
    for (int32_t j = 0; j < patch.runs; ++j, from += patch.pitch, to += patch.run)
      helium::copy(to, from, patch.run);
  }
  return begin;
}

/// One output row; `patch` has room for the inputs of two pixels and a group.
SMELT_INLINE void conv2d_helium_row(const window_shape &shape, const conv2d_s8_helium_layer &layer,
                                    const int8_t *const *rows, int8_t *output, int8_t *patch) {
  const int32_t channels = layer.images.input_channels;
  const int32_t inputs = channels / layer.groups;
  const int32_t pitch = layer.images.output_channels, outputs = pitch / layer.groups;
  const bool contiguous = shape.dilation_width == 1 && layer.groups == 1;
  const helium_patch place = {channels, shape.kernel_height, contiguous ? 1 : shape.kernel_width,
                              contiguous ? shape.kernel_width * inputs : inputs,
                              shape.dilation_width * channels};
  const int32_t taps = place.rows * place.runs * place.run;
  const int32_t distance = shape.stride_width * channels;

  helium_outputs block(layer.output, taps, outputs);
  for (int32_t x = 0; x < layer.images.output_width; x += 2, output += 2 * pitch) {
    const bool pair = x + 1 < layer.images.output_width;
    const int8_t *weights = layer.weights;
    const int32_t *records = layer.output.records;
    int8_t *to = output;
    for (int32_t group = 0; group < layer.groups; ++group, to += outputs) {
      const int32_t offset = x * distance + group * inputs;
      const int8_t *const input = helium_inputs(place, rows, offset, patch);
      const int8_t *const second =
          pair ? helium_inputs(place, rows, offset + distance, patch + taps) : nullptr;
      block.compute(input, second, weights, records, to, pitch);
      weights += outputs * helium::row_bytes(taps);
      records += (outputs + 3) / 4 * helium::record_words;
    }
  }
}

template <typename Shape>
SMELT_INLINE void conv2d_helium(const conv2d_s8_helium_layer &layer, const int8_t *input,
                                int8_t *output, int8_t *ring, int8_t *patch) {
  for_each_row<Shape::shape().kernel_height>(
      window<Shape>::of(layer), layer.images, layer.input_padding, input, output, ring,
      [&](const int8_t *const *rows, int8_t *output_row) __attribute__((always_inline)) {
        conv2d_helium_row(window<Shape>::of(layer), layer, rows, output_row, patch);
      });
}

template <typename Shape>
SMELT_KERNEL void conv2d_s8_helium(const conv2d_s8_helium_layer &layer, const int8_t *input,
                                   int8_t *output, int8_t *ring, int8_t *patch) {
  conv2d_helium<Shape>(layer, input, output, ring, patch);
}

template <typename Shape>
SMELT_KERNEL void conv2d_s8_helium_row(const conv2d_s8_helium_layer &layer,
                                       const int8_t *const *rows, int8_t *output, int8_t *patch) {
  conv2d_helium_row(window<Shape>::of(layer), layer, rows, output, patch);
}

/// A 1x1 convolution with stride 1: the image is one long row, and pixels are read where they are.
static inline SMELT_SHARED void pointwise_helium(const conv2d_s8_helium_layer &layer,
                                                 const int8_t *input, int8_t *output) {
  conv2d_helium_row(window_shape{1, 1, 1, 1, 1, 1}, layer, &input, output, nullptr);
}

static inline void pointwise_s8_helium(const conv2d_s8_helium_layer &layer, const int8_t *input,
                                       int8_t *output) {
  pointwise_helium(layer, input, output);
}

}  // namespace smelt

#endif
