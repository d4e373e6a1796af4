// SPDX-License-Identifier: Apache-2.0
#include "compiler/quantize/values.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "compiler/evaluate/node_evaluation.h"
#include "compiler/evaluate/parallel.h"

namespace smelt {
namespace {

template <typename T>
Bytes quantized_bytes(const Quantization& quantization, const Bytes& real) {
  std::vector<T> result;
  for (const float value : floats(real)) {
    const double level =
        std::round(double{value} / double{quantization.scale()}) + quantization.zero_point();
    result.push_back(static_cast<T>(
        std::clamp<double>(std::isnan(level) ? quantization.zero_point() : level,
                           std::numeric_limits<T>::min(), std::numeric_limits<T>::max())));
  }
  return to_bytes(result);
}

}  // namespace

void Values::run(const Graph& graph, const Node& node) {
  std::vector<std::vector<Bytes>> results(node.outputs.size(), std::vector<Bytes>(samples_));
  parallel_for(samples_, [&] {
    return [&, evaluation = NodeEvaluation(graph, node)](std::size_t i) mutable {
      std::vector<Bytes> operands;
      for (const TensorId id : evaluation.operands()) operands.push_back(values_.at(id)[i]);
      std::vector<Bytes> outputs = evaluation.run(operands);
      for (std::size_t j = 0; j < outputs.size(); ++j) results[j][i] = std::move(outputs[j]);
    };
  });
  for (std::size_t j = 0; j < results.size(); ++j) set(node.outputs[j], std::move(results[j]));
}

std::vector<const Bytes*> Values::all(TensorId id) const {
  std::vector<const Bytes*> pointers;
  for (const Bytes& value : values_.at(id)) pointers.push_back(&value);
  return pointers;
}

std::vector<const Bytes*> Values::real(const Graph& graph, TensorId id) {
  real_.clear();
  for (const Bytes& value : values_.at(id)) real_.push_back(real_values(graph[id], value));
  std::vector<const Bytes*> pointers;
  for (const Bytes& value : real_) pointers.push_back(&value);
  return pointers;
}

Values input_values(const Graph& graph, const std::vector<std::vector<Bytes>>& samples) {
  Values values(samples.size());
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
    std::vector<Bytes> inputs;
    for (const std::vector<Bytes>& sample : samples) inputs.push_back(sample[i]);
    values.set(graph.inputs[i], std::move(inputs));
  }
  return values;
}

std::vector<TensorId> last_read_by(const Graph& graph, std::size_t node) {
  const auto read_later = [&](TensorId id) {
    for (std::size_t i = node + 1; i < graph.nodes.size(); ++i)
      if (std::count(graph.nodes[i].inputs.begin(), graph.nodes[i].inputs.end(), id)) return true;
    return std::count(graph.outputs.begin(), graph.outputs.end(), id) > 0;
  };
  std::vector<TensorId> result;
  for (const TensorId id : graph.nodes[node].inputs)
    if (id != no_tensor && !read_later(id)) result.push_back(id);
  return result;
}

void run_along(const Graph& graph, const std::vector<std::vector<Bytes>>& samples,
               const std::function<void(std::size_t i, const Values& values)>& look) {
  Values values = input_values(graph, samples);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    look(i, values);
    values.run(graph, graph.nodes[i]);
    for (const TensorId id : last_read_by(graph, i)) values.forget(id);
  }
}

void run_beside(const Graph& reference, const Graph& graph,
                const std::vector<std::vector<Bytes>>& samples, const NodeChange& change) {
  Values exact = input_values(reference, samples), found = exact;
  for (std::size_t i = 0; i < reference.nodes.size(); ++i) {
    change(i, exact, found);
    exact.run(reference, reference.nodes[i]);
    found.run(graph, graph.nodes[i]);
    for (const TensorId id : last_read_by(reference, i)) {
      exact.forget(id);
      found.forget(id);
    }
  }
}

std::span<const float> floats(const Bytes& bytes) {
  return {reinterpret_cast<const float*>(bytes.data()), bytes.size() / sizeof(float)};
}

Bytes real_values(const Tensor& tensor, const Bytes& value) {
  if (tensor.type == ElementType::f32) return value;
  Tensor holder{.type = tensor.type, .shape = tensor.shape};
  holder.data = value;
  std::vector<float> real;
  for (const std::int64_t each : integers(holder))
    real.push_back(tensor.quantization.present()
                       ? tensor.quantization.scale() *
                             static_cast<float>(each - tensor.quantization.zero_point())
                       : static_cast<float>(each));
  return to_bytes(real);
}

Bytes quantized_value(const Tensor& as, const Bytes& real) {
  return as.type == ElementType::s16 ? quantized_bytes<std::int16_t>(as.quantization, real)
                                     : quantized_bytes<std::int8_t>(as.quantization, real);
}

}  // namespace smelt
