// SPDX-License-Identifier: Apache-2.0
//
// Convolution whose weights are coded, depthwise ones too, where each group has one input channel:
// the weights of one output channel are decoded into a row, which then goes over all pixels. So the
// output must not lie over the input; nothing is copied.
//
// Pixels all of whose taps are inside of the image make a grid; those at one of its sides make
// others, since the same taps of theirs are outside. Corners are single pixels.
#ifndef SMELT_CONV2D_CODED_H
#define SMELT_CONV2D_CODED_H

#include "smelt/coded_rows.h"
#include "smelt/rows.h"

namespace smelt {

struct conv2d_coded_layer {
  window_images images;
  window_shape window;
  int32_t groups;
  coded_weights weights;  ///< [output channel][kernel height][kernel width][channel of the group]
  int8_t input_padding;   ///< the input's zero point
  requantization output;
};

/// A layer's geometry, and the channel in work.
struct coded_channel {
  window_axis rows, columns;
  int32_t channels;  ///< of inputs: those of a group
  bool contiguous;   ///< inputs of a kernel row follow each other in memory
  int32_t padding;
  channel_inputs inputs;
  const int8_t *weights;
  int32_t padding_sum;  ///< what the weights make of padding alone
  channel_output output;
};

SMELT_INLINE coded_channel channel_of(const conv2d_coded_layer &layer, const int8_t *weights) {
  const window_images &images = layer.images;
  const window_shape &window = layer.window;
  coded_channel channel = {};
  channel.rows = {images.output_height,
                  images.input_height,
                  images.pad_top,
                  window.stride_height,
                  window.dilation_height,
                  window.kernel_height,
                  images.input_width * images.input_channels,
                  images.output_width * images.output_channels,
                  {}};
  channel.columns = {images.output_width,   images.input_width,     images.pad_left,
                     window.stride_width,   window.dilation_width,  window.kernel_width,
                     images.input_channels, images.output_channels, {}};
  channel.rows.inner = inner_outputs(channel.rows);
  channel.columns.inner = inner_outputs(channel.columns);
  channel.channels = images.input_channels / layer.groups;
  channel.contiguous = window.dilation_width == 1 && layer.groups == 1;
  channel.padding = layer.input_padding;
  const int32_t step = window.dilation_width * images.input_channels;
  // Of one input channel, a kernel row is one run of taps that are further apart.
  channel.inputs = {nullptr, nullptr, window.dilation_height * channel.rows.input_pitch, step,
                    !channel.contiguous && channel.channels == 1 ? step : 1};
  channel.weights = weights;
  return channel;
}

SMELT_INLINE inside_taps inside_of(const coded_channel &channel, const tap_range &rows,
                                   const tap_range &columns) {
  const int32_t width = columns.last - columns.first, channels = channel.channels;
  const bool one_run = channel.contiguous || channels == 1;
  return {channel.weights + (rows.first * channel.columns.taps + columns.first) * channels,
          width > 0 ? rows.last - rows.first : 0, one_run ? 1 : width,
          one_run ? width * channels : channels, (channel.columns.taps - width) * channels};
}

SMELT_INLINE pixel_grid grid_of(const coded_channel &channel, int32_t height, int32_t width) {
  return {height,
          width,
          channel.rows.stride * channel.rows.input_pitch,
          channel.columns.stride * channel.columns.input_pitch,
          channel.rows.output_pitch,
          channel.columns.output_pitch};
}

SMELT_INLINE int32_t sum_of(const inside_taps &inside) {
  int32_t sum = 0;
  const int8_t *weights = inside.weights;
  const int32_t taps = inside.runs * inside.taps;
  for (int32_t i = 0; i < inside.kernel_rows; ++i, weights += taps + inside.left_out)
    sum += row_sum(weights, taps);
  return sum;
}

/// Pixels from row y and column x on whose taps inside are the same.
inline SMELT_SHARED void run_block(const coded_channel &channel, int32_t y, int32_t x,
                                   int32_t height, int32_t width, int8_t *to) {
  if (height <= 0 || width <= 0) return;
  const tap_range rows = taps_inside(channel.rows, y), columns = taps_inside(channel.columns, x);
  const inside_taps inside = inside_of(channel, rows, columns);
  channel_output output = channel.output;
  if (!is_inner(channel.rows, y) || !is_inner(channel.columns, x))
    output.bias += channel.padding_sum - channel.padding * sum_of(inside);
  const int32_t offset =
      (start_of(channel.rows, y) + rows.first * channel.rows.dilation) * channel.rows.input_pitch +
      (start_of(channel.columns, x) + columns.first * channel.columns.dilation) *
          channel.columns.input_pitch;
  run_grid(channel.inputs, inside, output, grid_of(channel, height, width), offset,
           to + y * channel.rows.output_pitch + x * channel.columns.output_pitch);
}

/// Calls each(i) for the outputs that are not inner ones.
template <typename Each>
SMELT_INLINE void each_outer(const window_axis &axis, const Each &each) {
  for (int32_t i = 0; i < axis.outputs; ++i) {
    if (i == axis.inner.first) i = axis.inner.last;
    if (i < axis.outputs) each(i);
  }
}

/// An image of one channel, whose first output is `to`.
SMELT_INLINE void run_image(const coded_channel &channel, int8_t *to) {
  const tap_range &rows = channel.rows.inner, &columns = channel.columns.inner;
  const int32_t height = rows.last - rows.first, width = columns.last - columns.first;
  run_block(channel, rows.first, columns.first, height, width, to);
  each_outer(channel.columns, [&](int32_t x) __attribute__((always_inline)) {
    run_block(channel, rows.first, x, height, 1, to);
  });
  each_outer(channel.rows, [&](int32_t y) __attribute__((always_inline)) {
    run_block(channel, y, columns.first, 1, width, to);
    each_outer(channel.columns, [&](int32_t x) __attribute__((always_inline)) {
      run_block(channel, y, x, 1, 1, to);
    });
  });
}

/// The first input channel that an output channel reads.
SMELT_INLINE int32_t first_input(const conv2d_coded_layer &layer, int32_t channel) {
  return channel / (layer.images.output_channels / layer.groups) *
         (layer.images.input_channels / layer.groups);
}

/// Weights of one output channel.
SMELT_INLINE int32_t taps_of(const conv2d_coded_layer &layer) {
  return layer.window.kernel_height * layer.window.kernel_width * layer.images.input_channels /
         layer.groups;
}

template <typename Order>
SMELT_INLINE void conv2d_coded(const conv2d_coded_layer &constants, const int8_t *input,
                               int8_t *output, int8_t *weights) {
  const conv2d_coded_layer layer = load(&constants);
  const window_images &images = layer.images;
  const int32_t taps = taps_of(layer);
  coded_channel channel = channel_of(layer, weights);
  bit_reader reader = begin(layer.weights);
  for (int32_t i = 0; i < images.output_channels; ++i) {
    decode_row<Order>(reader, layer.weights, taps, weights);
    channel.output = output_of(layer.output, i);
    channel.padding_sum = channel.padding * row_sum(weights, taps);
    channel.inputs.image = input + first_input(layer, i);
    for (int32_t batch = 0; batch < images.batches; ++batch) {
      run_image(channel, output + i + batch * images.output_height * channel.rows.output_pitch);
      channel.inputs.image += images.input_height * channel.rows.input_pitch;
    }
  }
}

/// One output row, of padded rows: weights are decoded anew for each.
template <typename Order>
SMELT_INLINE void conv2d_coded_row(const conv2d_coded_layer &constants, const int8_t *const *rows,
                                   int8_t *output, int8_t *weights) {
  const conv2d_coded_layer layer = load(&constants);
  coded_channel channel = channel_of(layer, weights);
  channel.inputs.rows = rows;
  const inside_taps inside = inside_of(channel, {0, channel.rows.taps}, {0, channel.columns.taps});
  const pixel_grid grid = grid_of(channel, 1, layer.images.output_width);
  bit_reader reader = begin(layer.weights);
  for (int32_t i = 0; i < layer.images.output_channels; ++i) {
    decode_row<Order>(reader, layer.weights, taps_of(layer), weights);
    run_grid(channel.inputs, inside, output_of(layer.output, i), grid, first_input(layer, i),
             output + i);
  }
}

inline SMELT_SHARED void conv2d_s8_coded(const conv2d_coded_layer &layer, const int8_t *input,
                                         int8_t *output, int8_t *weights) {
  conv2d_coded<all_weights>(layer, input, output, weights);
}

inline SMELT_SHARED void conv2d_s8_coded_row(const conv2d_coded_layer &layer,
                                             const int8_t *const *rows, int8_t *output,
                                             int8_t *weights) {
  conv2d_coded_row<all_weights>(layer, rows, output, weights);
}

inline SMELT_SHARED void conv2d_s8_runs(const conv2d_coded_layer &layer, const int8_t *input,
                                        int8_t *output, int8_t *weights) {
  conv2d_coded<runs_and_weights>(layer, input, output, weights);
}

inline SMELT_SHARED void conv2d_s8_runs_row(const conv2d_coded_layer &layer,
                                            const int8_t *const *rows, int8_t *output,
                                            int8_t *weights) {
  conv2d_coded_row<runs_and_weights>(layer, rows, output, weights);
}

}  // namespace smelt

#endif
