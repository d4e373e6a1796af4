// SPDX-License-Identifier: Apache-2.0
//
// The graph is run along on the samples twice: as it was, and with the layers so far pruned.
#include "compiler/compress/prune.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "compiler/compress/prunable_layer.h"
#include "compiler/quantize/loss.h"
#include "compiler/quantize/samples.h"
#include "compiler/quantize/values.h"

namespace smelt {
namespace {

/// Layers are compared by what the model's output loses if they alone are pruned to these shares,
/// on so many samples.
constexpr double trial_shares[] = {0.5, 0.95};
constexpr std::size_t trial_samples = 32;
constexpr std::int32_t max_block_taps = 64;

bool is_share(double value) {
  return value >= 0 && value <= 1;
}

void check_share(const Graph& graph, const std::string& of, double share,
                 Diagnostics& diagnostics) {
  if (is_share(share)) return;
  diagnostics
      .error({.file = graph.file}, fmt::format("{} cannot be pruned to a share of {}", of, share))
      .note("shares are from 0, nothing, to 1, everything: 0.5 is half of the weights");
}

void check_pattern(const Graph& graph, const Pattern& pattern, Diagnostics& diagnostics) {
  const auto wrong = [&](const std::string& text, const char* note) {
    diagnostics.error({.file = graph.file}, text).note(note);
  };
  if (pattern.of < 0 || pattern.nonzero < 0 || pattern.nonzero > pattern.of)
    wrong(fmt::format("{}:{} is no pattern of zeros", pattern.nonzero, pattern.of),
          "N:M keeps at most N of M neighbouring weights, as 2:4 does");
  if (pattern.channels < 1 || pattern.taps < 1 || pattern.taps > max_block_taps)
    wrong(fmt::format("{}x{} is no block of weights", pattern.channels, pattern.taps),
          "blocks are of one or more output channels and of 1 to 64 weights of each");
  else if (pattern.of > 0 && (pattern.channels > 1 || pattern.taps > 1))
    wrong("weights are pruned N:M or in blocks, not both", "choose one of them");
}

class Pruner {
 public:
  Pruner(const Graph& graph, const std::vector<Sample>& samples, const PruneOptions& options,
         Diagnostics& diagnostics)
      : graph_(graph),
        samples_(samples),
        options_(options),
        diagnostics_(diagnostics),
        some_(some_of(samples, trial_samples)),
        exact_(real_outputs(graph, some_)) {
    for (const std::size_t i : compressible_nodes(graph)) {
      const auto named = options.layers.find(graph.nodes[i].name);
      const double share = named == options.layers.end() ? options.share : named->second;
      if (share == 0) continue;
      if (named == options.layers.end())
        together_.insert(i);
      else
        shares_[i] = share;
    }
  }

  Compressed run() && {
    if (!together_.empty()) share_out();
    result_.graph = graph_;
    run_beside(graph_, result_.graph, samples_,
               [&](std::size_t i, const Values& exact, const Values& found) {
                 if (shares_.contains(i) || together_.contains(i)) prune(i, exact, found);
               });
    return std::move(result_);
  }

 private:
  std::size_t unit_weights() const {
    return static_cast<std::size_t>(options_.pattern.channels) *
           static_cast<std::size_t>(options_.pattern.taps);
  }

  /// How many units are that share of so many weights; what is out of reach is reported.
  std::size_t units_of(double share, std::int64_t weights, std::size_t forced, std::size_t units,
                       const std::string& of) const {
    const auto wanted = static_cast<std::size_t>(
        std::llround(share * static_cast<double>(weights) / static_cast<double>(unit_weights())));
    if (wanted > units || units == 0)
      diagnostics_
          .warning({.file = graph_.file},
                   fmt::format(
                       "{} is pruned to a share of {:.3f}, not {}", of,
                       static_cast<double>(units * unit_weights()) / static_cast<double>(weights),
                       share))
          .note("weights that fill no group or block of the pattern are left as they are");
    return std::min(units, std::max(wanted, forced));
  }

