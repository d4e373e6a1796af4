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
  int32_t rows, runs;  ///< of neighbouring inputs
  int32_t run, pitch;  ///< elements of one, and from one to the next
};

/// Copies the inputs of one pixel and group, which begin `offset` elements into the rows.
SMELT_INLINE void helium_gather(const helium_patch &patch, const int8_t *const *rows,
                                int32_t offset, int8_t *to) {
  for (int32_t i = 0; i < patch.rows; ++i) {
    const int8_t *from = rows[i] + offset;
    for (int32_t j = 0; j < patch.runs; ++j, from += patch.pitch, to += patch.run)
      helium::copy(to, from, patch.run);
  }
}

/// All outputs of a row in one group, by way of the patch.
SMELT_INLINE void helium_gathered(helium_outputs &block, const helium_patch &place,
                                  const int8_t *const *rows, int32_t offset, int32_t distance,
                                  int32_t width, int8_t *output, int32_t pitch, int8_t *patch) {
  for (int32_t x = 0; x < width; x += 2, offset += 2 * distance, output += 2 * pitch) {
    const bool pair = x + 1 < width;
    helium_gather(place, rows, offset, patch);
    if (pair) helium_gather(place, rows, offset + distance, patch + block.taps);
    pair ? block.pairs(1, patch, block.taps, output, pitch) : block.single(patch, output);
  }
}

/// The same of pixels whose inputs are neighbours: they are read where they are.
static inline SMELT_SHARED void helium_direct(helium_outputs &block, const int8_t *input,
                                              int32_t distance, int32_t width, int8_t *output,
                                              int32_t pitch) {
  if (width > 1) block.pairs(width / 2, input, distance, output, pitch);
  if (width % 2 != 0) block.single(input + (width - 1) * distance, output + (width - 1) * pitch);
}

/// One output row; `patch` has room for the inputs of two pixels and a group.
SMELT_INLINE void conv2d_helium_row(const window_shape &shape, const conv2d_s8_helium_layer &layer,
                                    const int8_t *const *rows, int8_t *output, int8_t *patch) {
  const int32_t channels = layer.images.input_channels;
  const int32_t inputs = channels / layer.groups;
  const int32_t pitch = layer.images.output_channels, outputs = pitch / layer.groups;
  const bool contiguous = shape.dilation_width == 1 && layer.groups == 1;
  const helium_patch place = {shape.kernel_height, contiguous ? 1 : shape.kernel_width,
                              contiguous ? shape.kernel_width * inputs : inputs,
                              shape.dilation_width * channels};
  helium_outputs block(layer.output, place.rows * place.runs * place.run, outputs);
  const int8_t *weights = layer.weights;
  const int32_t *records = layer.output.records;
  const bool direct = place.rows == 1 && place.runs == 1;
  const int32_t distance = shape.stride_width * channels, width = layer.images.output_width;
  for (int32_t group = 0; group < layer.groups; ++group) {
    const int32_t offset = group * inputs;
    block.constants(weights, records);
    if (direct)
      helium_direct(block, rows[0] + offset, distance, width, output, pitch);
    else
      helium_gathered(block, place, rows, offset, distance, width, output, pitch, patch);
    output += outputs;
    weights += outputs * helium::row_bytes(block.taps);
    records += (outputs + 3) / 4 * helium::record_words;
  }
}

/// Not inlined: its frame is not that of the whole network. Copies for what is known of a layer
/// pay.
template <typename Shape>
SMELT_KERNEL __attribute__((noinline)) void conv2d_s8_helium_row(
    const conv2d_s8_helium_layer &layer, const int8_t *const *rows, int8_t *output, int8_t *patch) {
  conv2d_helium_row(window<Shape>::of(layer), layer, rows, output, patch);
}

template <typename Shape>
SMELT_KERNEL void conv2d_s8_helium(const conv2d_s8_helium_layer &layer, const int8_t *input,
                                   int8_t *output, int8_t *ring, int8_t *patch) {
  for_each_row<Shape::shape().kernel_height>(
      window<Shape>::of(layer), layer.images, layer.input_padding, input, output, ring,
      [&](const int8_t *const *rows, int8_t *output_row) __attribute__((always_inline)) {
        conv2d_s8_helium_row<Shape>(layer, rows, output_row, patch);
      });
}

/// A 1x1 convolution with stride 1: the image is one long row, and pixels are read where they are.
static inline SMELT_SHARED void pointwise_s8_helium(const conv2d_s8_helium_layer &layer,
                                                    const int8_t *input, int8_t *output) {
  conv2d_helium_row(window_shape{1, 1, 1, 1, 1, 1}, layer, &input, output, nullptr);
}

}  // namespace smelt

#endif
