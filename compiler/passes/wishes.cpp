// SPDX-License-Identifier: Apache-2.0
#include "compiler/passes/wishes.h"

#include "compiler/ops/pad.h"
#include "compiler/ops/quantize_linear.h"
#include "compiler/ops/relu.h"
#include "compiler/ops/relu6.h"
#include "compiler/ops/relu_n1_to_1.h"

namespace smelt {
namespace {

/// Operators that may be moved behind a quantization of their output.
bool commutes(const Node& node) {
  return node.op->selects || node.op == &ops::pad || clamp_of(*node.op) != Activation::none;
}

}  // namespace

Activation clamp_of(const OpDef& op) {
  if (&op == &ops::relu) return Activation::relu;
  if (&op == &ops::relu6) return Activation::relu6;
  return &op == &ops::relu_n1_to_1 ? Activation::relu_n1_to_1 : Activation::none;
}

bool same_numbers(const Quantization& a, const Quantization& b) {
  return a.scales == b.scales && a.zero_points == b.zero_points;
}

std::optional<Quantization> signed_quantization(const Graph& graph, const Node& node) {
  const Tensor& scale = graph[node.inputs[1]];
  const Tensor& zero = graph[node.inputs[2]];
  const bool bytes = zero.type == ElementType::s8 || zero.type == ElementType::u8;
  if (!bytes || element_count(scale.shape) != 1) return std::nullopt;
  const auto point = static_cast<std::int32_t>(integers(zero)[0]);
  return Quantization{.scales = elements<float>(scale),
                      .zero_points = {point - (zero.type == ElementType::u8 ? 128 : 0)}};
}

Wishes::Wishes(const Graph& graph) : wishes_(graph.tensors.size()), readers_(wishes_.size()) {
  for (const TensorId id : graph.outputs) add(id, std::nullopt);
  for (std::size_t i = graph.nodes.size(); i-- > 0;) {
    const Node& node = graph.nodes[i];
    std::optional<Quantization> wish;
    if (node.op == &ops::quantize_linear)
      wish = signed_quantization(graph, node);
    else if (commutes(node) && node.outputs.size() == 1)
      wish = (*this)[node.outputs[0]];
    for (const TensorId id : node.inputs)
      if (id != no_tensor) add(id, wish);
  }
}

void Wishes::add(TensorId id, const std::optional<Quantization>& wanted) {
  Wish& wish = wishes_[static_cast<std::size_t>(id)];
  ++readers_[static_cast<std::size_t>(id)];
  wish.contested = wish.contested || !wanted ||
                   (wish.quantization && !same_numbers(*wish.quantization, *wanted));
  wish.quantization = wanted;
}

}  // namespace smelt
