// SPDX-License-Identifier: Apache-2.0
//
// Transposes sink towards the outputs, through operators that can run on the tensor as it was
// before, until they meet their inverse, or weights that take up the new order:
//
//   f(T(x)) = T(f'(x))     T'(T(x)) = (T' T)(x)     dense(flatten(T(x)), W) = dense(flatten(x), W')
//
// One that moves extents of 1 alone is a reshape. A transpose with several readers may sink into
// several; the result is taken only if it moves fewer elements.
#include <algorithm>
#include <optional>

#include "compiler/ops/fully_connected.h"
#include "compiler/ops/permutation.h"
#include "compiler/ops/reshape.h"
#include "compiler/ops/transpose.h"
#include "compiler/passes/passes.h"

namespace smelt {
namespace {

const Permutation& permutation_of(const Node& node) {
  return std::any_cast<const ops::TransposeAttributes&>(node.attributes).permutation;
}

class Sinker {
 public:
  /// `spread`: transposes with several readers sink too.
  Sinker(Graph graph, bool spread) : graph_(std::move(graph)), spread_(spread) {}

  Graph run() {
    bool changed = true;
    while (changed) {
      changed = false;
      find_producers();
      for (std::size_t i = 0; i < graph_.nodes.size() && !changed; ++i) changed = improve(i);
      if (changed) graph_ = remove_dead_nodes(std::move(graph_));
    }
    return std::move(graph_);
  }

 private:
  struct Source {
    TensorId tensor;
    Permutation permutation;
  };

  void find_producers() {
    producer_.assign(graph_.tensors.size(), -1);
    readers_.assign(graph_.tensors.size(), 0);
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      for (const TensorId id : graph_.nodes[i].outputs)
        producer_[static_cast<std::size_t>(id)] = static_cast<std::int32_t>(i);
      for (const TensorId id : graph_.nodes[i].inputs)
        if (id != no_tensor) ++readers_[static_cast<std::size_t>(id)];
    }
    for (const TensorId id : graph_.outputs) ++readers_[static_cast<std::size_t>(id)];
  }

  const Node* producer(TensorId id, const OpDef& op) const {
    if (id == no_tensor || producer_[static_cast<std::size_t>(id)] < 0) return nullptr;
    const Node& node =
        graph_.nodes[static_cast<std::size_t>(producer_[static_cast<std::size_t>(id)])];
    return node.op == &op ? &node : nullptr;
  }

  bool is_output(TensorId id) const {
    return std::find(graph_.outputs.begin(), graph_.outputs.end(), id) != graph_.outputs.end();
  }

  /// What a tensor was before the transpose that makes it.
  std::optional<Source> source(TensorId id) const {
    const Node* node = producer(id, ops::transpose);
    if (!node || (!spread_ && readers_[static_cast<std::size_t>(id)] > 1)) return std::nullopt;
    return Source{node->inputs[0], permutation_of(*node)};
  }

  bool improve(std::size_t i) {
    const OpDef* op = graph_.nodes[i].op;
    if (op == &ops::transpose) return shorten(i);
    if (op == &ops::reshape) return join_reshapes(i);
    if (op == &ops::fully_connected) return absorb(i);
    return sink(i);
  }

  // --- transposes and reshapes -------------------------------------------------------------------

  /// Two transposes are one; one that does nothing goes.
  bool shorten(std::size_t i) {
    Node& node = graph_.nodes[i];
    if (is_identity(permutation_of(node))) return bypass(i);
    const Node* first = producer(node.inputs[0], ops::transpose);
    if (!first) return false;
    const Permutation both = compose(permutation_of(*first), permutation_of(node));
    node.inputs = {first->inputs[0]};
    node.attributes = ops::TransposeAttributes{.permutation = both};
    return true;
  }

  /// The readers of a node that keeps shape and elements read its operand instead.
  bool bypass(std::size_t i) {
    Node& node = graph_.nodes[i];
    const TensorId from = node.inputs[0], to = node.outputs[0];
    if (is_output(to)) {
      if (node.op == &ops::reshape) return false;
      node.attributes = ops::ReshapeAttributes{.shape = graph_[to].shape};
      node.op = &ops::reshape;
      return true;
    }
    for (Node& each : graph_.nodes)
      for (TensorId& id : each.inputs)
        if (id == to) id = from;
    return readers_[static_cast<std::size_t>(to)] > 0;
  }

