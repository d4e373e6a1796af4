// SPDX-License-Identifier: Apache-2.0
//
// What convolutions with coded weights share: the weights of one output channel are in a row, which
// goes over pixels of which the same taps are inside of the image. Several of them take each weight
// together.
#ifndef SMELT_CODED_ROWS_H
#define SMELT_CODED_ROWS_H

#include "smelt/arch/row_dot.h"
#include "smelt/coding.h"
#include "smelt/number.h"

namespace smelt {

/// The output stage of one channel.
struct channel_output {
  int32_t bias, multiplier, shift, zero_point, min, max;
};

SMELT_INLINE channel_output output_of(const requantization &out, int32_t channel) {
  const int32_t index = out.per_channel ? channel : 0;
  return {load(out.bias + channel),
          load(out.multiplier + index),
          load(out.shift + index),
          out.zero_point,
          out.min,
          out.max};
}

/// As quantized::finish() does, for the sums of several pixels.
inline SMELT_SHARED void finish(const channel_output &given, const int32_t (&sums)[dot_pixels],
                                int8_t *const (&to)[dot_pixels]) {
  const channel_output output = given;  // bytes are written, which might be its own
  const auto write = [&](int32_t i, int32_t scaled) __attribute__((always_inline)) {
    *to[i] = static_cast<int8_t>(clamp(scaled + output.zero_point, output.min, output.max));
  };
  if (SMELT_UNLIKELY(output.shift >= 0 || !is_normal(output.multiplier))) {
    for (int32_t i = 0; i < dot_pixels; ++i)
      write(i, requantize(sums[i], output.multiplier, output.shift));
    return;
  }
  // The usual way of requantize().
  const int32_t right = -output.shift - 1;
  for (int32_t i = 0; i < dot_pixels; ++i) {
    const int32_t t = multiply_high_normal(sums[i], output.multiplier) + (sums[i] >> 31);
    write(i, ((t >> right) + 1) >> 1);
  }
}

/// Where the inputs of a channel's pixels are.
struct channel_inputs {
  const int8_t *const *rows;  ///< by kernel row; null: they lie in `image`
  const int8_t *image;
  int32_t pitch;     ///< from one kernel row's inputs to the next one's, of an image
  int32_t run_step;  ///< from one run's to the next one's
  int32_t step;      ///< from one tap's to the next one's
};

/// Taps that are inside of the image: kernel rows of runs.
struct inside_taps {
  const int8_t *weights;
  int32_t kernel_rows, runs, taps;
  int32_t left_out;  ///< weights between one kernel row's and the next one's
};

/// Pixels whose taps are inside alike.
struct pixel_grid {
  int32_t height, width;
  int32_t input_down, input_right;  ///< from the inputs of one pixel to those of the next
  int32_t output_down, output_right;
};

/// Where the pixels are that one pass computes.
struct pixel_walk {
  int32_t left, column;
  int32_t offset;  ///< of the first input in its row, or in the image
  int8_t *to;

