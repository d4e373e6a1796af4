// SPDX-License-Identifier: Apache-2.0
#include "tools/evaluation.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/evaluate/metrics.h"
#include "compiler/evaluate/parallel.h"
#include "compiler/quantize/loss.h"
#include "compiler/quantize/values.h"
#include "tools/labels.h"

namespace smelt::tools {
namespace {

/// The score of a case is its distance from the output.
double anomaly_auc(const std::vector<Bytes>& outputs, const Graph& graph,
                   const std::vector<GoldenCase>& cases, const std::vector<std::int64_t>& labels) {
  std::vector<double> scores;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const Bytes input = real_values(graph[graph.inputs[0]], cases[i].inputs[0]);
    scores.push_back(mean_squared_error(floats(input), floats(outputs[i])));
  }
  return area_under_curve(scores, labels);
}

}  // namespace

bool check_metric(const std::string& metric, Diagnostics& diagnostics) {
  if (metric == "accuracy" || metric == "auc") return true;
  diagnostics.error({.file = "--metric"}, fmt::format("there is no \"{}\"", metric))
      .note("accuracy and auc are known");
  return false;
}

std::optional<std::vector<std::int64_t>> read_labels_for(const std::string& metric,
                                                         const std::string& path, std::size_t count,
                                                         Diagnostics& diagnostics) {
  auto labels = read_labels(path, count, diagnostics);
  if (!labels || metric != "auc") return labels;
  const auto healthy = static_cast<std::size_t>(std::count(labels->begin(), labels->end(), 0));
  if (healthy > 0 && healthy < labels->size()) return labels;
  diagnostics.error({.file = path}, "all cases are of the same kind")
      .note("auc compares cases labelled 0 with others");
  return std::nullopt;
}

std::vector<Bytes> evaluated(const Graph& graph, const std::vector<GoldenCase>& cases,
                             const std::function<void()>& step) {
  std::vector<Bytes> outputs(cases.size());
  parallel_for(cases.size(), [&] {
    return [&, evaluation = Evaluation(graph, KernelChoice::best)](std::size_t i) mutable {
      evaluation.reset();
      outputs[i] = real_values(graph[graph.outputs[0]], evaluation.run(cases[i].inputs)[0]);
      if (step) step();
    };
  });
  return outputs;
}

double score(const std::string& metric, const std::vector<Bytes>& outputs, const Graph& graph,
             const std::vector<GoldenCase>& cases, const std::vector<std::int64_t>& labels) {
  return metric == "auc" ? anomaly_auc(outputs, graph, cases, labels) : accuracy(outputs, labels);
}

}  // namespace smelt::tools
