// SPDX-License-Identifier: Apache-2.0
//
// Tensors of a .onnx file, checked.
#pragma once

#include <optional>
#include <string>

#include "compiler/graph/graph.h"
#include "compiler/import/onnx_format.h"

namespace smelt::onnx_import {

/// Elements that one tensor may have.
constexpr std::int64_t max_elements = std::int64_t{1} << 28;
constexpr int max_rank = 8;

/// Nothing for types that smelt has not. All floats are f32.
std::optional<ElementType> element_type(std::int32_t onnx_type);
/// Whether a type is one of the other floats: wider or narrower ones, whose tensors f32 stands for.
bool becomes_float32(std::int32_t onnx_type);
/// ONNX's number of a type.
std::int32_t onnx_type(ElementType type);
/// As the format spells it: "FLOAT16".
std::string type_name(std::int32_t onnx_type);

struct ReadTensor {
  Tensor tensor;
  /// Why it cannot be used, or empty.
  std::string problem;
};
/// A constant. The bytes of the tensor fit its shape if there is no problem.
ReadTensor read_tensor(const onnx::TensorProto& source);

}  // namespace smelt::onnx_import
