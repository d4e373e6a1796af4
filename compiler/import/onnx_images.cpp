// SPDX-License-Identifier: Apache-2.0
#include "compiler/import/onnx_images.h"

#include <fmt/format.h>

#include <algorithm>

namespace smelt::onnx_import {
namespace {

constexpr std::int32_t max_window = 1 << 15;

/// SAME_LOWER has the odd unit at top and left.
Pads flipped(const Pads& pads) {
  return {pads.bottom, pads.right, pads.top, pads.left};
}

bool in_range(Operator& op, std::string_view name, std::int32_t value, std::int32_t least) {
  if (value >= least && value < max_window) return true;
  op.error(fmt::format("{} has the value {}", name, value),
           fmt::format("it must be from {} to {}", least, max_window - 1));
  return false;
}

}  // namespace

bool is_image(Operator& op, const Shape& shape, std::string_view role) {
  const bool image = shape.size() == 3 || shape.size() == 4;
  if (image && std::all_of(shape.begin(), shape.end(), [](std::int32_t e) { return e > 0; }))
    return true;
  op.error(fmt::format("{} has shape {}", role, to_string(shape)),
           "images of one or two dimensions are supported: NCW or NCHW");
  return false;
}

TensorId to_nhwc(Operator& op, TensorId id) {
  if (id == no_tensor) return id;
  if (op.shape(id).size() == 4) return op.transpose(id, {0, 2, 3, 1});
  const TensorId nwc = op.transpose(id, {0, 2, 1});
  if (nwc == no_tensor) return nwc;
  const Shape shape = op.shape(nwc);
  return op.reshape(nwc, {shape[0], 1, shape[1], shape[2]});
}

TensorId from_nhwc(Operator& op, TensorId id, std::size_t rank) {
  if (id == no_tensor) return id;
  if (rank == 4) return op.transpose(id, {0, 3, 1, 2});
  const Shape shape = op.shape(id);
  const TensorId nwc = op.reshape(id, {shape[0], shape[2], shape[3]});
  return nwc == no_tensor ? nwc : op.transpose(nwc, {0, 2, 1});
}

std::optional<Extent2> extent(Operator& op, std::string_view name,
                              const std::vector<std::int32_t>& values, std::size_t dimensions) {
  if (values.empty()) return Extent2{1, 1};
  if (values.size() != dimensions) {
    op.error(fmt::format("{} has {} entries, expected {}", name, values.size(), dimensions),
             "the file does not follow the format; export the model again");
    return std::nullopt;
  }
  for (const std::int32_t value : values)
    if (!in_range(op, name, value, 1)) return std::nullopt;
  if (dimensions == 1) return Extent2{1, values[0]};
  return Extent2{values[0], values[1]};
}

Extent2 extent_of(const Shape& image) {
  return image.size() == 3 ? Extent2{1, image[2]} : Extent2{image[2], image[3]};
}

std::optional<Pads> read_pads(Operator& op, std::size_t dimensions) {
  const std::vector<std::int32_t> pads = op.list("pads");
  if (pads.empty()) return Pads{};
  if (pads.size() != 2 * dimensions) {
    op.error(fmt::format("pads has {} entries, expected {}", pads.size(), 2 * dimensions),
             "the file does not follow the format; export the model again");
    return std::nullopt;
  }
  for (const std::int32_t value : pads)
    if (!in_range(op, "pads", value, 0)) return std::nullopt;
  if (dimensions == 1) return Pads{0, pads[0], 0, pads[1]};
  return Pads{pads[0], pads[1], pads[2], pads[3]};
}

std::optional<Window> read_window(Operator& op, const Shape& image, Extent2 kernel) {
  const std::size_t dimensions = image.size() - 2;
  const auto stride = extent(op, "strides", op.list("strides"), dimensions);
  const auto dilation = extent(op, "dilations", op.list("dilations"), dimensions);
  const auto pads = read_pads(op, dimensions);
  const std::string automatic = op.text("auto_pad", "NOTSET");
  if (!stride || !dilation || !pads) return std::nullopt;
  Window window{kernel, *stride, *dilation, *pads};
  if (automatic == "NOTSET") return window;
  const Pads same = same_pads(extent_of(image), kernel, *stride, *dilation);
  window.pads = automatic == "SAME_UPPER"   ? same
                : automatic == "SAME_LOWER" ? flipped(same)
                                            : Pads{};
  if (automatic == "VALID" || automatic == "SAME_UPPER" || automatic == "SAME_LOWER") return window;
  op.error(fmt::format("auto_pad \"{}\" is not supported", automatic), "state the pads instead");
  return std::nullopt;
}

}  // namespace smelt::onnx_import
