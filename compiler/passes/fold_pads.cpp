// SPDX-License-Identifier: Apache-2.0
//
// A frame around an image that a convolution would add itself: conv2d(pad(x)) with pads p is
// conv2d(x) with pads p + frame, if the frame holds what the convolution pads with: zeros.
#include <algorithm>

#include "compiler/diagnostics.h"
#include "compiler/ops/conv2d.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/pad.h"
#include "compiler/passes/edit.h"
#include "compiler/passes/passes.h"

namespace smelt {
namespace {

Pads* pads_of(Node& node) {
  if (node.op != &ops::conv2d && node.op != &ops::depthwise_conv2d) return nullptr;
  for (const AttributeField& field : node.op->attributes.fields(node.attributes))
    if (auto* const* found = std::get_if<Pads*>(&field.value)) return *found;
  return nullptr;
}

/// Whether the frame is around height and width, of numbers that stand for zero.
bool is_frame_of_zeros(const ops::PadAttributes& frame, const Tensor& image) {
  if (image.shape.size() != 4 || frame.before[0] != 0 || frame.after[0] != 0 ||
      frame.before[3] != 0 || frame.after[3] != 0)
    return false;
  if (image.type == ElementType::f32) return frame.float_value == 0;
  return image.quantization.present() && frame.value == image.quantization.zero_point();
}

void fold(Graph& graph, Node& node) {
  Pads* pads = pads_of(node);
  const Node* frame = pads ? producer(graph, node.inputs[0]) : nullptr;
  if (!frame || frame->op != &ops::pad) return;
  const auto& attributes = std::any_cast<const ops::PadAttributes&>(frame->attributes);
  if (!is_frame_of_zeros(attributes, graph[frame->inputs[0]])) return;
  const Node whole = node;
  pads->top += attributes.before[1];
  pads->left += attributes.before[2];
  pads->bottom += attributes.after[1];
  pads->right += attributes.after[2];
  node.inputs[0] = frame->inputs[0];
  // Pads beyond the kernel's reach stay a frame.
  Diagnostics refused;
  node.op->check({graph, node}, refused);
  if (refused.failed()) node = whole;
}

}  // namespace

Graph fold_pads(Graph graph) {
  for (Node& node : graph.nodes) fold(graph, node);
  return remove_dead_nodes(std::move(graph));
}

}  // namespace smelt
