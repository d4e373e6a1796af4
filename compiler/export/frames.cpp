// SPDX-License-Identifier: Apache-2.0
#include "compiler/export/frames.h"

#include <limits>

#include "compiler/ops/conv2d.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/pad.h"
#include "compiler/ops/pool2d.h"
#include "compiler/ops/window.h"

namespace smelt {
namespace {

/// What changes nothing: zero where it is multiplied, the lowest value where the largest counts.
void set_value(ops::PadAttributes& pad, const Tensor& image, bool lowest) {
  if (image.type == ElementType::f32)
    pad.float_value = lowest ? std::numeric_limits<float>::lowest() : 0;
  else
    pad.value = lowest                         ? static_cast<std::int32_t>(range_of(image.type).min)
                : image.quantization.present() ? image.quantization.zero_point()
                                               : 0;
}

bool is_said(const Pads& pads, const Shape& image, const Window& window) {
  return pads == Pads{} ||
         pads == same_pads({image[1], image[2]}, window.kernel, window.stride, window.dilation);
}

/// Appends the pad that `node` needs, if any; the node then has none.
template <typename Attributes>
void frame(Graph& graph, Node& node, Extent2 kernel, std::vector<Node>& nodes) {
  auto& layer = std::any_cast<Attributes&>(node.attributes);
  Pads& pads = layer.pads;
  Tensor image = graph[node.inputs[0]];
  if (is_said(pads, image.shape, {kernel, layer.stride, layer.dilation, pads})) return;
  ops::PadAttributes attributes{{0, pads.top, pads.left, 0}, {0, pads.bottom, pads.right, 0}};
  set_value(attributes, image, node.op == &ops::max_pool2d);
  image.shape[1] += pads.top + pads.bottom;
  image.shape[2] += pads.left + pads.right;
  image.constant = image.variable = false;
  image.data.clear();
  image.name += "/padded";
  image.origin = {};
  const std::string name = image.name;
  const TensorId padded = graph.add(std::move(image));
  nodes.push_back({.op = &ops::pad,
                   .attributes = std::move(attributes),
                   .inputs = {node.inputs[0]},
                   .outputs = {padded},
                   .name = name});
  node.inputs[0] = padded;
  pads = {};
}

/// Height and width of weights [output channel][height][width][input channel].
Extent2 kernel_of(const Graph& graph, const Node& node) {
  const Shape& weights = graph[node.inputs[1]].shape;
  return {weights[1], weights[2]};
}

void frame(Graph& graph, Node& node, std::vector<Node>& nodes) {
  if (node.op == &ops::conv2d)
    frame<ops::Conv2dAttributes>(graph, node, kernel_of(graph, node), nodes);
  if (node.op == &ops::depthwise_conv2d)
    frame<ops::DepthwiseConv2dAttributes>(graph, node, kernel_of(graph, node), nodes);
  if (node.op == &ops::max_pool2d)
    frame<ops::Pool2dAttributes>(
        graph, node, std::any_cast<ops::Pool2dAttributes&>(node.attributes).kernel, nodes);
}

}  // namespace

Graph frame_pads(Graph graph) {
  std::vector<Node> nodes;
  for (Node& node : std::vector<Node>(std::move(graph.nodes))) {
    frame(graph, node, nodes);
    nodes.push_back(std::move(node));
  }
  graph.nodes = std::move(nodes);
  return graph;
}

}  // namespace smelt
