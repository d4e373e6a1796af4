// SPDX-License-Identifier: Apache-2.0
//
// Builds small graphs for tests, node by node; types and shapes of outputs follow from the
// operator's own shape rule.
#pragma once

#include <any>
#include <cstdint>
#include <string>
#include <vector>

#include "compiler/diagnostics.h"
#include "compiler/graph/graph.h"

namespace smelt::test {

/// One scale and zero point.
Quantization per_tensor(float scale, std::int32_t zero_point);

class Builder {
 public:
  TensorId input(ElementType type, Shape shape, Quantization quantization = {});
  /// State, as LSTM cells have it.
  TensorId variable(ElementType type, Shape shape, Quantization quantization = {});
  template <typename T>
  TensorId constant(ElementType type, Shape shape, const std::vector<T>& values,
                    Quantization quantization = {}) {
    return constant_bytes(type, std::move(shape), to_bytes(values), std::move(quantization));
  }
  TensorId constant_bytes(ElementType type, Shape shape, std::vector<std::uint8_t> bytes,
                          Quantization quantization);
  /// Appends a node with one output of the given quantization; its type and shape are inferred.
  /// Where the operator's rule reads the output's type (quantize, cast), pass it as `type`.
  TensorId node(const OpDef& op, std::any attributes, std::vector<TensorId> inputs,
                Quantization quantization = {}, std::optional<ElementType> type = {});
  void output(TensorId id) { graph.outputs.push_back(id); }

  Graph graph;
};

/// The bytes of float elements.
inline std::vector<std::uint8_t> floats(const std::vector<float>& values) {
  return to_bytes(values);
}

/// The messages of verifying the graph; empty if it is valid.
std::string problems(const Graph& graph);

}  // namespace smelt::test
