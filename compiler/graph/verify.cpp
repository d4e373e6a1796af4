// SPDX-License-Identifier: Apache-2.0
#include "compiler/graph/verify.h"

#include <fmt/format.h>

#include <algorithm>

namespace smelt {
namespace {

/// Tensors of more elements than this are no microcontroller's.
constexpr std::int64_t max_elements = std::int64_t{1} << 28;

/// s4 is for constants, each in a byte that has room for more.
void verify_s4(const Graph& graph, const Tensor& tensor, Diagnostics& diagnostics) {
  if (!tensor.constant) {
    diagnostics
        .error(place_of(graph), fmt::format("tensor \"{}\" of type s4 is no constant", tensor.name))
        .note("only weights have 4 bits");
    return;
  }
  const IntegerRange range = range_of(ElementType::s4);
  for (const std::int64_t value : integers(tensor)) {
    if (value >= range.min && value <= range.max) continue;
    diagnostics.error(place_of(graph),
                      fmt::format("constant \"{}\" of type s4 has element {}", tensor.name, value));
    return;
  }
}

void verify_tensor(const Graph& graph, const Tensor& tensor, Diagnostics& diagnostics) {
  const auto count = checked_count(tensor.shape, max_elements);
  if (!count) {
    diagnostics.error(place_of(graph), fmt::format("tensor \"{}\" has shape {}", tensor.name,
                                                   to_string(tensor.shape)));
    return;
  }
  if (tensor.constant &&
      tensor.data.size() != static_cast<std::size_t>(*count * byte_size(tensor.type)))
    diagnostics.error(place_of(graph),
                      fmt::format("constant \"{}\" of shape {} has {} bytes", tensor.name,
                                  to_string(tensor.shape), tensor.data.size()));
  if (tensor.type == ElementType::s4) verify_s4(graph, tensor, diagnostics);
}

class Verifier {
 public:
  Verifier(const Graph& graph, Diagnostics& diagnostics)
      : graph_(graph), diagnostics_(diagnostics), written_(graph.tensors.size()) {
    for (std::size_t i = 0; i < graph.tensors.size(); ++i)
      written_[i] = graph.tensors[i].constant || graph.tensors[i].variable;
  }

  void run() {
    for (const Tensor& tensor : graph_.tensors) verify_tensor(graph_, tensor, diagnostics_);
    for (const TensorId id : graph_.inputs) {
      if (!exists(id)) return complain(place_of(graph_), "an input does not exist");
      written_[static_cast<std::size_t>(id)] = true;
    }
    if (diagnostics_.failed()) return;
    for (const Node& node : graph_.nodes) verify_node(node);
    for (const TensorId id : graph_.outputs)
      if (!exists(id) || !written_[static_cast<std::size_t>(id)])
        complain(place_of(graph_), "an output is never computed");
      else if (graph_[id].constant || graph_[id].variable)
        complain(place_of(graph_), "an output is a constant or a variable");
  }

 private:
  bool exists(TensorId id) const {
    return static_cast<std::int32_t>(id) >= 0 &&
           static_cast<std::size_t>(id) < graph_.tensors.size();
  }
  void complain(Place place, std::string message) {
    diagnostics_.error(std::move(place), std::move(message));
  }

  void verify_node(const Node& node) {
    const Place place = place_of(graph_, node);
    for (const TensorId id : node.inputs)
      if (id != no_tensor && (!exists(id) || !written_[static_cast<std::size_t>(id)]))
        return complain(place, "an operand is read before it is computed");
    for (const TensorId id : node.outputs) {
      if (!exists(id) || written_[static_cast<std::size_t>(id)])
        return complain(place, "an output is written twice or does not exist");
      written_[static_cast<std::size_t>(id)] = true;
    }
    smelt::verify_node(graph_, node, diagnostics_);
  }

  const Graph& graph_;
  Diagnostics& diagnostics_;
  std::vector<bool> written_;
};

}  // namespace

bool accepts_operands(const OpDef& op, const std::vector<TensorId>& inputs) {
  const auto ends_with = [](std::string_view name, char c) { return name.back() == c; };
  const bool any_number = !op.operands.empty() && ends_with(op.operands.back(), '*');
  if (!any_number && inputs.size() > op.operands.size()) return false;
  for (std::size_t i = 0; i < op.operands.size(); ++i) {
    const bool given = i < inputs.size() && inputs[i] != no_tensor;
    const bool needed = !ends_with(op.operands[i], '?') && !ends_with(op.operands[i], '*');
    if (needed && !given) return false;
  }
  return !any_number || std::find(inputs.begin(), inputs.end(), no_tensor) == inputs.end();
}

void verify_node(const Graph& graph, const Node& node, Diagnostics& diagnostics) {
  const Place place = place_of(graph, node);
  if (!accepts_operands(*node.op, node.inputs) || node.outputs.empty()) {
    diagnostics.error(place, fmt::format("{} operands, {} outputs: not what {} takes",
                                         node.inputs.size(), node.outputs.size(), node.op->name));
    return;
  }
  const NodeView view{graph, node};
  Diagnostics found;
  if (node.op->check) node.op->check(view, found);
  for (const Diagnostic& each : found.all())
    diagnostics.error(each.place, each.message).notes = each.notes;
  if (found.failed()) return;
  const std::vector<TensorType> types = node.op->infer(view);
  if (types.size() != node.outputs.size()) {
    diagnostics.error(place,
                      fmt::format("{} outputs, expected {}", node.outputs.size(), types.size()));
    return;
  }
  for (std::size_t i = 0; i < types.size(); ++i) {
    const Tensor& output = view.output(i);
    if (types[i] != TensorType{output.type, output.shape})
      diagnostics.error(
          place, fmt::format("output \"{}\" is {} {}, but its inputs make it {} {}", output.name,
                             to_string(output.type), to_string(output.shape),
                             to_string(types[i].type), to_string(types[i].shape)));
  }
}

void verify(const Graph& graph, Diagnostics& diagnostics) {
  Verifier(graph, diagnostics).run();
}

}  // namespace smelt
