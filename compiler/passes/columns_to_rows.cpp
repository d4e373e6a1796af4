// SPDX-License-Identifier: Apache-2.0
//
// Signals in time come as images of one row, [1][1][time][channel], whose layers cannot run row by
// row. The same bytes are an image of one column, [1][time][1][channel].
#include <algorithm>
#include <utility>

#include "compiler/ops/conv2d.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/pool2d.h"
#include "compiler/ops/reshape.h"
#include "compiler/passes/passes.h"

namespace smelt {
namespace {

Shape turned(Shape shape) {
  std::swap(shape[1], shape[2]);
  return shape;
}

Extent2 turned(Extent2 extent) {
  return {extent.width, extent.height};
}

Pads turned(Pads pads) {
  return {.top = pads.left, .left = pads.top, .bottom = pads.right, .right = pads.bottom};
}

bool is_row(const Tensor& image) {
  const Shape& shape = image.shape;
  return shape.size() == 4 && shape[0] == 1 && shape[1] == 1 && shape[2] > 1 && !image.constant;
}

template <typename Attributes>
bool turn(Attributes& attributes) {
  if (attributes.pads.top > 0 || attributes.pads.bottom > 0) return false;
  attributes.pads = turned(attributes.pads);
  attributes.stride = turned(attributes.stride);
  attributes.dilation = turned(attributes.dilation);
  return true;
}

/// Turns the attributes of a layer over windows; false if it is none, or its windows are higher
/// than a row.
bool turn_window(const Graph& graph, Node& node) {
  if (node.op == &ops::conv2d && graph[node.inputs[1]].shape[1] == 1)
    return turn(std::any_cast<ops::Conv2dAttributes&>(node.attributes));
  if (node.op == &ops::depthwise_conv2d && graph[node.inputs[1]].shape[1] == 1)
    return turn(std::any_cast<ops::DepthwiseConv2dAttributes&>(node.attributes));
  if (node.op != &ops::max_pool2d && node.op != &ops::average_pool2d) return false;
  auto& pool = std::any_cast<ops::Pool2dAttributes&>(node.attributes);
  if (pool.kernel.height > 1 || !turn(pool)) return false;
  pool.kernel = turned(pool.kernel);
  return true;
}

/// Another view of a tensor's bytes.
TensorId turned_copy(Graph& graph, TensorId id) {
  Tensor tensor = graph[id];
  tensor.shape = turned(tensor.shape);
  return graph.add(std::move(tensor));
}

Node reshape(const Graph& graph, const Node& layer, TensorId from, TensorId to) {
  return {.op = &ops::reshape,
          .attributes = ops::ReshapeAttributes{.shape = graph[to].shape},
          .inputs = {from},
          .outputs = {to},
          .name = layer.name,
          .file_index = layer.file_index,
          .file_kind = layer.file_kind};
}

/// Reshapes read what those before them read.
void join_reshapes(Graph& graph) {
  std::vector<TensorId> source(graph.tensors.size(), no_tensor);
  for (Node& node : graph.nodes) {
    if (node.op != &ops::reshape) continue;
    TensorId& input = node.inputs[0];
    if (const TensorId before = source[static_cast<std::size_t>(input)]; before != no_tensor)
      input = before;
    source[static_cast<std::size_t>(node.outputs[0])] = input;
  }
}

}  // namespace

Graph columns_to_rows(Graph graph) {
  std::vector<Node> nodes;
  for (Node& node : graph.nodes) {
    Node layer = node;
    if (node.inputs.empty() || !is_row(graph[node.inputs[0]]) || !turn_window(graph, layer)) {
      nodes.push_back(std::move(node));
      continue;
    }
    const TensorId input = turned_copy(graph, node.inputs[0]);
    const TensorId output = turned_copy(graph, node.outputs[0]);
    graph[input].variable = false;
    layer.inputs[0] = input;
    layer.outputs[0] = output;
    if (layer.inputs.size() > 1) layer.inputs[1] = turned_copy(graph, node.inputs[1]);
    nodes.push_back(reshape(graph, node, node.inputs[0], input));
    nodes.push_back(std::move(layer));
    nodes.push_back(reshape(graph, node, output, node.outputs[0]));
  }
  graph.nodes = std::move(nodes);
  join_reshapes(graph);
  return graph;
}

}  // namespace smelt
