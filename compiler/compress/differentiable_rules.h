// SPDX-License-Identifier: Apache-2.0
//
// The derivatives of single operators, by family: the parts of differentiate().
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "compiler/compress/differentiable.h"
#include "compiler/ops/window.h"

namespace smelt {

struct DifferentiationRule {
  const OpDef* op = nullptr;
  Differentiable (*differentiate)(const NodeView&) = nullptr;
  /// By operand, those that are constants; past the end: no.
  std::vector<Learnable> constants = {};
};

std::span<const DifferentiationRule> linear_rules();
std::span<const DifferentiationRule> element_rules();
std::span<const DifferentiationRule> movement_rules();
std::span<const DifferentiationRule> reduction_rules();

/// A value `Rule` with forward(operands, output) and backward(operands, output, gradient, inputs).
template <typename Rule>
Differentiable differentiable_by(const Rule& rule) {
  return {[rule](const Operands& operands, float* output) { rule.forward(operands, output); },
          [rule](const Operands& operands, const float* output, float* gradient,
                 const std::vector<float*>& inputs) {
            rule.backward(operands, output, gradient, inputs);
          }};
}

/// The function followed by the fused activation of `view`'s node.
Differentiable activated(Differentiable function, Activation activation, const NodeView& view);

/// An element of a window that slides over an image, as indices of pixels.
struct Tap {
  std::int32_t output = 0, input = 0;
  std::int32_t tap = 0;  ///< of the window
};
/// All of them inside of the image, by output.
std::vector<Tap> taps_of(const Shape& input, const Window& window);

inline std::size_t count_of_elements(const Tensor& tensor) {
  return static_cast<std::size_t>(element_count(tensor.shape));
}

}  // namespace smelt
