// SPDX-License-Identifier: Apache-2.0
#include "compiler/compress/reference.h"

#include <map>

namespace smelt {
namespace {

using NodesByName = std::map<std::string, const Node*>;

/// Null: several have that name.
NodesByName nodes_by_name(const Graph& graph) {
  NodesByName nodes;
  for (const Node& node : graph.nodes) {
    const auto [at, fresh] = nodes.emplace(node.name, &node);
    if (!fresh) at->second = nullptr;
  }
  return nodes;
}

class Matching {
 public:
  Matching(const Graph& compressed, const Graph& original)
      : compressed_(compressed),
        original_(original),
        tensors_(compressed.tensors.size(), no_tensor) {
    match(compressed.inputs, original.inputs);
    const NodesByName here = nodes_by_name(compressed), there = nodes_by_name(original);
    for (const auto& [name, node] : here) {
      const auto found = there.find(name);
      if (node && found != there.end() && found->second && found->second->op == node->op)
        match(node->outputs, found->second->outputs);
    }
  }

  TensorId operator()(TensorId compressed) const {
    return compressed == no_tensor ? no_tensor : tensors_[static_cast<std::size_t>(compressed)];
  }

 private:
  void match(const std::vector<TensorId>& here, const std::vector<TensorId>& there) {
    if (here.size() != there.size()) return;
    for (std::size_t i = 0; i < here.size(); ++i)
      if (here[i] != no_tensor && there[i] != no_tensor &&
          compressed_[here[i]].shape == original_[there[i]].shape)
        tensors_[static_cast<std::size_t>(here[i])] = there[i];
  }

  const Graph& compressed_;
  const Graph& original_;
  std::vector<TensorId> tensors_;
};

}  // namespace

void set_reference(Quantized& quantized, const Graph& original) {
  const Matching matching(quantized.reference, original);
  for (TensorId& id : quantized.float_tensors) id = matching(id);
  quantized.reference = original;
}

}  // namespace smelt
