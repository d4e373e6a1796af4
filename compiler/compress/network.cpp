// SPDX-License-Identifier: Apache-2.0
#include "compiler/compress/network.h"

#include <algorithm>

namespace smelt {
namespace {

std::size_t index_of(TensorId id) {
  return static_cast<std::size_t>(id);
}

std::size_t bytes_of(const Tensor& tensor) {
  return static_cast<std::size_t>(element_count(tensor.shape) * byte_size(tensor.type));
}

}  // namespace

Network::Network(const Graph& graph)
    : graph_(graph), constants_(graph.tensors.size()), wanted_(graph.tensors.size()) {
  for (const Node& node : graph.nodes) functions_.push_back(differentiate({graph, node}));
  for (std::size_t i = 0; i < graph.tensors.size(); ++i)
    if (graph.tensors[i].constant && graph.tensors[i].type == ElementType::f32)
      constants_[i] = elements<float>(graph.tensors[i]);
}

std::vector<TensorId> Network::learnable_constants() const {
  std::vector<bool> read(graph_.tensors.size()), fixed(graph_.tensors.size());
  for (const TensorId id : graph_.outputs) fixed[index_of(id)] = true;
  for (std::size_t n = 0; n < graph_.nodes.size(); ++n) {
    const Node& node = graph_.nodes[n];
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (node.inputs[i] == no_tensor) continue;
      const bool good = functions_[n] && learnable({graph_, node}, i) != Learnable::no;
      (good ? read : fixed)[index_of(node.inputs[i])] = true;
    }
  }
  std::vector<TensorId> found;
  for (std::size_t i = 0; i < read.size(); ++i)
    if (read[i] && !fixed[i]) found.push_back(static_cast<TensorId>(i));
  return found;
}

void Network::learn(const std::vector<TensorId>& constants) {
  std::fill(wanted_.begin(), wanted_.end(), false);
  for (const TensorId id : constants) wanted_[index_of(id)] = true;
  for (std::size_t n = 0; n < graph_.nodes.size(); ++n) {
    const Node& node = graph_.nodes[n];
    const bool any = std::any_of(node.inputs.begin(), node.inputs.end(), [&](TensorId id) {
      return id != no_tensor && wanted_[index_of(id)];
    });
    if (functions_[n] && any) wanted_[index_of(node.outputs[0])] = true;
  }
}

NetworkRun::NetworkRun(const Network& network, std::size_t samples)
    : network_(network),
      samples_(samples),
      values_(network.graph_.tensors.size()),
      gradients_(network.graph_.tensors.size()) {
  const Graph& graph = network.graph_;
  for (std::size_t i = 0; i < graph.tensors.size(); ++i) {
    const Tensor& tensor = graph.tensors[i];
    if (!tensor.constant) values_[i].resize(samples * bytes_of(tensor));
    if (network.wanted_[i])
      gradients_[i].resize(bytes_of(tensor) / sizeof(float) * (tensor.constant ? 1 : samples));
  }
  for (std::size_t n = 0; n < graph.nodes.size(); ++n)
    evaluations_.push_back(
        network.functions_[n] ? nullptr : std::make_unique<NodeEvaluation>(graph, graph.nodes[n]));
}

void NetworkRun::forward(const std::vector<Bytes>& inputs) {
  const Graph& graph = network_.graph_;
  for (std::size_t i = 0; i < inputs.size(); ++i) values_[index_of(graph.inputs[i])] = inputs[i];
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const Node& node = graph.nodes[n];
    if (evaluations_[n])
      run_by_sample(node, *evaluations_[n]);
    else
      network_.functions_[n]->forward(
          operands_of(node), reinterpret_cast<float*>(values_[index_of(node.outputs[0])].data()));
  }
  for (std::vector<float>& gradient : gradients_) std::fill(gradient.begin(), gradient.end(), 0.0F);
}

void NetworkRun::backward() {
  const Graph& graph = network_.graph_;
  for (std::size_t n = graph.nodes.size(); n-- > 0;) {
    const Node& node = graph.nodes[n];
    if (!network_.functions_[n] || !network_.wants_gradient(node.outputs[0])) continue;
    std::vector<float*> gradients;
    for (const TensorId id : node.inputs)
      gradients.push_back(id != no_tensor && network_.wants_gradient(id)
                              ? gradients_[index_of(id)].data()
                              : nullptr);
    network_.functions_[n]->backward(operands_of(node), value(node.outputs[0]).data(),
                                     gradients_[index_of(node.outputs[0])].data(), gradients);
  }
}

Operands NetworkRun::operands_of(const Node& node) const {
  Operands operands{.samples = samples_};
  for (const TensorId id : node.inputs)
    operands.inputs.push_back(id == no_tensor ? nullptr
                              : network_.graph_[id].constant
                                  ? network_.constants_[index_of(id)].data()
                                  : value(id).data());
  return operands;
}

void NetworkRun::run_by_sample(const Node& node, NodeEvaluation& evaluation) {
  for (std::size_t sample = 0; sample < samples_; ++sample) {
    std::vector<Bytes> operands;
    for (const TensorId id : evaluation.operands()) {
      const std::size_t bytes = bytes_of(network_.graph_[id]);
      const auto from = values_[index_of(id)].begin() + static_cast<std::ptrdiff_t>(sample * bytes);
      operands.emplace_back(from, from + static_cast<std::ptrdiff_t>(bytes));
    }
    const std::vector<Bytes> outputs = evaluation.run(operands);
    for (std::size_t i = 0; i < outputs.size(); ++i)
      std::copy(outputs[i].begin(), outputs[i].end(),
                values_[index_of(node.outputs[i])].begin() +
                    static_cast<std::ptrdiff_t>(sample * outputs[i].size()));
  }
}

}  // namespace smelt
