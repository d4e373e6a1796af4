// SPDX-License-Identifier: Apache-2.0
#include "compiler/quantize/calibrate.h"

#include <algorithm>
#include <cmath>
#include <list>
#include <map>
#include <mutex>
#include <numeric>

#include "compiler/evaluate/metrics.h"
#include "compiler/evaluate/node_evaluation.h"
#include "compiler/evaluate/parallel.h"
#include "compiler/quantize/values.h"

namespace smelt {
namespace {

/// Choosing an observer by its effect takes a run of the readers for each: these samples, from all
/// over the data, are enough to tell them apart.
constexpr std::size_t compared_samples = 64;
/// Data that has not been seen may go farther: values are cut off only where that makes the error
/// smaller by this factor.
constexpr double worth_cutting = 0.7;

std::size_t index(TensorId id) {
  return static_cast<std::size_t>(id);
}

/// Calls look(tensor, values) for every computed float tensor of every sample, by one thread at a
/// time for each tensor.
template <typename Look>
void observe_all(const Graph& graph, const std::vector<Sample>& samples, const Look& look) {
  std::vector<TensorId> computed = graph.inputs;
  for (const Node& node : graph.nodes)
    computed.insert(computed.end(), node.outputs.begin(), node.outputs.end());
  std::erase_if(computed, [&](TensorId id) { return graph[id].type != ElementType::f32; });
  std::vector<std::mutex> locks(graph.tensors.size());
  parallel_for(samples.size(), [&] {
    return [&, evaluation = Evaluation(graph, KernelChoice::best)](std::size_t i) mutable {
      evaluation.reset();
      evaluation.run(samples[i]);
      for (const TensorId id : computed) {
        const std::lock_guard lock(locks[index(id)]);
        look(id, floats(evaluation[id]));
      }
    };
  });
}

/// What was seen, by group.
std::vector<Range> whole_ranges(const Graph& graph, const std::vector<Sample>& samples,
                                const Scheme& scheme) {
  std::vector<Range> ranges(graph.tensors.size());
  observe_all(graph, samples, [&](TensorId id, std::span<const float> values) {
    Range& range = ranges[index(id)];
    for (const float value : values) {
      if (!std::isfinite(value)) continue;
      range.min = std::min(range.min, value);
      range.max = std::max(range.max, value);
    }
  });
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    Range& group = ranges[index(scheme.groups[i])];
    group = {std::min(group.min, ranges[i].min), std::max(group.max, ranges[i].max)};
  }
  for (std::size_t i = 0; i < ranges.size(); ++i) ranges[i] = ranges[index(scheme.groups[i])];
  return ranges;
}

/// By group; those of other tensors stay empty.
std::vector<Histogram> histograms(const Graph& graph, const std::vector<Sample>& samples,
                                  const Scheme& scheme) {
  std::vector<Histogram> found;
  for (const Range& range : whole_ranges(graph, samples, scheme)) found.emplace_back(range);
  observe_all(graph, samples,
              [&](TensorId id, std::span<const float> values) { found[index(id)].add(values); });
  for (std::size_t i = 0; i < found.size(); ++i) {
    const std::size_t group = index(scheme.groups[i]);
    if (group != i) found[group].add(found[i]);
  }
  return found;
}

std::int32_t levels(ElementType type) {
  return type == ElementType::s16 ? 65535 : 255;
}

/// How a group's tensors are represented where they are not floats: those that are computed as
/// floats may be read by layers that are not.
ElementType integer_type(const Scheme& scheme, TensorId group) {
  for (std::size_t i = 0; i < scheme.groups.size(); ++i)
    if (scheme.groups[i] == group && scheme.tensors[i] != ElementType::f32)
      return scheme.tensors[i];
  return ElementType::s8;
}

/// A float tensor's values as `quantization` represents them.
Bytes represented(const Bytes& value, const Range& range, ElementType type) {
  const Quantization quantization = quantization_of(range, type);
  const float scale = quantization.scale();
  const auto zero = static_cast<float>(quantization.zero_point());
  const IntegerRange limits = range_of(type);
  const auto least = static_cast<float>(limits.min), most = static_cast<float>(limits.max);
  std::vector<float> values(floats(value).begin(), floats(value).end());
  for (float& each : values)
    each = (std::clamp(std::round(each / scale) + zero, least, most) - zero) * scale;
  return to_bytes(values);
}

/// Compares ranges by what they change in the results of the tensors' readers.
class Comparison {
 public:
  Comparison(const Graph& graph, const std::vector<Sample>& samples, const Scheme& scheme)
      : graph_(graph), scheme_(scheme) {
    Evaluation evaluation(graph, KernelChoice::best);
    const std::size_t count = std::min(samples.size(), compared_samples);
    for (std::size_t i = 0; i < count; ++i) {
      evaluation.reset();
      evaluation.run(samples[i * samples.size() / count]);
      std::map<TensorId, Bytes>& values = values_.emplace_back();
      for (const TensorId id : graph.inputs) values[id] = evaluation[id];
      for (const Node& node : graph.nodes)
        for (const TensorId id : node.outputs) values[id] = evaluation[id];
    }
  }

