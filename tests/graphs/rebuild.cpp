// SPDX-License-Identifier: Apache-2.0
#include "tests/graphs/rebuild.h"

#include <algorithm>
#include <functional>

#include "compiler/graph/verify.h"
#include "compiler/passes/passes.h"
#include "tests/support/builder.h"

namespace smelt::test {
namespace {

/// A number that described an operand and has become another.
struct Change {
  std::int32_t from, to;
};

class Rebuild {
 public:
  Rebuild(Graph edited, const Graph& before) : graph_(std::move(edited)), before_(before) {}

  std::optional<Graph> run() {
    if (graph_.outputs.empty()) return std::nullopt;
    graph_ = remove_dead_nodes_keeping_ids();
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
      if (!settle(i)) return std::nullopt;
    prune();
    if (!problems(graph_).empty()) return std::nullopt;
    return std::move(graph_);
  }

 private:
  /// Nodes whose results nobody needs should not keep others from changing.
  Graph remove_dead_nodes_keeping_ids() const {
    Graph result = graph_;
    std::vector<bool> needed(graph_.tensors.size());
    const auto need = [&](const std::vector<TensorId>& ids) {
      for (const TensorId id : ids)
        if (id != no_tensor) needed[static_cast<std::size_t>(id)] = true;
    };
    need(graph_.outputs);
    result.nodes.clear();
    for (std::size_t i = graph_.nodes.size(); i-- > 0;) {
      const Node& node = graph_.nodes[i];
      if (!needed[static_cast<std::size_t>(node.outputs[0])]) continue;
      need(node.inputs);
      result.nodes.insert(result.nodes.begin(), node);
    }
    return result;
  }

  /// Derives the output of a node; false if its rules are broken.
  bool fits(std::size_t index) {
    const Node& node = graph_.nodes[index];
    const NodeView view{graph_, node};
    Diagnostics refused;
    if (!accepts_operands(*node.op, node.inputs)) return false;
    if (node.op->check) node.op->check(view, refused);
    if (refused.failed()) return false;
    const TensorType type = node.op->infer(view).front();
    graph_[node.outputs[0]].type = type.type;
    graph_[node.outputs[0]].shape = type.shape;
    return true;
  }

  bool settle(std::size_t index) {
    if (fits(index)) return true;
    const std::vector<Change> changes = changes_of(graph_.nodes[index]);
    const Graph whole = graph_;
    for (const auto& attempt : attempts(index, changes)) {
      attempt();
      if (fits(index)) return true;
      graph_ = whole;
    }
    return false;
  }

  std::vector<Change> changes_of(const Node& node) const {
    std::vector<Change> changes;
    const auto add = [&](std::int64_t from, std::int64_t to) {
      if (from != to)
        changes.push_back({static_cast<std::int32_t>(from), static_cast<std::int32_t>(to)});
    };
    for (const TensorId id : node.inputs) {
      if (id == no_tensor || static_cast<std::size_t>(id) >= before_.tensors.size()) continue;
      const Shape& from = before_[id].shape;
      const Shape& to = graph_[id].shape;
      for (std::size_t axis = 0; axis < std::min(from.size(), to.size()); ++axis)
        add(from[axis], to[axis]);
      add(element_count(from), element_count(to));
    }
    return changes;
  }

  /// All leaf operands are adapted, one of them is, or the attributes are.
  std::vector<std::function<void()>> attempts(std::size_t index,
                                              const std::vector<Change>& changes) {
    std::vector<std::function<void()>> result;
    const std::vector<TensorId> inputs = graph_.nodes[index].inputs;
    result.emplace_back([=, this] {
      for (const TensorId id : inputs) adapt(id, changes);
    });
    for (const TensorId id : inputs) result.emplace_back([=, this] { adapt(id, changes); });
    result.emplace_back([=, this] { adapt_attributes(graph_.nodes[index], changes); });
    return result;
  }

  bool is_leaf(TensorId id) const {
    return graph_[id].constant || graph_[id].variable ||
           std::find(graph_.inputs.begin(), graph_.inputs.end(), id) != graph_.inputs.end();
  }

  void adapt(TensorId id, const std::vector<Change>& changes) {
    if (id == no_tensor || !is_leaf(id)) return;
    for (std::size_t axis = 0; axis < graph_[id].shape.size(); ++axis)
      for (const Change& change : changes)
        if (graph_[id].shape[axis] == change.from && change.to < change.from) {
          cut(graph_[id], axis, change.to);
          break;
        }
  }

  static void adapt_attributes(Node& node, const std::vector<Change>& changes) {
    for (const AttributeField& field : node.op->attributes.fields(node.attributes)) {
      const auto* numbers = std::get_if<std::vector<std::int32_t>*>(&field.value);
      if (!numbers) continue;
      for (std::int32_t& number : **numbers)
        for (const Change& change : changes)
          if (number == change.from) {
            number = change.to;
            break;
          }
    }
  }

  /// Removes what nobody needs, and numbers what is left.
  void prune() {
    graph_ = remove_dead_nodes(std::move(graph_));
    std::vector<bool> used(graph_.tensors.size());
    for (const TensorId id : graph_.outputs) used[static_cast<std::size_t>(id)] = true;
    for (const Node& node : graph_.nodes)
      for (const TensorId id : node.inputs)
        if (id != no_tensor) used[static_cast<std::size_t>(id)] = true;
    std::erase_if(graph_.inputs, [&](TensorId id) { return !used[static_cast<std::size_t>(id)]; });
    graph_ = remove_dead_nodes(std::move(graph_));
    for (std::size_t i = 0; i < graph_.tensors.size(); ++i)
      graph_.tensors[i].origin = {.tensor = static_cast<std::int32_t>(i)};
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
      graph_.nodes[i].file_index = static_cast<std::int32_t>(i);
  }

  Graph graph_;
  const Graph& before_;
};

}  // namespace

void cut(Tensor& tensor, std::size_t axis, std::int32_t extent) {
  const auto old = static_cast<std::size_t>(tensor.shape[axis]);
  auto inner = static_cast<std::size_t>(byte_size(tensor.type));
  for (std::size_t i = axis + 1; i < tensor.shape.size(); ++i)
    inner *= static_cast<std::size_t>(tensor.shape[i]);
  std::vector<std::uint8_t> kept;
  for (std::size_t i = 0; i < tensor.data.size(); ++i)
    if (i / inner % old < static_cast<std::size_t>(extent)) kept.push_back(tensor.data[i]);
  tensor.data = std::move(kept);
  tensor.shape[axis] = extent;
  Quantization& q = tensor.quantization;
  if (!q.per_channel() || q.axis != static_cast<std::int32_t>(axis)) return;
  q.scales.resize(static_cast<std::size_t>(extent));
  if (q.zero_points.size() == old) q.zero_points.resize(static_cast<std::size_t>(extent));
  if (extent == 1) q.axis = 0;
}

std::optional<Graph> rebuilt(Graph edited, const Graph& before) {
  return Rebuild(std::move(edited), before).run();
}

void add_rebuilt(std::vector<Graph>& graphs, Graph edited, const Graph& before) {
  if (auto graph = rebuilt(std::move(edited), before)) graphs.push_back(std::move(*graph));
}

}  // namespace smelt::test
