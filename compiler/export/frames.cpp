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

template <typename T>
T* attribute(Node& node, std::string_view name) {
  for (const AttributeField& field : node.op->attributes.fields(node.attributes))
    if (field.name == name)
      if (auto* const* found = std::get_if<T*>(&field.value)) return *found;
  return nullptr;
}

Window window_of(const Graph& graph, Node& node) {
  Window window;
  window.stride = *attribute<Extent2>(node, "stride");
  if (const Extent2* kernel = attribute<Extent2>(node, "kernel"))
    window.kernel = *kernel;
  else
    window.kernel = {graph[node.inputs[1]].shape[1], graph[node.inputs[1]].shape[2]};
  const Extent2* dilation = attribute<Extent2>(node, "dilation");
  window.dilation = dilation ? *dilation : Extent2{1, 1};
  window.pads = *attribute<Pads>(node, "pads");
  return window;
}

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
void frame(Graph& graph, Node& node, std::vector<Node>& nodes) {
  const bool pools = node.op == &ops::max_pool2d;
  if (!pools && node.op != &ops::conv2d && node.op != &ops::depthwise_conv2d) return;
  Pads& pads = *attribute<Pads>(node, "pads");
  Tensor image = graph[node.inputs[0]];
  if (is_said(pads, image.shape, window_of(graph, node))) return;
  ops::PadAttributes attributes{{0, pads.top, pads.left, 0}, {0, pads.bottom, pads.right, 0}};
  set_value(attributes, image, pools);
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
