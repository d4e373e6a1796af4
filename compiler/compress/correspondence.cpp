// SPDX-License-Identifier: Apache-2.0
#include "compiler/compress/correspondence.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>

#include "compiler/evaluate/parallel.h"
#include "compiler/ops/logistic.h"
#include "compiler/ops/softmax.h"

namespace smelt {
namespace {

// What generalises best, as seen on the examples' test data.
constexpr double boundary_share = 0.5, inner_share = 0.15;

const Node* maker_of(const Graph& graph, TensorId id) {
  for (const Node& node : graph.nodes)
    if (std::find(node.outputs.begin(), node.outputs.end(), id) != node.outputs.end()) return &node;
  return nullptr;
}

/// Probabilities say little of what is improbable: what they are made of is compared.
TensorId before_probabilities(const Graph& graph, TensorId id) {
  const Node* const maker = maker_of(graph, id);
  const bool probabilities = maker && (maker->op == &ops::softmax || maker->op == &ops::logistic);
  return probabilities ? maker->inputs[0] : id;
}

/// Where gradients begin.
std::set<TensorId> boundaries_of(const Network& network) {
  const Graph& graph = network.graph();
  std::set<TensorId> ends(graph.outputs.begin(), graph.outputs.end());
  for (std::size_t n = 0; n < graph.nodes.size(); ++n)
    if (!network.differentiable(n))
      ends.insert(graph.nodes[n].inputs.begin(), graph.nodes[n].inputs.end());
  std::set<TensorId> boundaries;
  for (const TensorId id : ends)
    if (id != no_tensor && network.wants_gradient(id))
      boundaries.insert(before_probabilities(graph, id));
  return boundaries;
}

/// Outputs of which the largest is the answer; those of an autoencoder are no such.
std::set<TensorId> scores_of(const Graph& graph) {
  std::set<TensorId> scores;
  for (const TensorId id : graph.outputs) {
    const Shape& shape = graph[id].shape;
    if (!shape.empty() && shape.back() > 1 && shape != graph[graph.inputs[0]].shape)
      scores.insert(before_probabilities(graph, id));
  }
  return scores;
}

Shape outer(const Shape& shape) {
  return shape.empty() ? Shape{} : Shape(shape.begin(), shape.end() - 1);
}

/// The index that each channel had in the model's file.
std::vector<std::int32_t> file_channels(const Tensor& tensor) {
  if (!tensor.origin.channels.empty()) return tensor.origin.channels;
  std::vector<std::int32_t> all;
  const std::int32_t count = tensor.shape.empty() ? 1 : tensor.shape.back();
  for (std::int32_t c = 0; c < count; ++c) all.push_back(c);
  return all;
}

/// The teacher's channels that the student's are; empty if they do not correspond.
std::vector<std::int32_t> matching_channels(const Tensor& student, const Tensor& teacher) {
  if (student.type != ElementType::f32 || teacher.type != ElementType::f32 ||
      student.origin.tensor != teacher.origin.tensor ||
      outer(student.shape) != outer(teacher.shape))
    return {};
  const std::vector<std::int32_t> all = file_channels(teacher);
  std::vector<std::int32_t> channels;
  for (const std::int32_t channel : file_channels(student)) {
    const auto place = std::find(all.begin(), all.end(), channel);
    if (place == all.end()) return {};
    channels.push_back(static_cast<std::int32_t>(place - all.begin()));
  }
  return channels;
}

bool has_learnt(const Network& network, const Node& node) {
  return std::any_of(node.inputs.begin(), node.inputs.end(), [&](TensorId id) {
    return id != no_tensor && network.graph()[id].constant && network.wants_gradient(id);
  });
}

/// Sums over samples, by match and element.
struct Sums {
  std::vector<std::vector<double>> values, squares;

  void add(std::size_t match, std::size_t element, double value) {
    values[match][element] += value;
    squares[match][element] += value * value;
  }
  void operator+=(const Sums& other) {
    for (std::size_t t = 0; t < values.size(); ++t)
      for (std::size_t i = 0; i < values[t].size(); ++i) {
        values[t][i] += other.values[t][i];
        squares[t][i] += other.squares[t][i];
      }
  }
};

Sums sums_of(const std::vector<Match>& matches, const Network& teacher,
             const std::vector<const Sample*>& samples) {
  constexpr std::size_t parts = 8;
  Sums zero;
  for (const Match& match : matches) {
    const auto count =
        static_cast<std::size_t>(element_count(teacher.graph()[match.teacher].shape));
    zero.values.emplace_back(count);
    zero.squares.emplace_back(count);
  }
  std::vector<Sums> sums(parts, zero);
  parallel_for(parts, [&] {
    return [&, run = NetworkRun(teacher, 1)](std::size_t part) mutable {
      for (std::size_t i = part * samples.size() / parts; i < (part + 1) * samples.size() / parts;
           ++i) {
        run.forward(*samples[i]);
        for (std::size_t t = 0; t < matches.size(); ++t) {
          const auto values = run.value(matches[t].teacher);
          for (std::size_t e = 0; e < values.size(); ++e)
            sums[part].add(t, e, static_cast<double>(values[e]));
        }
      }
    };
  });
  for (std::size_t part = 1; part < parts; ++part) sums[0] += sums[part];
  return sums[0];
}

}  // namespace

std::vector<Match> find_matches(const Network& student, const Network& teacher) {
  std::map<std::string, TensorId> by_name;
  for (const Node& node : teacher.graph().nodes)
    for (const TensorId id : node.outputs) by_name.emplace(teacher.graph()[id].name, id);
  const std::set<TensorId> boundaries = boundaries_of(student);
  const std::set<TensorId> scores = scores_of(student.graph());
  std::vector<Match> matches;
  for (const Node& node : student.graph().nodes) {
    const TensorId id = node.outputs[0];
    if (!student.wants_gradient(id)) continue;
    const bool boundary = boundaries.contains(id);
    if (!boundary && !has_learnt(student, node)) continue;
    const auto found = by_name.find(student.graph()[id].name);
    if (found == by_name.end()) continue;
    const Tensor& exact = teacher.graph()[found->second];
    Match match{.student = id,
                .teacher = found->second,
                .channels = matching_channels(student.graph()[id], exact),
                .teacher_channels = exact.shape.empty() ? 1 : exact.shape.back(),
                .boundary = boundary,
                .scores = boundary && scores.contains(id)};
    if (!match.channels.empty()) matches.push_back(std::move(match));
  }
  return matches;
}

void weigh(std::vector<Match>& matches, const Network& teacher,
           const std::vector<const Sample*>& samples) {
  const Sums sums = sums_of(matches, teacher, samples);
  const auto n = static_cast<double>(samples.size());
  for (std::size_t t = 0; t < matches.size(); ++t) {
    double variance = 0, square = 0;
    for (std::size_t i = 0; i < sums.values[t].size(); ++i) {
      const double mean = sums.values[t][i] / n;
      square += sums.squares[t][i] / n;
      variance += std::max(0.0, sums.squares[t][i] / n - mean * mean);
    }
    // What does not vary is compared as it is.
    const double power = std::max(variance, 1e-3 * square) + 1e-30;
    const auto count = static_cast<double>(sums.values[t].size());
    matches[t].weight = (matches[t].boundary ? boundary_share : inner_share) / (power / count);
  }
  std::erase_if(matches, [](const Match& match) { return !std::isfinite(match.weight); });
}

}  // namespace smelt
