// SPDX-License-Identifier: Apache-2.0
//
// What the tests of the .tflite reader share: small files, and what the reader says of them.
#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "compiler/graph/graph.h"
#include "compiler/import/tflite.h"
#include "tests/support/tflite_file.h"

namespace smelt::test {

using Code = format::BuiltinOperator;
using Table = format::BuiltinOptions;
using Type = format::TensorType;

/// What is said of the file: one text, all diagnostics.
inline std::string said(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& each : diagnostics.all()) text += to_string(each);
  return text;
}

/// What is said of a file that is refused.
inline std::string refusal(const std::vector<std::uint8_t>& bytes,
                           const ImportOptions& options = {}) {
  Diagnostics diagnostics;
  const auto graph = import_tflite(bytes, "m.tflite", options, diagnostics);
  CHECK_FALSE(graph);
  CHECK(diagnostics.failed());
  return said(diagnostics);
}
inline std::string refusal(const FileModel& model, const ImportOptions& options = {}) {
  return refusal(model.bytes(), options);
}

/// The graph of a file, and what is said of it.
struct Accepted {
  Graph graph;
  std::string said;
};
inline Accepted accepted(const FileModel& model, const ImportOptions& options = {}) {
  Diagnostics diagnostics;
  auto graph = import_tflite(model.bytes(), "m.tflite", options, diagnostics);
  INFO(said(diagnostics));
  REQUIRE(graph);
  return {std::move(*graph), said(diagnostics)};
}

/// An operator on tensor 0, the input, with further operands behind it; its result is the last
/// tensor. It takes all of them in order unless it says otherwise.
inline FileModel with_operator(FileOperator op, FileTensor input, std::vector<FileTensor> operands,
                               FileTensor output) {
  FileModel model{.inputs = {0}};
  model.tensors.push_back(std::move(input));
  for (FileTensor& each : operands) model.tensors.push_back(std::move(each));
  model.tensors.push_back(std::move(output));
  const auto last = static_cast<std::int32_t>(model.tensors.size()) - 1;
  if (op.inputs.empty())
    for (std::int32_t i = 0; i < last; ++i) op.inputs.push_back(i);
  op.outputs = {last};
  model.outputs = {last};
  model.operators.push_back(std::move(op));
  return model;
}

inline FileTensor floats(std::string name, std::vector<std::int32_t> shape) {
  return {.name = std::move(name), .shape = std::move(shape)};
}
/// A constant of 32-bit integers.
inline FileTensor ints(std::string name, std::vector<std::int32_t> shape,
                       const std::vector<std::int32_t>& values) {
  return {.name = std::move(name),
          .type = Type::INT32,
          .shape = std::move(shape),
          .data = to_bytes(values)};
}

}  // namespace smelt::test
