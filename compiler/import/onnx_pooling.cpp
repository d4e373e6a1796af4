// SPDX-License-Identifier: Apache-2.0
//
// Pooling over windows and whole images.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "compiler/import/onnx_images.h"
#include "compiler/import/onnx_operators.h"
#include "compiler/ops/pad.h"
#include "compiler/ops/pool2d.h"
#include "compiler/ops/reduce.h"

namespace smelt::onnx_import {
namespace {

/// Elements that one pooling may look at.
constexpr std::int64_t max_taps = 1 << 30;

/// Padding that ceil_mode adds at the end of one dimension; nothing if a window would then start
/// behind the image, where exporters disagree on what it is.
std::optional<std::int32_t> ceiling(std::int32_t image, std::int32_t kernel, std::int32_t stride,
                                    std::int32_t dilation, std::int32_t before,
                                    std::int32_t after) {
  const std::int64_t span = std::int64_t{kernel - 1} * dilation + 1;
  const std::int64_t room = std::int64_t{image} + before + after - span;
  if (room < 0) return 0;
  const std::int64_t steps = (room + stride - 1) / stride;
  if (steps * stride >= std::int64_t{image} + before) return std::nullopt;
  return static_cast<std::int32_t>(steps * stride - room);
}

bool round_up(Operator& op, Window& window, Extent2 image) {
  const auto bottom = ceiling(image.height, window.kernel.height, window.stride.height,
                              window.dilation.height, window.pads.top, window.pads.bottom);
  const auto right = ceiling(image.width, window.kernel.width, window.stride.width,
                             window.dilation.width, window.pads.left, window.pads.right);
  if (!bottom || !right) {
    op.error("ceil_mode makes a window start behind the image", "use ceil_mode 0 and pads");
    return false;
  }
  window.pads.bottom += *bottom;
  window.pads.right += *right;
  return true;
}

/// Reports windows that look at too much; false if it did.
bool is_affordable(Operator& op, const Window& window) {
  const Shape& image = op.input(0).shape;
  const Extent2 size = extent_of(image);
  const Shape nhwc = {image[0], size.height, size.width, image[1]};
  const auto output = output_extent(nhwc, window);
  const std::int64_t taps = std::int64_t{window.kernel.height} * window.kernel.width;
  const auto count =
      output ? checked_count({image[0], output->height, output->width, image[1]}, max_taps / taps)
             : std::optional<std::int64_t>(0);  // which the operator itself reports
  if (count) return true;
  op.error(fmt::format("a {}x{} window over an image {} is too much work", window.kernel.height,
                       window.kernel.width, to_string(image)),
           "use a smaller kernel");
  return false;
}

/// The window of a pooling over the first input; nothing after reporting it.
std::optional<Window> pooling_window(Operator& op) {
  const Shape& image = op.input(0).shape;
  if (!is_image(op, image, "the input")) return std::nullopt;
  const std::vector<std::int32_t> sizes = op.list("kernel_shape");
  if (sizes.empty()) {
    op.error("has no kernel_shape", "the file does not follow the format; export the model again");
    return std::nullopt;
  }
  const auto kernel = extent(op, "kernel_shape", sizes, image.size() - 2);
  auto window = kernel ? read_window(op, image, *kernel) : std::nullopt;
  const bool up = op.integer("ceil_mode", 0) != 0;
  if (!window) return std::nullopt;
  if (up && !round_up(op, *window, extent_of(image))) return std::nullopt;
  if (!is_affordable(op, *window)) return std::nullopt;
  return window;
}

void pool(Operator& op, const OpDef& def, const Window& window, TensorId nhwc) {
  const ops::Pool2dAttributes attributes{.kernel = window.kernel,
                                         .stride = window.stride,
                                         .pads = window.pads,
                                         .dilation = window.dilation};
  op.result(from_nhwc(op, op.apply(def, attributes, {nhwc}), op.input(0).shape.size()));
}

/// Zeros around an image NHWC, which then count.
TensorId padded(Operator& op, TensorId nhwc, const Pads& pads) {
  if (pads == Pads{}) return nhwc;
  return op.apply(ops::pad,
                  ops::PadAttributes{.before = {0, pads.top, pads.left, 0},
                                     .after = {0, pads.bottom, pads.right, 0}},
                  {nhwc});
}

/// The pooling that takes the p-norm, or null after reporting that there is none.
const OpDef* norm_pooling(Operator& op) {
  const std::int64_t p = op.integer("p", 2);
  if (p == 1) return &ops::l1_pool2d;
  if (p == 2) return &ops::l2_pool2d;
  op.error(fmt::format("p is {}", p), "the norms 1 and 2 are supported");
  return nullptr;
}

Window whole_image(Operator& op) {
  return {.kernel = extent_of(op.input(0).shape)};
}

}  // namespace

void max_pool(Operator& op) {
  if (!op.takes(1, 1)) return;
  op.ignore("storage_order");  // of the indices, which are not supported
  if (const auto window = pooling_window(op))
    pool(op, ops::max_pool2d, *window, to_nhwc(op, op.inputs[0]));
}

void average_pool(Operator& op) {
  if (!op.takes(1, 1)) return;
  auto window = pooling_window(op);
  const bool count = op.integer("count_include_pad", 0) != 0;
  const bool up = op.integer("ceil_mode", 0) != 0;
  if (!window) return;
  TensorId image = to_nhwc(op, op.inputs[0]);
  if (count && up && window->pads != Pads{})
    return op.error("has both ceil_mode and count_include_pad",
                    "pad in an operator of its own, and pool with ceil_mode 0");
  if (count) {
    image = padded(op, image, window->pads);
    window->pads = {};
  }
  pool(op, ops::average_pool2d, *window, image);
}

void global_average_pool(Operator& op) {
  if (!op.takes(1, 1)) return;
  const auto rank = static_cast<std::int32_t>(op.input(0).shape.size());
  ops::ReduceAttributes attributes{.keep_dims = true};
  for (std::int32_t axis = 2; axis < rank; ++axis) attributes.axes.push_back(axis);
  op.result(op.apply(ops::mean, attributes, {op.inputs[0]}));
}

void global_max_pool(Operator& op) {
  if (!op.takes(1, 1) || !is_image(op, op.input(0).shape, "the input")) return;
  pool(op, ops::max_pool2d, whole_image(op), to_nhwc(op, op.inputs[0]));
}

void lp_pool(Operator& op) {
  if (!op.takes(1, 1)) return;
  const auto window = pooling_window(op);
  const OpDef* def = window ? norm_pooling(op) : nullptr;
  if (def) pool(op, *def, *window, to_nhwc(op, op.inputs[0]));
}

void global_lp_pool(Operator& op) {
  if (!op.takes(1, 1) || !is_image(op, op.input(0).shape, "the input")) return;
  if (const OpDef* def = norm_pooling(op))
    pool(op, *def, whole_image(op), to_nhwc(op, op.inputs[0]));
}

}  // namespace smelt::onnx_import
