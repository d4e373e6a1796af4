// SPDX-License-Identifier: Apache-2.0
//
// .onnx bytes -> a model with fixed input shapes that libonnx has checked: what it does for us,
// behind the checks that it lacks. Its converter brings the oldest models to version 9 of the operator set;
// from there on operators are read as they are, since the converter needs shapes that older
// versions do not let libonnx infer.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>

#include "compiler/diagnostics.h"
#include "compiler/import/onnx.h"
#include "compiler/import/onnx_format.h"

namespace smelt::onnx_import {

/// The newest operator set that libonnx knows.
constexpr std::int64_t newest_operator_set = 17;
/// Before version 7, operands broadcast in other ways: such models are converted, to the first
/// version that has constants of all types.
constexpr std::int64_t first_direct_operator_set = 7;
constexpr std::int64_t converted_operator_set = 9;
/// The oldest that the converter brings there.
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
