// SPDX-License-Identifier: Apache-2.0
//
// Stands for the .onnx reader in builds with SMELT_WITH_ONNX=OFF.
#include "compiler/import/onnx.h"

namespace smelt {

std::optional<Graph> import_onnx(std::span<const std::uint8_t>, const std::string& file,
                                 const OnnxOptions&, Diagnostics& diagnostics) {
  diagnostics.error({.file = file}, "cannot be read: this smelt was built without ONNX")
      .note("build it with -DSMELT_WITH_ONNX=ON, which needs libonnx and protobuf");
  return std::nullopt;
}

}  // namespace smelt
