// SPDX-License-Identifier: Apache-2.0
//
// The way through the house: passes in order, then lowering and planning.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diagnostics.h"
#include "compiler/graph/graph.h"
#include "compiler/lower/codings.h"
#include "compiler/plan/plan.h"
#include "compiler/program/program.h"
#include "compiler/targets/target.h"

namespace smelt {

/// What is worth most. None keeps every tensor of the file; speed and size run whole layers; ram
/// makes pipelines wherever they lower the peak, balanced until it is not much above the smallest.
/// All but size make kernels for the shapes of their layers.
enum class Optimize : std::uint8_t { none, speed, balanced, ram, size };

std::string_view to_string(Optimize optimize);
std::optional<Optimize> parse_optimize(std::string_view text);

/// What is chosen for layers one by one, by their names.
struct LayerChoices {
  std::map<std::string, Coding> codings;          ///< of weights; others are plain
  std::set<std::string> shared;                   ///< those whose kernels are not made for them
  std::map<std::string, std::int64_t> row_costs;  ///< as in PlanOptions
};

struct PipelineOptions {
  Optimize optimize = Optimize::balanced;
  bool keep_input = false;
  std::optional<Schedule> schedule;  ///< other than `optimize` chooses
  std::optional<bool> specialise;    ///< whether kernels are made for shapes; likewise
  std::optional<std::int64_t> ram;   ///< bytes of arena and state that are good enough: balanced
  Stream stream = Stream::none;
  CodingMode coding = CodingMode::fastest;
  std::optional<std::int64_t> flash;  ///< bytes that all constants may take
  /// In place of what `coding`, `flash` and `specialise` say.
  std::optional<LayerChoices> choices;
  bool exact = false;      ///< floats are rounded as in the file: for tests of all else
  std::string stop_after;  ///< name of a pass; empty: run all
  /// Called after every pass with its name, the graph, and the seconds it took.
  std::function<void(std::string_view, const Graph&, double)> observe;
};

struct Pass {
  std::string_view name;
  Graph (*run)(Graph);
  bool optimization;       ///< skipped by Optimize::none
  bool rounds = false;     ///< float results round differently
  bool pipelines = false;  ///< runs only where layers may run row by row
};

/// What importers run: part of what a file means.
const std::vector<Pass>& import_passes();

/// All passes, in order.
const std::vector<Pass>& all_passes();

/// Runs the passes that `options` ask for, verifying before and after each. Nothing if the graph
/// is not valid.
std::optional<Graph> run_passes(Graph graph, const PipelineOptions& options,
                                Diagnostics& diagnostics);

/// What planning is asked for.
PlanOptions plan_options(const Target& target, const PipelineOptions& options);

/// Lowers and plans a graph that has been through the passes.
Program lower_and_plan(const Graph& graph, const Target& target, const PipelineOptions& options);
/// Likewise, with these codings instead of those that the options ask for.
Program lower_and_plan(const Graph& graph, const Target& target, const PipelineOptions& options,
                       const Codings& codings);

/// Names of the passes that `options` run, with spaces between.
std::string pass_names(const PipelineOptions& options);

}  // namespace smelt