  /// The observer whose range changes least for the tensors of `group`.
  Calibrated choose(const Histogram& histogram, TensorId group) {
    const ElementType type = integer_type(scheme_, group);
    Calibrated best{histogram.range(), Observer::min_max};
    double least = std::numeric_limits<double>::infinity();
    std::vector<Range> tried;
    for (const Observer observer : all_observers) {
      const Range range = observe(histogram, observer, levels(type));
      if (std::find(tried.begin(), tried.end(), range) != tried.end()) continue;
      tried.push_back(range);
      const double error = change(group, range);
      if (!(error < least)) continue;  // nor what is no number
      least = observer == Observer::min_max ? worth_cutting * error : error;
      best = {range, observer};
    }
    return best;
  }

 private:
  using Values = std::map<TensorId, Bytes>;

  bool in_group(TensorId id, TensorId group) const {
    return id != no_tensor && scheme_.groups[index(id)] == group && !graph_[id].constant;
  }

  /// The nodes that compute with tensors of the group.
  std::list<NodeEvaluation> readers(TensorId group) const {
    std::list<NodeEvaluation> found;
    for (const Node& node : graph_.nodes)
      if (node.outputs.size() == 1 && graph_[node.outputs[0]].type == ElementType::f32 &&
          std::any_of(node.inputs.begin(), node.inputs.end(),
                      [&](TensorId id) { return in_group(id, group); }))
        found.emplace_back(graph_, node);
    return found;
  }

  /// What `range` changes in what leaves the group: the results of other groups, and the model's.
  double change(TensorId group, const Range& range) {
    std::vector<std::map<TensorId, SignalToNoise>> errors(values_.size());
    parallel_for(values_.size(), [&] {
      return [&, nodes = readers(group)](std::size_t i) mutable {
        errors[i] = errors_in(nodes, values_[i], group, range);
      };
    });
    std::map<TensorId, SignalToNoise> sums;  // added in order, whoever computes them
    for (const auto& each : errors)
      for (const auto& [id, error] : each) sums[id].add(error);
    // Samples have been added up before noise is divided by signal, so that those of little power
    // do not decide.
    double sum = 0;
    for (const auto& [id, error] : sums) sum += error.relative();
    return sum;
  }

  /// By tensor. Those within the group are computed from each other, saturated as they are.
  std::map<TensorId, SignalToNoise> errors_in(std::list<NodeEvaluation>& nodes, const Values& exact,
                                              TensorId group, const Range& range) const {
    std::map<TensorId, SignalToNoise> errors;
    Values changed;
    const auto value = [&](TensorId id) -> const Bytes& {
      if (!in_group(id, group)) return exact.at(id);
      const auto [found, added] = changed.try_emplace(id);
      if (added) found->second = represent(exact.at(id), group, range);
      return found->second;
    };
    for (NodeEvaluation& node : nodes) {
      std::vector<Bytes> operands;
      for (const TensorId id : node.operands()) operands.push_back(value(id));
      const Bytes result = node.run(operands).front();
      const TensorId id = node.outputs()[0];
      if (in_group(id, group))
        changed[id] = represent(result, group, range);
      else
        errors[id].add(floats(exact.at(id)), floats(result));
    }
    for (const TensorId id : graph_.outputs)
      if (in_group(id, group)) errors[id].add(floats(exact.at(id)), floats(value(id)));
    return errors;
  }

  Bytes represent(const Bytes& value, TensorId group, const Range& range) const {
    return represented(value, range, integer_type(scheme_, group));
  }

  const Graph& graph_;
  const Scheme& scheme_;
  std::vector<std::map<TensorId, Bytes>> values_;  // by sample
};

}  // namespace

std::vector<Calibrated> calibrate(const Graph& graph, const std::vector<Sample>& samples,
                                  const Scheme& scheme, std::optional<Observer> observer) {
  const std::vector<Histogram> seen = histograms(graph, samples, scheme);
  Comparison comparison(graph, samples, scheme);
  std::vector<Calibrated> calibrated(graph.tensors.size());
  for (std::size_t i = 0; i < calibrated.size(); ++i) {
    const TensorId group = scheme.groups[i];
    if (graph.tensors[i].type != ElementType::f32 || index(group) != i) continue;
    const std::int32_t count = levels(integer_type(scheme, group));
    calibrated[i] = observer ? Calibrated{observe(seen[i], *observer, count), *observer}
                             : comparison.choose(seen[i], group);
  }
  for (std::size_t i = 0; i < calibrated.size(); ++i)
    calibrated[i] = calibrated[index(scheme.groups[i])];
  return calibrated;
}

}  // namespace smelt
