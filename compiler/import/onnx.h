// SPDX-License-Identifier: Apache-2.0
//
// .onnx bytes -> Graph. libonnx parses, checks, converts to one version of the operator set and
// infers shapes; what it gives is still taken as hostile. All that is unsupported is reported in
// one go, each with its operator and a way out. Inputs and outputs keep ONNX's shapes (images
// NCHW); image operators stand between transposes, which passes remove.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compiler/diagnostics.h"
#include "compiler/graph/graph.h"

namespace smelt {

struct OnnxOptions {
  /// By input: extents that the file leaves open.
  std::map<std::string, Shape> shapes;
  /// Inputs that are constants of these types, shapes and bytes.
  struct Value {
    ElementType type = ElementType::f32;
    Shape shape;
    std::vector<std::uint8_t> bytes;
  };
  std::map<std::string, Value> bound;
  /// What stands between DequantizeLinear and QuantizeLinear computes with integers.
  bool integers = true;
};

/// The model's graph, verified, or nothing and the reasons. `file` is the base name of the model
/// file. Builds without libonnx give an error that says so.
std::optional<Graph> import_onnx(std::span<const std::uint8_t> bytes, const std::string& file,
                                 const OnnxOptions& options, Diagnostics& diagnostics);

}  // namespace smelt
