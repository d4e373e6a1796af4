// SPDX-License-Identifier: Apache-2.0
#include "compiler/passes/byte_function.h"

#include <algorithm>

#include "compiler/diagnostics.h"
#include "compiler/evaluate/evaluate.h"
#include "compiler/ops/permutation.h"
#include "smelt/linear_scales.h"

namespace smelt {

ByteFunction meaning(const Quantization& quantization) {
  ByteFunction result;
  for (std::int32_t bits = 0; bits < 256; ++bits) {
    const std::int32_t steps = static_cast<std::int8_t>(bits) - quantization.zero_point();
    result.push_back(static_cast<float>(steps) * quantization.scale());
  }
  return result;
}

std::optional<ByteFunction> apply(const Graph& graph, const Node& node,
                                  const std::vector<const ByteFunction*>& arguments) {
  if (node.op->untranspose != untranspose_elementwise || node.outputs.size() != 1 ||
      graph[node.outputs[0]].type != ElementType::f32)
    return std::nullopt;
  Graph single;
  Node copy = node;
  std::vector<std::vector<std::uint8_t>> inputs;
  for (std::size_t i = 0; i < copy.inputs.size(); ++i) {
    Tensor operand = graph[node.inputs[i]];
    if (arguments[i]) {
      operand = {.type = ElementType::f32, .shape = {256}};
      inputs.push_back(to_bytes(*arguments[i]));
    } else if (!operand.constant || element_count(operand.shape) != 1) {
      return std::nullopt;
    }
    operand.shape = {element_count(operand.shape) == 1 ? 1 : 256};
    copy.inputs[i] = single.add(std::move(operand));
    if (arguments[i]) single.inputs.push_back(copy.inputs[i]);
  }
  copy.outputs = {single.add({.type = ElementType::f32, .shape = {256}})};
  single.outputs = copy.outputs;
  single.nodes.push_back(copy);
  Diagnostics ignored;
  const NodeView view{single, single.nodes.back()};
  if (copy.op->check) copy.op->check(view, ignored);
  if (ignored.failed() || copy.op->infer(view)[0] != TensorType{ElementType::f32, {256}})
    return std::nullopt;
  return elements<float>({.data = Evaluation(single).run(inputs).front()});
}

std::int8_t quantized(float real, const Quantization& quantization) {
  const std::int32_t steps = nearest_even(real / quantization.scale());
  return static_cast<std::int8_t>(std::clamp(steps + quantization.zero_point(), -128, 127));
}

std::vector<std::uint8_t> table_of(const ByteFunction& function, const Quantization& quantization) {
  std::vector<std::uint8_t> table;
  for (const float real : function)
    table.push_back(static_cast<std::uint8_t>(quantized(real, quantization)));
  return table;
}

}  // namespace smelt
