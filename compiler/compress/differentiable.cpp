// SPDX-License-Identifier: Apache-2.0
#include "compiler/compress/differentiable.h"

#include <algorithm>

#include "compiler/compress/differentiable_rules.h"
#include "compiler/ops/quantization.h"

namespace smelt {
namespace {

/// Null: the operator has none.
const DifferentiationRule* rule_of(const OpDef* op) {
  for (const auto rules : {linear_rules(), element_rules(), movement_rules(), reduction_rules()})
    for (const DifferentiationRule& rule : rules)
      if (rule.op == op) return &rule;
  return nullptr;
}

/// Movements number elements in floats.
constexpr std::int64_t most_elements = std::int64_t{1} << 23;

bool is_real(const Graph& graph, TensorId id) {
  if (id == no_tensor) return true;
  const Tensor& tensor = graph[id];
  return tensor.type == ElementType::f32 && !tensor.variable &&
         element_count(tensor.shape) < most_elements;
}

}  // namespace

std::optional<Differentiable> differentiate(const NodeView& view) {
  const DifferentiationRule* const rule = rule_of(view.node.op);
  const auto real = [&](TensorId id) { return is_real(view.graph, id); };
  const Node& node = view.node;
  if (!rule || !std::all_of(node.inputs.begin(), node.inputs.end(), real) ||
      !std::all_of(node.outputs.begin(), node.outputs.end(), real))
    return std::nullopt;
  return rule->differentiate(view);
}

Learnable learnable(const NodeView& view, std::size_t i) {
  const DifferentiationRule* const rule = rule_of(view.node.op);
  if (!rule || i >= rule->constants.size() || !view.has_input(i) || !view.input(i).constant)
    return Learnable::no;
  return rule->constants[i];
}

Differentiable activated(Differentiable function, Activation activation, const NodeView& view) {
  if (activation == Activation::none) return function;
  const FloatRange range = float_range(activation);
  const std::size_t count = count_of_elements(view.output());
  return {[=, forward = function.forward](const Operands& operands, float* output) {
            forward(operands, output);
            for (std::size_t i = 0; i < operands.samples * count; ++i)
              output[i] = std::min(std::max(output[i], range.min), range.max);
          },
          [=, backward = function.backward](const Operands& operands, const float* output,
                                            float* gradient, const std::vector<float*>& inputs) {
            for (std::size_t i = 0; i < operands.samples * count; ++i)
              if (output[i] <= range.min || output[i] >= range.max) gradient[i] = 0;
            backward(operands, output, gradient, inputs);
          }};
}

std::vector<Tap> taps_of(const Shape& input, const Window& window) {
  const Extent2 output = *output_extent(input, window);
  std::vector<Tap> taps;
  std::int32_t pixel = 0;
  for (std::int32_t batch = 0; batch < input[0]; ++batch)
    for (std::int32_t y = 0; y < output.height; ++y)
      for (std::int32_t x = 0; x < output.width; ++x, ++pixel)
        for (std::int32_t tap = 0; tap < window.kernel.height * window.kernel.width; ++tap) {
          const std::int32_t row = y * window.stride.height - window.pads.top +
                                   tap / window.kernel.width * window.dilation.height;
          const std::int32_t column = x * window.stride.width - window.pads.left +
                                      tap % window.kernel.width * window.dilation.width;
          if (row >= 0 && row < input[1] && column >= 0 && column < input[2])
            taps.push_back({pixel, (batch * input[1] + row) * input[2] + column, tap});
        }
  return taps;
}

}  // namespace smelt
