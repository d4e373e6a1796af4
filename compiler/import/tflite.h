// SPDX-License-Identifier: Apache-2.0
//
// .tflite bytes -> Graph. The bytes are hostile until checked: the FlatBuffers verifier first, then
// every index, shape, buffer size, quantization vector and option. All that is unsupported is
// reported in one go, each with its operator and a way out.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "compiler/diagnostics.h"
#include "compiler/graph/graph.h"

namespace smelt {

/// The user's function for an operator that smelt lacks.
struct CustomOperator {
  std::string header;  ///< included by the emitted code
  std::string function;
};

struct ImportOptions {
  std::map<std::string, CustomOperator> custom;  ///< by the operator's name in the model
};

/// The graph of the first subgraph, verified, or nothing and the reasons. `file` is the base name
/// of the model file. Tensors have their index in the file as origin.
std::optional<Graph> import_tflite(std::span<const std::uint8_t> bytes, const std::string& file,
                                   const ImportOptions& options, Diagnostics& diagnostics);

}  // namespace smelt
