// SPDX-License-Identifier: Apache-2.0
//
// A frame around an image that a convolution would add itself: conv2d(pad(x)) with pads p is
// conv2d(x) with pads p + frame, if the frame holds what the convolution pads with: zeros. Pads
// that are beyond the kernel's reach stay a frame.
#include <algorithm>

#include "compiler/diagnostics.h"
#include "compiler/ops/conv2d.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/pad.h"
#include "compiler/ops/permutation.h"
#include "compiler/ops/transpose.h"
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

/// Elements per dimension of an image NHWC.
struct Frame {
  std::vector<std::int32_t> before, after;
};

/// Whether a frame is around height and width alone.
bool is_spatial(const Frame& frame) {
  return frame.before.size() == 4 && frame.before[0] == 0 && frame.after[0] == 0 &&
         frame.before[3] == 0 && frame.after[3] == 0;
}

bool is_of_zeros(const ops::PadAttributes& frame, const Tensor& image) {
  if (image.type == ElementType::f32) return frame.float_value == 0;
  return image.quantization.present() && frame.value == image.quantization.zero_point();
}

/// The transpose that makes `id` for one reader, or null.
Node* sole_transpose(Graph& graph, TensorId id, const std::vector<std::int32_t>& readers) {
  Node* node = producer(graph, id);
  const bool sole =
      node && node->op == &ops::transpose && readers[static_cast<std::size_t>(id)] == 1;
  return sole ? node : nullptr;
}

/// Widens the pads of `node`; false if they are then beyond its kernel's reach.
bool widen(Graph& graph, Node& node, TensorId image, const Frame& frame) {
  const Node whole = node;
  Pads* pads = pads_of(node);
  pads->top += frame.before[1];
  pads->left += frame.before[2];
  pads->bottom += frame.after[1];
  pads->right += frame.after[2];
  node.inputs[0] = image;
  Diagnostics refused;
  node.op->check({graph, node}, refused);
  if (refused.failed()) node = whole;
  return !refused.failed();
}

void fold(Graph& graph, Node& node, const std::vector<std::int32_t>& readers) {
  if (!pads_of(node)) return;
  Node* transpose = sole_transpose(graph, node.inputs[0], readers);
  const Node* pad = producer(graph, transpose ? transpose->inputs[0] : node.inputs[0]);
  if (!pad || pad->op != &ops::pad) return;
  const auto& attributes = std::any_cast<const ops::PadAttributes&>(pad->attributes);
  const TensorId image = pad->inputs[0];
  Frame frame{attributes.before, attributes.after};
  if (!is_of_zeros(attributes, graph[image])) return;
  if (!transpose) {
    if (is_spatial(frame)) widen(graph, node, image, frame);
    return;
  }
  const Permutation p =
      std::any_cast<const ops::TransposeAttributes&>(transpose->attributes).permutation;
  frame = {permuted(frame.before, p), permuted(frame.after, p)};
  if (!is_spatial(frame)) return;
  Tensor transposed = graph[node.inputs[0]];
  transposed.shape = permuted(graph[image].shape, p);
  transposed.origin = {};
  const TensorId id = graph.add(std::move(transposed));
  if (!widen(graph, node, id, frame)) return;
  transpose->inputs = {image};
  transpose->outputs = {id};
}

}  // namespace

Graph fold_pads(Graph graph) {
  const std::vector<std::int32_t> readers = reader_counts(graph);
  for (Node& node : graph.nodes) fold(graph, node, readers);
  return remove_dead_nodes(std::move(graph));
}

}  // namespace smelt
