// SPDX-License-Identifier: Apache-2.0
//
// Channels are chosen on what the whole graph computes, a few at a time, those first whose loss is
// least for the multiply-accumulates that they save. Those chosen become zero, the layers behind
// them make up for that in the order of execution, and a pass removes what is zero.
#include "compiler/compress/channels.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include "compiler/compress/compressed.h"
#include "compiler/compress/coupled_channels.h"
#include "compiler/compress/prunable_layer.h"
#include "compiler/compress/reader.h"
#include "compiler/passes/passes.h"
#include "compiler/quantize/values.h"

namespace smelt {
namespace {

constexpr std::size_t preferred_multiple = 4;
/// Layers that are left with one channel would no longer be what the arithmetic calls by channel.
constexpr std::size_t fewest_channels = 2;
constexpr double infinity = std::numeric_limits<double>::infinity();

/// A family, and what its channels cost.
struct Candidates {
  ChannelFamily left;
  std::vector<double> losses;  ///< of those left
  int seen = -1;               ///< how many channels its readers had lost by then
  bool frozen = false;         ///< the options say how many go
};

class ChannelPruner {
 public:
  ChannelPruner(const Graph& graph, const std::vector<Sample>& samples,
                const ChannelPruneOptions& options)
      : graph_(graph), samples_(samples), options_(options), macs_(macs_without(graph, {})) {
    for (ChannelFamily& family : channel_families(graph))
      candidates_.push_back({std::move(family)});
    make_readers();
    for (std::size_t i = 0; i < graph.nodes.size(); ++i)
      if (has_weights(graph, graph.nodes[i])) sizes_[i] = sizes(i);
  }

  /// Removes the shares of layers that are named, then the model's.
  void choose() {
    for (const auto& [name, share] : options_.layers) prune_layer(name, share);
    const double wanted = (1 - options_.share) * macs_;
    for (const bool below : {false, true})  // the preferred multiple
      while (macs_without(graph_, lost_) > wanted * (1 + 1e-9))
        if (!prune_cheapest(below)) break;
  }

  Graph result() const {
    std::vector<const CoupledChannels*> gone;
    for (const CoupledChannels& each : gone_) gone.push_back(&each);
    const Graph zeroed = without_channels(graph_, gone);
    return remove_dead_nodes(
        remove_dead_channels(options_.second_order ? compensated(zeroed) : zeroed));
  }

  /// Reports layers that options name although their channels cannot go, or not at such shares.
  void check_layers(Diagnostics& diagnostics) const {
    std::map<const Candidates*, std::pair<std::string, double>> shares;
    for (const auto& [name, share] : options_.layers) {
      bool found = share == 0;
      for (const Candidates& candidates : candidates_) {
        if (!makes(candidates, name)) continue;
        found = true;
        const auto& first = shares.try_emplace(&candidates, name, share).first->second;
        if (first.second != share)
          diagnostics
              .error(place_of(graph_),
                     fmt::format("channels of layers \"{}\" and \"{}\" go together", first.first,
                                 name))
              .note("give both the same share");
      }
      if (!found)
        diagnostics.error(place_of(graph_), fmt::format("no channel of layer \"{}\" can go", name))
            .note("something takes them whole, or they are not zero when its weights are");
    }
  }

 private:
  bool makes(const Candidates& candidates, const std::string& layer) const {
    const std::vector<NodeChannel>& made = candidates.left.front().made;
    return std::any_of(made.begin(), made.end(), [&](const NodeChannel& each) {
      return graph_.nodes[each.node].name == layer;
    });
  }

  /// By output channel, its part of the layer's squared weights.
  Eigen::VectorXd sizes(std::size_t node) const {
    const NodeView view{graph_, graph_.nodes[node]};
    const LinearLayout layout(view);
    const Matrix weights = weights_and_biases(view, 0, layout.channels).topRows(layout.taps);
    return weights.colwise().squaredNorm().transpose() /
           std::max(weights.squaredNorm(), std::numeric_limits<double>::min());
  }

  void make_readers() {
    std::set<std::size_t> nodes;
    for (const Candidates& candidates : candidates_)
      for (const CoupledChannels& channels : candidates.left)
        for (const NodeChannel& read : channels.read) nodes.insert(read.node);
    if (!options_.second_order) {
      for (const std::size_t i : nodes) readers_.emplace(i, NodeView{graph_, graph_.nodes[i]});
      return;
    }
    run_along(graph_, samples_, [&](std::size_t i, const Values& values) {
      if (nodes.contains(i)) add_reader(i, values.all(graph_.nodes[i].inputs[0]));
    });
  }

