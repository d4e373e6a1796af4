// SPDX-License-Identifier: Apache-2.0
//
// Images and windows as ONNX has them (NCHW, or NCW for one dimension) in terms of smelt's
// operators (NHWC, with a height of 1).
#pragma once

#include <optional>
#include <vector>

#include "compiler/import/onnx_operator.h"
#include "compiler/ops/window.h"

namespace smelt::onnx_import {

/// Reports tensors that are no image of one or two dimensions; false if it did.
bool is_image(Operator& op, const Shape& shape, std::string_view role);

/// NCHW or NCW to NHWC.
TensorId to_nhwc(Operator& op, TensorId id);
/// Back to the rank that the operator's image has.
TensorId from_nhwc(Operator& op, TensorId id, std::size_t rank);
/// Padding, kernels and the like: of an image of that many dimensions, or nothing after reporting
/// it. An empty list is all ones.
std::optional<Extent2> extent(Operator& op, std::string_view name,
                              const std::vector<std::int32_t>& values, std::size_t dimensions);

/// A window as the attributes kernel_shape, strides, dilations, pads and auto_pad state it, over an
/// image NCHW or NCW. Nothing after reporting it.
std::optional<Window> read_window(Operator& op, const Shape& image, Extent2 kernel);
/// Height and width of an image NCHW or NCW.
Extent2 extent_of(const Shape& image);
/// The attribute `pads`, which may be negative or zero elsewhere; here it is from 0 to 32767.
std::optional<Pads> read_pads(Operator& op, std::size_t dimensions);

}  // namespace smelt::onnx_import
