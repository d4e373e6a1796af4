// SPDX-License-Identifier: Apache-2.0
//
// Parts of tensors, as the functions of several operators take them.
#pragma once

#include <vector>

#include "compiler/import/onnx_operator.h"
#include "compiler/ops/slice.h"

namespace smelt::onnx_import {

/// What is said of lists and numbers that cannot be meant.
constexpr auto damaged_file = "the file does not follow the format; export the model again";

/// The slice of the whole tensor.
ops::SliceAttributes everything(const Shape& shape);
/// The slice, unless it is the whole tensor.
TensorId slice_of(Operator& op, TensorId id, const ops::SliceAttributes& attributes);

/// Along each dimension, which elements to take; all of them where the list is empty.
using Places = std::vector<std::vector<std::int32_t>>;
TensorId take(Operator& op, TensorId id, const Places& places);

/// The number that a constant operand is, whatever its type; nothing after reporting it.
std::optional<double> number(Operator& op, std::size_t i, std::string_view role);

}  // namespace smelt::onnx_import