  void add_reader(std::size_t i, const std::vector<const Bytes*>& values) {
    const NodeView view{graph_, graph_.nodes[i]};
    if (view.node.op->quantization->patches && LinearLayout(view).taps <= max_taps &&
        !values.empty()) {
      const Moments moments = moments_of(view, 0, values, values).all();
      if (moments.finite()) {
        readers_.emplace(i, ChannelReader(view, moments));
        return;
      }
    }
    readers_.emplace(i, ChannelReader(view));
  }

  double loss(const CoupledChannels& channels) const {
    double sum = 0;
    for (const NodeChannel& read : channels.read) sum += readers_.at(read.node).loss(read.channel);
    if (!options_.second_order)
      for (const NodeChannel& made : channels.made) sum += sizes_.at(made.node)[made.channel];
    return std::isfinite(sum) ? sum : infinity;
  }

  /// Brings the losses up to date, cheapest first.
  void refresh(Candidates& candidates) const {
    int removed = 0;
    std::set<std::size_t> nodes;
    for (const CoupledChannels& channels : candidates.left)
      for (const NodeChannel& read : channels.read) nodes.insert(read.node);
    for (const std::size_t node : nodes) removed += readers_.at(node).removed();
    if (removed == candidates.seen) return;
    candidates.seen = removed;
    std::vector<std::pair<double, std::size_t>> order;
    for (std::size_t i = 0; i < candidates.left.size(); ++i)
      order.emplace_back(loss(candidates.left[i]), i);
    std::sort(order.begin(), order.end());
    ChannelFamily sorted;
    candidates.losses.clear();
    for (const auto& [loss, i] : order) {
      sorted.push_back(std::move(candidates.left[i]));
      candidates.losses.push_back(loss);
    }
    candidates.left = std::move(sorted);
  }

  /// How many channels to remove next so that a multiple is left; 0: none.
  static std::size_t step(const Candidates& candidates, bool below) {
    const std::size_t count = candidates.left.size();
    if (candidates.frozen) return 0;
    if (below) return count > fewest_channels ? 1 : 0;
    if (count <= preferred_multiple) return 0;
    const std::size_t rest = count % preferred_multiple;
    return rest ? rest : preferred_multiple;
  }

  /// Loss for each multiply-accumulate that the next step saves.
  double price(const Candidates& candidates, std::size_t count) const {
    std::map<TensorId, std::int32_t> lost = lost_;
    for (std::size_t i = 0; i < count; ++i)
      for (const auto& [id, channels] : candidates.left[i].count) lost[id] += channels;
    const double saved = macs_without(graph_, lost_) - macs_without(graph_, lost);
    const double loss =
        std::accumulate(candidates.losses.begin(),
                        candidates.losses.begin() + static_cast<std::ptrdiff_t>(count), 0.0);
    return saved > 0 ? loss / saved : infinity;
  }

  /// Returns whether there was anything left.
  bool prune_cheapest(bool below) {
    Candidates* best = nullptr;
    double least = infinity;
    for (Candidates& candidates : candidates_) {
      const std::size_t count = step(candidates, below);
      if (count == 0) continue;
      refresh(candidates);
      const double each = price(candidates, count);
      if (!(each < least)) continue;
      least = each;
      best = &candidates;
    }
    if (best) remove_cheapest(*best, step(*best, below));
    return best != nullptr;
  }

  void remove_cheapest(Candidates& candidates, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      refresh(candidates);
      const CoupledChannels& channels = gone_.emplace_back(std::move(candidates.left.front()));
      candidates.left.erase(candidates.left.begin());
      candidates.losses.erase(candidates.losses.begin());
      for (const auto& [id, lost] : channels.count) lost_[id] += lost;
      for (const NodeChannel& read : channels.read) readers_.at(read.node).remove(read.channel);
    }
  }

  void prune_layer(const std::string& name, double share) {
    for (Candidates& candidates : candidates_) {
      if (candidates.frozen || !makes(candidates, name)) continue;
      candidates.frozen = true;
      const std::size_t count = candidates.left.size();
      auto left = static_cast<std::size_t>(std::llround((1 - share) * static_cast<double>(count)));
      if (left > preferred_multiple)
        left = (left + preferred_multiple - 1) / preferred_multiple * preferred_multiple;
      left = std::max(left, fewest_channels);
      if (left < count) remove_cheapest(candidates, count - left);
    }
  }

