// SPDX-License-Identifier: Apache-2.0
#include "compiler/quantize/scheme.h"

#include <fmt/format.h>

#include <algorithm>

namespace smelt {
namespace {

using Role = QuantizationRule::Role;

/// Floats in and out; what takes or gives integers is as it is anyway.
bool computes_floats(const Graph& graph, const Node& node) {
  const TensorId first = node.inputs.empty() ? no_tensor : node.inputs[0];
  return first != no_tensor && graph[first].type == ElementType::f32;
}

Precision precision_of(const Graph& graph, const Node& node, const Precision& precision,
                       const std::map<std::string, Precision>& layers) {
  const auto layer = layers.find(node.name);
  if (!node.op->quantization || !computes_floats(graph, node)) return float32;
  return layer == layers.end() ? precision : layer->second;
}

void check_names(const Graph& graph, const std::map<std::string, Precision>& layers,
                 Diagnostics& diagnostics) {
  for (const auto& [name, precision] : layers) {
    const bool known = std::any_of(graph.nodes.begin(), graph.nodes.end(),
                                   [&](const Node& node) { return node.name == name; });
    if (known) continue;
    std::string names;
    for (const Node& node : graph.nodes) names += (names.empty() ? "" : ", ") + node.name;
    diagnostics.error({.file = graph.file}, fmt::format("there is no layer \"{}\"", name))
        .note("the layers are: " + names);
  }
}

/// Union-find.
TensorId root(const std::vector<TensorId>& groups, TensorId id) {
  while (groups[static_cast<std::size_t>(id)] != id) id = groups[static_cast<std::size_t>(id)];
  return id;
}

void unite(std::vector<TensorId>& groups, TensorId a, TensorId b) {
  const TensorId first = std::min(root(groups, a), root(groups, b));
  const TensorId second = std::max(root(groups, a), root(groups, b));
  groups[static_cast<std::size_t>(second)] = first;
}

/// Scales that an operator dictates do not spread to what is merely concatenated with it.
bool has_dictated_scale(const Graph& graph, const std::vector<TensorId>& groups, TensorId id) {
  return std::any_of(graph.nodes.begin(), graph.nodes.end(), [&](const Node& node) {
    return node.op->quantization && node.op->quantization->output &&
           root(groups, node.outputs[0]) == root(groups, id);
  });
}

void unite_operands(const Graph& graph, const Node& node, Scheme& scheme) {
  const TensorId output = node.outputs[0];
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const TensorId input = node.inputs[i];
    if (input == no_tensor || node.op->quantization->role(i) != Role::shared) continue;
    const auto type = [&](TensorId id) { return scheme.tensors[static_cast<std::size_t>(id)]; };
    // What is computed from elements needs all of them in range, whatever they come as.
    if (type(input) != type(output) && node.op->selects) continue;
    if (node.inputs.size() > 1 && has_dictated_scale(graph, scheme.groups, input)) continue;
    unite(scheme.groups, input, output);
  }
}

}  // namespace

std::string_view to_string(const Precision& precision) {
  if (precision == int4) return "int4";
  if (precision == int16x8) return "int16x8";
  return precision == float32 ? "float32" : "int8";
}

bool is_activation(const Graph& graph, const Node& node, std::size_t i) {
  if (node.inputs[i] == no_tensor || graph[node.inputs[i]].type != ElementType::f32) return false;
  const Role role = node.op->quantization->role(i);
  return role == Role::activation || role == Role::narrow || role == Role::shared;
}

Scheme make_scheme(const Graph& graph, const Precision& precision,
                   const std::map<std::string, Precision>& layers, ElementType input,
                   Diagnostics& diagnostics) {
  check_names(graph, layers, diagnostics);
  Scheme scheme;
  for (const Tensor& tensor : graph.tensors) scheme.tensors.push_back(tensor.type);
  for (const TensorId id : graph.inputs)
    if (graph[id].type == ElementType::f32) scheme.tensors[static_cast<std::size_t>(id)] = input;
  for (const Node& node : graph.nodes) {
    scheme.nodes.push_back(precision_of(graph, node, precision, layers));
    for (const TensorId id : node.outputs)
      if (graph[id].type == ElementType::f32)
        scheme.tensors[static_cast<std::size_t>(id)] = scheme.nodes.back().activations;
  }
  for (std::size_t i = 0; i < graph.tensors.size(); ++i)
    scheme.groups.push_back(static_cast<TensorId>(i));
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    if (scheme.nodes[i].activations != ElementType::f32)
      unite_operands(graph, graph.nodes[i], scheme);
  for (TensorId& id : scheme.groups) id = root(scheme.groups, id);
  return scheme;
}

}  // namespace smelt
