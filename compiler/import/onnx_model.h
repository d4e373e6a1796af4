// SPDX-License-Identifier: Apache-2.0
//
// .onnx bytes -> a model of one version of the operator set, with fixed input shapes: what libonnx
// does for us, behind the checks that it lacks.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>

#include "compiler/diagnostics.h"
#include "compiler/import/onnx.h"
#include "compiler/import/onnx_format.h"

namespace smelt::onnx_import {

/// The operator set that operators are read as: the newest that libonnx knows.
constexpr std::int64_t operator_set = 17;
/// The oldest that libonnx's converter brings there.
constexpr std::int64_t oldest_operator_set = 6;

struct Model {
  onnx::ModelProto proto;
  /// Of the operator set, in the file.
  std::int64_t version = 0;
  /// Shapes and types that libonnx inferred, by value; only those known in full.
  std::map<std::string, TensorType> inferred;
  /// Operator index in the file by first output: the converter adds and removes operators.
  std::map<std::string, std::int32_t> file_index;
};

/// Nothing if the rest makes no sense to look at; otherwise there may be errors all the same.
/// `supports` tells which operators of ONNX's own domain there are.
std::optional<Model> read_model(std::span<const std::uint8_t> bytes, const std::string& file,
                                const OnnxOptions& options, bool (*supports)(const std::string&),
                                Diagnostics& diagnostics);

}  // namespace smelt::onnx_import
