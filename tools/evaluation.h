// SPDX-License-Identifier: Apache-2.0
//
// What outputs are worth on data with labels.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "compiler/diagnostics.h"
#include "compiler/graph/graph.h"
#include "tools/vectors.h"

namespace smelt::tools {

/// Reports a metric other than "accuracy" and "auc".
bool check_metric(const std::string& metric, Diagnostics& diagnostics);

/// The labels of `count` cases; reports those that `metric` cannot be computed from.
std::optional<std::vector<std::int64_t>> read_labels_for(const std::string& metric,
                                                         const std::string& path, std::size_t count,
                                                         Diagnostics& diagnostics);

/// The first output of `graph` in real numbers, by case; `step` is called after each.
std::vector<Bytes> evaluated(const Graph& graph, const std::vector<GoldenCase>& cases,
                             const std::function<void()>& step = {});

/// `outputs` in real numbers, by case; `cases` are inputs of `graph`. accuracy: the share of cases
/// whose top result is their label. auc: cases labelled other than 0 are anomalies, which the
/// output is farther from.
double score(const std::string& metric, const std::vector<Bytes>& outputs, const Graph& graph,
             const std::vector<GoldenCase>& cases, const std::vector<std::int64_t>& labels);

}  // namespace smelt::tools
