// SPDX-License-Identifier: Apache-2.0
//
// A clamp behind a node that clamps anyway: relu(conv2d(x)) = conv2d(x) with activation relu.
#include <array>
#include <optional>

#include "compiler/ops/relu.h"
#include "compiler/ops/relu6.h"
#include "compiler/ops/relu_n1_to_1.h"
#include "compiler/passes/edit.h"
#include "compiler/passes/passes.h"

namespace smelt {
namespace {

std::optional<Activation> activation_of(const OpDef& op) {
  if (&op == &ops::relu) return Activation::relu;
  if (&op == &ops::relu6) return Activation::relu6;
  if (&op == &ops::relu_n1_to_1) return Activation::relu_n1_to_1;
  return std::nullopt;
}

/// First `first`, then `second`, if that is one activation.
std::optional<Activation> both(Activation first, Activation second) {
  using enum Activation;
  if (first == none || first == second) return second;
  const bool zero_to_six = (first == relu && second == relu6) || (first == relu6 && second == relu);
  return zero_to_six ? std::optional(relu6) : std::nullopt;
}

bool fuse(Graph& graph, std::size_t i, const std::vector<std::int32_t>& readers) {
  const Node& node = graph.nodes[i];
  const auto second = activation_of(*node.op);
  if (!second) return false;
  const TensorId id = node.inputs[0];
  Node* layer = sole_producer(graph, id, readers);
  Activation* first = layer ? fused_activation(*layer) : nullptr;
  const auto fused = first ? both(*first, *second) : std::nullopt;
  // Bounds in integers follow from the scale of what is clamped.
  const Quantization& quantization = graph[layer ? layer->outputs[0] : id].quantization;
  if (!fused || quantization != graph[id].quantization ||
      quantization != graph[node.outputs[0]].quantization)
    return false;
  *first = *fused;
  absorb(graph, i, id);
  return true;
}

}  // namespace

Graph fuse_activations(Graph graph) {
  const std::vector<std::int32_t> readers = reader_counts(graph);
  for (std::size_t i = 0; i < graph.nodes.size();)
    if (!fuse(graph, i, readers)) ++i;
  return remove_dead_nodes(std::move(graph));
}

}  // namespace smelt
