// SPDX-License-Identifier: Apache-2.0
//
// Geometry that convolutions and poolings share: a window that slides over an NHWC image.
#pragma once

#include <cstdint>
#include <optional>

#include "compiler/diagnostics.h"
#include "compiler/graph/graph.h"
#include "compiler/ops/kernel.h"

namespace smelt {

/// Kernels keep one pointer per kernel row.
constexpr std::int32_t max_kernel_height = 256;

struct Window {
  Extent2 kernel, stride, dilation;
  Pads pads;
};

/// Every output pixel is made of the one input pixel at its place.
bool is_pointwise_window(const Window& window);

/// Padding of TFLite's SAME for one image: the odd unit goes to bottom and right.
Pads same_pads(Extent2 image, Extent2 kernel, Extent2 stride, Extent2 dilation);

/// Rows and columns of the output, or nothing if the window does not fit the padded image.
std::optional<Extent2> output_extent(const Shape& input, const Window& window);

/// Reports windows that cannot slide over `image`; false if it did.
bool check_window(const NodeView& view, const Shape& image, const Window& window,
                  Diagnostics& diagnostics);

/// The fields of smelt::window_shape and smelt::window_images: with these pads, or with as much of
/// the window's as it reaches.
Struct shape_struct(const Window& window);
Field images_field(const Shape& input, const Shape& output, const Pads& pads);
Field images_field(const Window& window, const Shape& input, const Shape& output);

/// Elements of the ring that smelt::for_each_row needs, of which there may be none.
std::int64_t ring_elements(const Window& window, const Shape& input);

/// Step::lead of a kernel that smelt::for_each_row runs over one image: rows are written in order,
/// and those of the input are read until they are in the ring or, without one, until the window has
/// passed them.
std::optional<std::int64_t> row_lead(const Window& window, const Shape& input, const Shape& output,
                                     ElementType type);

/// Gives a step of (input, output, ring, more scratch) its row form: the kernel of the same name
/// with `_row`, without the ring, if there is one. `padding`: the value of a column outside of the
/// image.
void set_row_form(Step& step, const Window& window, const Shape& input, const Shape& output,
                  Value padding, bool ring = true);

/// The same for a step whose kernel takes the image as one row of pixels and reads a pixel before
/// it writes it: also Step::lead. Its first argument is images_field() of one row. `together`: so
/// many pixels are read while they are written.
void set_pixel_rows(Step& step, const Window& window, const Shape& input, const Shape& output,
                    ElementType type, std::int64_t together = 0);
/// images_field() of an image as one row.
Field one_row_field(const Window& window, const Shape& input, const Shape& output);

/// "3x3/2 pad 0,0,1,1, relu" for the comment of a step.
std::string describe(const Window& window, Activation activation);

}  // namespace smelt