  bool join_reshapes(std::size_t i) {
    Node& node = graph_.nodes[i];
    if (const Node* first = producer(node.inputs[0], ops::reshape)) {
      node.inputs = {first->inputs[0]};
      return true;
    }
    return graph_[node.inputs[0]].shape == graph_[node.outputs[0]].shape && bypass(i);
  }

  // --- operators ---------------------------------------------------------------------------------

  /// A tensor like `id` in another shape; no tensor of the file.
  TensorId like(TensorId id, Shape shape) {
    Tensor tensor = graph_[id];
    tensor.shape = std::move(shape);
    tensor.origin = {};
    return graph_.add(std::move(tensor));
  }

  /// Node `i` runs on `operands`, and what it gives is transposed into what it gave.
  bool replace(std::size_t i, std::any attributes, std::vector<TensorId> operands,
               const Permutation& after) {
    Node node = graph_.nodes[i];
    const TensorId output = node.outputs[0];
    node.attributes = std::move(attributes);
    node.inputs = std::move(operands);
    if (is_identity(after)) {
      graph_.nodes[i] = std::move(node);
      return true;
    }
    const TensorId inner = like(output, permuted(graph_[output].shape, inverse(after)));
    node.outputs = {inner};
    Node transpose = node;
    transpose.op = &ops::transpose;
    transpose.attributes = ops::TransposeAttributes{.permutation = after};
    transpose.inputs = {inner};
    transpose.outputs = {output};
    graph_.nodes[i] = std::move(node);
    graph_.nodes.insert(graph_.nodes.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                        std::move(transpose));
    return true;
  }

  /// Operand `id` of node `i`, of which the transpose gives what it is now: what it was, or, where
  /// that costs nothing, a constant or reshaped tensor. Adds nodes before `i`, which moves on.
  std::optional<TensorId> untransposed(TensorId id, const Permutation& p, std::size_t& i) {
    const std::optional<Source> before = source(id);
    if (before && before->permutation == p) return before->tensor;
    Shape shape = graph_[id].shape;
    if (shape.size() > p.size()) return std::nullopt;
    shape.insert(shape.begin(), p.size() - shape.size(), 1);
    const Permutation back = inverse(p);
    const Shape result = permuted(shape, back);
    if (graph_[id].constant) {
      if (graph_[id].quantization.per_channel()) return std::nullopt;
      const TensorId constant = like(id, result);
      graph_[constant].data = permuted(graph_[id].data, shape, back, byte_size(graph_[id].type));
      return constant;
    }
    if (!moves_nothing(shape, back) || graph_[id].variable) return std::nullopt;
    const TensorId reshaped = like(id, result);
    Node node = graph_.nodes[i];
    node.op = &ops::reshape;
    node.attributes = ops::ReshapeAttributes{.shape = result};
    node.inputs = {id};
    node.outputs = {reshaped};
    graph_.nodes.insert(graph_.nodes.begin() + static_cast<std::ptrdiff_t>(i), std::move(node));
    ++i;
    return reshaped;
  }

  /// Whether untransposed() will give something: it must not leave nodes behind in vain.
  bool can_untranspose(TensorId id, const Permutation& p) const {
    const std::optional<Source> before = source(id);
    if (before && before->permutation == p) return true;
    const Tensor& tensor = graph_[id];
    Shape shape = tensor.shape;
    if (shape.size() > p.size() || tensor.variable || tensor.quantization.per_channel())
      return false;
    shape.insert(shape.begin(), p.size() - shape.size(), 1);
    return tensor.constant || moves_nothing(shape, inverse(p));
  }

  /// The transpose that all operands of a node can be freed of.
  std::optional<Permutation> common(const Node& node) const {
    std::size_t rank = 0;  // operands of fewer dimensions are broadcast
    for (const TensorId id : node.inputs) rank = std::max(rank, graph_[id].shape.size());
    for (const TensorId id : node.inputs) {
      const std::optional<Source> candidate = source(id);
      if (!candidate || candidate->permutation.size() != rank) continue;
      if (moves_nothing(graph_[candidate->tensor].shape, candidate->permutation) &&
          node.inputs.size() > 1)
        continue;
      const Permutation& p = candidate->permutation;
      if (std::all_of(node.inputs.begin(), node.inputs.end(),
                      [&](TensorId each) { return can_untranspose(each, p); }))
        return p;
    }
    return std::nullopt;
  }

