// SPDX-License-Identifier: Apache-2.0
//
// Pad: with a value, which is an operator, or with what is at the border, which takes elements.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "compiler/import/onnx_operators.h"
#include "compiler/import/onnx_parts.h"
#include "compiler/import/places.h"
#include "compiler/ops/pad.h"

namespace smelt::onnx_import {
namespace {

constexpr std::int64_t largest_pad = INT32_MAX / 4;
/// Elements of a dimension that is padded with what is there.
constexpr std::int64_t max_padded = 1 << 20;

std::vector<std::int64_t> all_axes(std::size_t rank) {
  std::vector<std::int64_t> axes(rank);
  std::iota(axes.begin(), axes.end(), 0);
  return axes;
}

/// Amounts before and after each dimension, negative ones cut off.
struct Frame {
  std::vector<std::int32_t> before, after;
};

std::optional<Frame> read_frame(Operator& op, const std::vector<std::int64_t>& pads) {
  const std::size_t rank = op.input(0).shape.size();
  const auto stated = op.has(3) ? op.constant(3, "axes") : all_axes(rank);
  if (!stated) return std::nullopt;
  Frame frame{std::vector<std::int32_t>(rank, 0), std::vector<std::int32_t>(rank, 0)};
  if (pads.size() != 2 * stated->size() || stated->size() > rank) {
    op.error(fmt::format("has {} pads for {} axes", pads.size(), stated->size()), damaged_file);
    return std::nullopt;
  }
  for (std::size_t i = 0; i < stated->size(); ++i) {
    const auto axis = op.axis((*stated)[i], rank);
    const std::int64_t before = pads[i], after = pads[i + stated->size()];
    if (!axis) return std::nullopt;
    if (std::min(before, after) < -largest_pad || std::max(before, after) > largest_pad) {
      op.error(fmt::format("pads by {} and {}", before, after), "use smaller pads");
      return std::nullopt;
    }
    frame.before[static_cast<std::size_t>(*axis)] = static_cast<std::int32_t>(before);
    frame.after[static_cast<std::size_t>(*axis)] = static_cast<std::int32_t>(after);
  }
  return frame;
}

bool read_pad_value(Operator& op, ops::PadAttributes& attributes) {
  if (op.version < 11) attributes.float_value = op.real("value", 0);
  if (!op.has(2)) return true;
  const Tensor& value = op.input(2);
  if (!value.constant || element_count(value.shape) != 1 || value.type != op.input(0).type) {
    op.error(fmt::format("the value \"{}\" to pad with is not one constant of the input's type",
                         value.name),
             "pad with a constant");
    return false;
  }
  if (value.type == ElementType::f32) {
    attributes.float_value = elements<float>(value)[0];
    return true;
  }
  const std::int64_t integer = integers(value)[0];
  attributes.value = static_cast<std::int32_t>(integer);
  if (integer == attributes.value) return true;
  op.error("pads with a number that does not fit 32 bits", "use a smaller one");
  return false;
}

}  // namespace

namespace {

std::optional<import::Border> border_of(std::string_view mode) {
  if (mode == "edge") return import::Border::edge;
  if (mode == "reflect") return import::Border::reflect;
  if (mode == "wrap") return import::Border::wrap;
  return std::nullopt;
}

TensorId pad_with_value(Operator& op, const Frame& frame) {
  ops::PadAttributes attributes;
  if (!read_pad_value(op, attributes)) return no_tensor;
  ops::SliceAttributes kept = everything(op.input(0).shape);
  for (std::size_t i = 0; i < kept.size.size(); ++i) {
    kept.begin[i] = std::max(0, -frame.before[i]);
    kept.size[i] -= kept.begin[i] + std::max(0, -frame.after[i]);
    attributes.before.push_back(std::max(0, frame.before[i]));
    attributes.after.push_back(std::max(0, frame.after[i]));
  }
  return op.apply(ops::pad, attributes, {slice_of(op, op.inputs[0], kept)});
}

/// Negative amounts cut off what is there, or what would be padded.
TensorId pad_with_border(Operator& op, const Frame& frame, import::Border border) {
  const Shape shape = op.input(0).shape;
  Places places(shape.size());
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (frame.before[i] == 0 && frame.after[i] == 0) continue;
    const std::int64_t size = std::int64_t{shape[i]} + frame.before[i] + frame.after[i];
    if (shape[i] < 1 || size < 1 || size > max_padded) {
      op.error(fmt::format("pads dimension {} of {} by {} and {}", i, to_string(shape),
                           frame.before[i], frame.after[i]),
               "use smaller pads, and leave something of the tensor");
      return no_tensor;
    }
    places[i] = import::padded_places(shape[i], frame.before[i], frame.after[i], border);
  }
  return take(op, op.inputs[0], places);
}

}  // namespace

void pad(Operator& op) {
  const std::string mode = op.text("mode", "constant");
  if (!op.takes(op.version < 11 ? 1 : 2, 4)) return;
  const auto border = border_of(mode);
  if (mode != "constant" && !border)
    return op.error(fmt::format("mode \"{}\" is not supported", mode),
                    "use constant, reflect, edge or wrap");
  const auto pads = op.input_or_attribute(1, "pads");
  const auto frame = pads ? read_frame(op, *pads) : std::nullopt;
  if (!frame) return;
  if (border) op.ignore("value");
  op.result(border ? pad_with_border(op, *frame, *border) : pad_with_value(op, *frame));
}

}  // namespace smelt::onnx_import