  /// Layers behind zeros get the weights that make up for them.
  Graph compensated(const Graph& zeroed) const {
    Graph result = zeroed;
    std::map<std::size_t, std::set<std::int32_t>> made, read;
    for (const CoupledChannels& channels : gone_) {
      for (const NodeChannel& each : channels.made) made[each.node].insert(each.channel);
      for (const NodeChannel& each : channels.read) read[each.node].insert(each.channel);
    }
    std::set<std::size_t> nodes;
    for (const std::size_t i : compressible_nodes(graph_)) nodes.insert(i);
    bool changed = false;
    run_beside(graph_, result, samples_,
               [&](std::size_t i, const Values& exact, const Values& found) {
                 changed = changed || read.contains(i);
                 if (changed && nodes.contains(i))
                   compensate(result, i, made[i], read[i], exact, found);
                 changed = changed || made.contains(i);
               });
    return result;
  }

  void compensate(Graph& result, std::size_t i, const std::set<std::int32_t>& made,
                  const std::set<std::int32_t>& read, const Values& exact,
                  const Values& found) const {
    const NodeView view{graph_, graph_.nodes[i]};
    if (view.input(0).constant || view.input(0).variable) return;
    const TensorId input = view.node.inputs[0];
    const PrunableLayer layer(view, {}, exact.all(input), found.all(input));
    const LinearLayout& layout = layer.layout();
    Kept kept = Kept::Constant(layout.taps, layout.channels, true);
    if (!read.empty()) {
      const auto taps = taps_by_channel(view);
      for (const std::int32_t c : read)
        for (const Eigen::Index tap : taps[static_cast<std::size_t>(c)]) kept.row(tap) = false;
    }
    for (const std::int32_t c : made) kept.col(c) = false;
    Matrix fitted = layer.fitted(kept);
    if (!fitted.allFinite()) return;
    for (const std::int32_t c : made) fitted.col(c).setZero();
    std::vector<float> weights(static_cast<std::size_t>(layout.channels * layout.taps)), biases;
    for (std::int64_t c = 0; c < layout.channels; ++c) {
      for (std::int64_t tap = 0; tap < layout.taps; ++tap)
        weights[layout.position(c, tap)] = static_cast<float>(fitted(tap, c));
      biases.push_back(static_cast<float>(fitted(layout.taps, c)));
    }
    set_weights(result, i, weights, biases);
  }

  const Graph& graph_;
  const std::vector<Sample>& samples_;
  const ChannelPruneOptions& options_;
  const double macs_;
  std::vector<Candidates> candidates_;
  std::map<std::size_t, ChannelReader> readers_;  // by node
  std::map<std::size_t, Eigen::VectorXd> sizes_;  // by node
  std::vector<CoupledChannels> gone_;
  std::map<TensorId, std::int32_t> lost_;  // how many channels of each tensor have gone
};

void check_share(const std::string& of, double share, const Graph& graph,
                 Diagnostics& diagnostics) {
  if (share >= 0 && share < 1) return;
  diagnostics.error(place_of(graph), fmt::format("{} cannot lose a share of {}", of, share))
      .note("shares are from 0, nothing, to less than 1: 0.5 is half");
}

/// Returns whether they are good.
bool check(const Graph& graph, const ChannelPruneOptions& options, Diagnostics& diagnostics) {
  const std::size_t before = diagnostics.all().size();
  check_share("the model", options.share, graph, diagnostics);
  const std::vector<std::size_t> nodes = compressible_nodes(graph);
  for (const auto& layer : options.layers) {
    check_share(fmt::format("layer \"{}\"", layer.first), layer.second, graph, diagnostics);
    if (std::none_of(nodes.begin(), nodes.end(),
                     [&](std::size_t i) { return graph.nodes[i].name == layer.first; }))
      report_no_layer(graph, layer.first, diagnostics);
  }
  return diagnostics.all().size() == before;
}

void check_result(const Graph& before, const Graph& after, double share, Diagnostics& diagnostics) {
  const double macs = macs_without(before, {}), left = macs_without(after, {});
  if (left <= (1 - share) * macs * (1 + 1e-9)) return;
  diagnostics
      .warning(place_of(before),
               fmt::format("loses {:.1f} % of its multiply-accumulates, not {:.1f} %",
                           100 * (1 - left / macs), 100 * share))
      .note(
          "the channels that are left cannot go: layers that were named, inputs, outputs, what "
          "operators take whole, and two of every tensor");
}

}  // namespace

Graph prune_channels(Graph graph, const std::vector<Sample>& samples,
                     const ChannelPruneOptions& options, Diagnostics& diagnostics) {
  if (!check(graph, options, diagnostics)) return graph;
  ChannelPruner pruner(graph, samples, options);
  const std::size_t before = diagnostics.all().size();
  pruner.check_layers(diagnostics);
  if (diagnostics.all().size() != before) return graph;
  pruner.choose();
  Graph result = pruner.result();
  check_result(graph, result, options.share, diagnostics);
  return result;
}

}  // namespace smelt