  std::vector<TensorId> untransposed_operands(const Permutation& p, std::size_t& i) {
    std::vector<TensorId> operands = graph_.nodes[i].inputs;
    for (TensorId& id : operands) id = *untransposed(id, p, i);
    return operands;
  }

  bool sink(std::size_t i) {
    const OpDef& op = *graph_.nodes[i].op;
    if (!op.untranspose || graph_.nodes[i].outputs.size() != 1) return false;
    const std::optional<Permutation> p = common(graph_.nodes[i]);
    if (!p) return false;
    std::vector<TensorId> operands = untransposed_operands(*p, i);
    Untransposed node = op.untranspose({graph_, graph_.nodes[i]}, *p);
    return replace(i, std::move(node.attributes), std::move(operands), node.after);
  }

  /// Weights of a dense layer take their inputs in the order before the transpose.
  bool absorb(std::size_t i) {
    const Node& node = graph_.nodes[i];
    const Node* flatten = producer(node.inputs[0], ops::reshape);
    const auto from = flatten ? source(flatten->inputs[0]) : std::nullopt;
    if (!from || !graph_[node.inputs[1]].constant) return false;
    const Permutation& p = from->permutation;
    const Shape flat = graph_[node.inputs[0]].shape;
    const Shape image = graph_[flatten->inputs[0]].shape;
    const Shape weights = graph_[node.inputs[1]].shape;
    if (p[0] != 0 || flat.size() != 2 || flat[0] != image[0] || weights[1] != flat[1]) return false;
    // [output][dimensions of the image but for the first], which the output stands for.
    Shape spread = image;
    spread[0] = weights[0];
    const TensorId reordered = like(node.inputs[1], weights);
    graph_[reordered].data = permuted(graph_[node.inputs[1]].data, spread, inverse(p),
                                      byte_size(graph_[node.inputs[1]].type));
    const TensorId input = like(node.inputs[0], flat);
    Node reshape = *flatten;
    reshape.inputs = {from->tensor};
    reshape.outputs = {input};
    graph_.nodes[i].inputs[0] = input;
    graph_.nodes[i].inputs[1] = reordered;
    graph_.nodes.insert(graph_.nodes.begin() + static_cast<std::ptrdiff_t>(i), std::move(reshape));
    return true;
  }

  Graph graph_;
  bool spread_;
  std::vector<std::int32_t> producer_;  // by tensor: index of the node, or -1
  std::vector<std::int32_t> readers_;   // by tensor
};

/// Elements that transposes move.
std::int64_t moved(const Graph& graph) {
  std::int64_t count = 0;
  for (const Node& node : graph.nodes)
    if (node.op == &ops::transpose &&
        !moves_nothing(graph[node.inputs[0]].shape, permutation_of(node)))
      count += element_count(graph[node.outputs[0]].shape);
  return count;
}

Graph with_reshapes(Graph graph) {
  for (Node& node : graph.nodes)
    if (node.op == &ops::transpose &&
        moves_nothing(graph[node.inputs[0]].shape, permutation_of(node))) {
      node.attributes = ops::ReshapeAttributes{.shape = graph[node.outputs[0]].shape};
      node.op = &ops::reshape;
    }
  return graph;
}

}  // namespace

Graph remove_transposes(Graph graph) {
  const bool any = std::any_of(graph.nodes.begin(), graph.nodes.end(),
                               [](const Node& node) { return node.op == &ops::transpose; });
  if (!any) return graph;
  Graph best = graph;
  for (const bool spread : {true, false}) {
    Graph candidate = Sinker(graph, spread).run();
    if (moved(candidate) < moved(best)) best = std::move(candidate);
  }
  best = with_reshapes(std::move(best));
  // Reshapes that are left between two others let more sink, through what grows even for the worse.
  Graph joined = Sinker(best, false).run();
  return moved(joined) <= moved(best) ? joined : best;
}

}  // namespace smelt