  SMELT_INLINE void advance(const pixel_grid &grid) {
    offset += grid.input_right, to += grid.output_right;
    if (++column < grid.width) return;
    offset += grid.input_down - grid.width * grid.input_right;
    to += grid.output_down - grid.width * grid.output_right;
    column = 0;
  }
  /// The last pixel is computed again rather than none.
  SMELT_INLINE void take(const pixel_grid &grid, dot_work &work, int8_t *(&outputs)[dot_pixels]) {
    const int32_t first = offset;
    if (column + dot_pixels < grid.width) {
      SMELT_EACH_LANE
      for (int32_t i = 0; i < dot_pixels; ++i) {
        outputs[i] = to, to += grid.output_right;
        if (i > 0) work.distance[i - 1] = i * grid.input_right;
      }
      offset += dot_pixels * grid.input_right;
      column += dot_pixels, left -= dot_pixels;
      return;
    }
    for (int32_t i = 0; i < dot_pixels; ++i) {
      outputs[i] = to;
      if (i > 0) work.distance[i - 1] = offset - first;
      if (--left > 0) advance(grid);
    }
  }
};

/// Adds the products of all taps, run by run.
inline SMELT_SHARED void add_taps(const channel_inputs &inputs, const inside_taps &inside,
                                  int32_t offset, dot_work &work) {
  for (int32_t i = 0; i < inside.kernel_rows; ++i) {
    work.input = inputs.rows ? inputs.rows[i] + offset : inputs.image + offset + i * inputs.pitch;
    work.runs = inside.runs;
    add_runs(&work);
    work.weights += inside.left_out;
  }
}

/// All pixels of a grid; `offset` and `to` are the first one's.
inline SMELT_SHARED void run_grid(const channel_inputs &inputs, const inside_taps &inside,
                                  const channel_output &output, const pixel_grid &grid,
                                  int32_t offset, int8_t *to) {
  // Kernel rows of one run each, in an image, are all done by one call.
  const bool rows_are_runs = !inputs.rows && inside.runs == 1 && inside.kernel_rows > 0;
  const int32_t span = inside.taps * inputs.step;
  dot_work work;
  set_taps(work, inside.taps, inputs.step);
  work.left_out = rows_are_runs ? inside.left_out : 0;
  work.next_input = (rows_are_runs ? inputs.pitch : inputs.run_step) - span;
  pixel_walk walk = {grid.height * grid.width, 0, offset, to};
  while (walk.left > 0) {
    const int32_t first = walk.offset;
    int8_t *outputs[dot_pixels];
    walk.take(grid, work, outputs);
    for (int32_t &sum : work.sums) sum = output.bias;
    work.weights = inside.weights;
    if (rows_are_runs) {
      work.input = inputs.image + first;
      work.runs = inside.kernel_rows;
      add_runs(&work);
    } else {
      add_taps(inputs, inside, first, work);
    }
    finish(output, work.sums, outputs);
  }
}

/// Taps along one axis that are inside of the image, or positions of outputs.
struct tap_range {
  int32_t first, last;  ///< the latter is the first outside again
};

/// One axis of images and of the window that goes over them.
struct window_axis {
  int32_t outputs, inputs;
  int32_t pad, stride, dilation, taps;
  int32_t input_pitch, output_pitch;  ///< elements from one position to the next
  tap_range inner;                    ///< outputs all of whose taps are inside
};

SMELT_INLINE tap_range inner_outputs(const window_axis &axis) {
  const int32_t room = axis.inputs + axis.pad - (axis.taps - 1) * axis.dilation - 1;
  const int32_t first = (axis.pad + axis.stride - 1) / axis.stride;
  const int32_t last = room < 0 ? 0 : room / axis.stride + 1;
  const int32_t begin = first < axis.outputs ? first : axis.outputs;
  return {begin, clamp(last, begin, axis.outputs)};
}

/// The input of the first tap at an output; outside, it is negative, or too large.
SMELT_INLINE int32_t start_of(const window_axis &axis, int32_t output) {
  return output * axis.stride - axis.pad;
}

SMELT_INLINE bool is_inner(const window_axis &axis, int32_t output) {
  return output >= axis.inner.first && output < axis.inner.last;
}

/// Taps inside at an output.
SMELT_INLINE tap_range taps_inside(const window_axis &axis, int32_t output) {
  tap_range inside = {0, axis.taps};
  if (is_inner(axis, output)) return inside;
  int32_t start = start_of(axis, output);
  const int32_t end = start + (axis.taps - 1) * axis.dilation - axis.inputs;
  for (; inside.first < axis.taps && start < 0; start += axis.dilation) ++inside.first;
  for (int32_t last = end; inside.last > inside.first && last >= 0; last -= axis.dilation)
    --inside.last;
  return inside;
}

}  // namespace smelt

#endif
