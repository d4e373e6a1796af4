// SPDX-License-Identifier: Apache-2.0
#include "tests/support/builder.h"

#include <fmt/format.h>

#include <stdexcept>

#include "compiler/graph/verify.h"

namespace smelt::test {

Quantization per_tensor(float scale, std::int32_t zero_point) {
  return {{scale}, {zero_point}, 0};
}

TensorId Builder::input(ElementType type, Shape shape, Quantization quantization) {
  const TensorId id = graph.add({.name = fmt::format("input_{}", graph.inputs.size()),
                                 .type = type,
                                 .shape = std::move(shape),
                                 .quantization = std::move(quantization)});
  graph.inputs.push_back(id);
  return id;
}

TensorId Builder::variable(ElementType type, Shape shape, Quantization quantization) {
  return graph.add({.name = fmt::format("state_{}", graph.tensors.size()),
                    .type = type,
                    .shape = std::move(shape),
                    .quantization = std::move(quantization),
                    .variable = true});
}

TensorId Builder::constant_bytes(ElementType type, Shape shape, std::vector<std::uint8_t> bytes,
                                 Quantization quantization) {
  return graph.add({.name = fmt::format("constant_{}", graph.tensors.size()),
                    .type = type,
                    .shape = std::move(shape),
                    .quantization = std::move(quantization),
                    .constant = true,
                    .data = std::move(bytes)});
}

TensorId Builder::node(const OpDef& op, std::any attributes, std::vector<TensorId> inputs,
                       Quantization quantization, std::optional<ElementType> type) {
  const std::string name = fmt::format("{}_{}", op.name, graph.nodes.size());
  const ElementType guess = type ? *type : graph[inputs.front()].type;
  const TensorId output =
      graph.add({.name = name, .type = guess, .quantization = std::move(quantization)});
  graph.nodes.push_back({.op = &op,
                         .attributes = std::move(attributes),
                         .inputs = std::move(inputs),
                         .outputs = {output},
                         .name = name});
  const NodeView view{graph, graph.nodes.back()};
  Diagnostics diagnostics;
  if (op.check) op.check(view, diagnostics);
  if (diagnostics.failed()) throw std::invalid_argument(to_string(diagnostics.all().front()));
  const TensorType inferred = op.infer(view).front();
  graph[output].type = inferred.type;
  graph[output].shape = inferred.shape;
  return output;
}

std::string problems(const Graph& graph) {
  Diagnostics diagnostics;
  verify(graph, diagnostics);
  std::string text;
  for (const Diagnostic& each : diagnostics.all()) text += to_string(each);
  return text;
}

}  // namespace smelt::test