  /// Finds how many units each of the layers gives that have one share together.
  void share_out() {
    std::vector<std::vector<PruningUnit>> ranked;
    std::int64_t weights = 0;
    std::size_t forced = 0;
    visit_layers(graph_, samples_, options_, together_,
                 [&](std::size_t i, const PrunableLayer& here) {
                   ranked.push_back(here.ranked());
                   make_comparable(i, here, ranked.back());
                   weights += here.layout().weights();
                   forced += here.forced();
                 });
    std::vector<PruningUnit> all = merged(ranked);
    all.resize(units_of(options_.share, weights, forced, all.size(), "the model"));
    for (const PruningUnit& unit : all) ++counts_[static_cast<std::size_t>(unit.channel)];
  }

  /// Costs become parts of the squared error of the model's output, relative to it, by what pruning
  /// this layer alone does at worst; channels become the node.
  void make_comparable(std::size_t index, const PrunableLayer& layer,
                       std::vector<PruningUnit>& units) const {
    double factor = 0;
    for (const double share : trial_shares) {
      const double count = share * static_cast<double>(units.size());
      const auto end = units.begin() + std::max(static_cast<std::ptrdiff_t>(layer.forced()),
                                                static_cast<std::ptrdiff_t>(count));
      double cost = 0;
      for (auto unit = units.begin(); unit != end; ++unit) cost += unit->cost;
      if (!(cost > 0)) continue;
      const double here = noise_without(index, layer, {units.begin(), end}) / cost;
      if (std::isfinite(here)) factor = std::max(factor, here);
    }
    for (PruningUnit& unit : units)
      unit = {.channel = static_cast<std::int64_t>(index), .cost = unit.cost * factor};
  }

  /// The squared error of the model's output, relative to it.
  double noise_without(std::size_t index, const PrunableLayer& layer,
                       const std::vector<PruningUnit>& units) const {
    Compressed trial{graph_, {}};
    remove_units(trial, index, layer, units);
    return output_noise(exact_, real_outputs(trial.graph, some_)).relative();
  }

  void prune(std::size_t index, const Values& exact, const Values& found) {
    const PrunableLayer here = layer_of(graph_, index, options_, exact, found);
    std::vector<PruningUnit> units = here.ranked();
    const auto share = shares_.find(index);
    units.resize(share == shares_.end()
                     ? counts_[index]
                     : units_of(share->second, here.layout().weights(), here.forced(), units.size(),
                                fmt::format("layer \"{}\"", graph_.nodes[index].name)));
    // Later layers make up for earlier ones even if they give nothing themselves.
    if (units.empty() && result_.layers.empty()) return;
    remove_units(result_, index, here, units);
  }

  const Graph& graph_;
  const std::vector<Sample>& samples_;
  const PruneOptions& options_;
  Diagnostics& diagnostics_;
  const std::vector<Sample> some_;
  const std::vector<Bytes> exact_;             // what the graph gives for them
  std::set<std::size_t> together_;             // nodes that have one share together
  std::map<std::size_t, double> shares_;       // of the others
  std::map<std::size_t, std::size_t> counts_;  // by node of together_: how many units leave it
  Compressed result_;
};

}  // namespace

bool check_prune_options(const Graph& graph, const PruneOptions& options,
                         Diagnostics& diagnostics) {
  const std::size_t before = diagnostics.all().size();
  check_share(graph, "the model", options.share, diagnostics);
  check_pattern(graph, options.pattern, diagnostics);
  const std::vector<std::size_t> nodes = compressible_nodes(graph);
  for (const auto& [name, share] : options.layers) {
    check_share(graph, fmt::format("layer \"{}\"", name), share, diagnostics);
    if (std::none_of(nodes.begin(), nodes.end(),
                     [&, &wanted = name](std::size_t i) { return graph.nodes[i].name == wanted; }))
      report_no_layer(graph, name, diagnostics);
  }
  return diagnostics.all().size() == before;
}

Compressed prune(const Graph& graph, const std::vector<Sample>& samples,
                 const PruneOptions& options, Diagnostics& diagnostics) {
  if (!check_prune_options(graph, options, diagnostics)) return {graph, {}};
  return Pruner(graph, samples, options, diagnostics).run();
}

}  // namespace smelt
