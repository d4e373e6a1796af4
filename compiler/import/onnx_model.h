// SPDX-License-Identifier: Apache-2.0
//
// .onnx bytes -> a model with fixed input shapes, as far as it can be checked before its operators
// are read. libonnx's checker sees it; its shape inference reads beyond lists that are too short
// (1.12), so that only models that were read without an error are shown to it, as a second opinion.
// Its version converter is not used: it needs shapes that it gets from there.
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
/// The oldest of which all operators are read: they name no operands as consumed, but may broadcast
/// explicitly. In older files, those are read that have not changed since.
constexpr std::int64_t oldest_operator_set = 6;

struct Model {
  onnx::ModelProto proto;
  /// Of the operator set, in the file.
  std::int64_t version = 0;
  /// Operator index in the file by first output.
  std::map<std::string, std::int32_t> file_index;
};

/// Nothing if the rest makes no sense to look at; otherwise there may be errors all the same.
/// `supports` tells which operators of ONNX's own domain there are.
std::optional<Model> read_model(std::span<const std::uint8_t> bytes, const std::string& file,
                                const OnnxOptions& options, bool (*supports)(const std::string&),
                                Diagnostics& diagnostics);

/// Types and shapes of values, where they are stated in full.
using ValueTypes = std::map<std::string, TensorType>;
ValueTypes stated_types(const onnx::GraphProto& graph);
/// What libonnx infers for a model of which every operator has been read. Reports what it says
/// does not fit.
ValueTypes inferred_types(const Model& model, const std::string& file, Diagnostics& diagnostics);

}  // namespace smelt::onnx_import
