// SPDX-License-Identifier: Apache-2.0
//
// ONNX models for tests: from their textual form, read or refused.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "compiler/diagnostics.h"
#include "compiler/import/onnx.h"
#include "compiler/import/onnx_format.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wextra"
#include <onnx/defs/parser.h>
#pragma GCC diagnostic pop

namespace smelt::test {

inline onnx::ModelProto model(const std::string& graph, int version = 17) {
  onnx::ModelProto result;
  const std::string text = "<ir_version: 8, opset_import: [\"\" : " + std::to_string(version) +
                           ", \"other\" : 1]> net " + graph;
  const auto status = onnx::OnnxParser::Parse(result, text.c_str());
  INFO(status.ErrorMessage());
  REQUIRE(status.IsOK());
  return result;
}

inline std::vector<std::uint8_t> bytes_of(const onnx::ModelProto& model) {
  const std::string text = model.SerializeAsString();
  return {text.begin(), text.end()};
}

inline std::string said(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& each : diagnostics.all()) text += to_string(each);
  return text;
}

inline std::string refusal(const std::vector<std::uint8_t>& bytes,
                           const OnnxOptions& options = {}) {
  Diagnostics diagnostics;
  CHECK_FALSE(import_onnx(bytes, "m.onnx", options, diagnostics));
  CHECK(diagnostics.failed());
  return said(diagnostics);
}
inline std::string refusal(const onnx::ModelProto& model, const OnnxOptions& options = {}) {
  return refusal(bytes_of(model), options);
}

struct Accepted {
  Graph graph;
  std::string said;
};
inline Accepted accepted(const onnx::ModelProto& model, const OnnxOptions& options = {}) {
  Diagnostics diagnostics;
  auto graph = import_onnx(bytes_of(model), "m.onnx", options, diagnostics);
  INFO(said(diagnostics));
  REQUIRE(graph);
  return {std::move(*graph), said(diagnostics)};
}

}  // namespace smelt::test
