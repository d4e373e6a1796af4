// SPDX-License-Identifier: Apache-2.0
//
// The loss counts samples: it is too coarse to compare single layers by. The noise of the output is
// not, but does not know which results matter. Layers are compared by the sum of both, per weight,
// as measured and, between, as if its logarithm were linear in the share; how much is good, the
// loss decides.
#include "compiler/compress/sensitivity.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "compiler/compress/prunable_layer.h"
#include "compiler/evaluate/parallel.h"
#include "compiler/quantize/samples.h"

namespace smelt {
namespace {

/// Noise is measured on so many samples.
constexpr std::size_t noise_samples = 64;
constexpr int trials = 8;
/// Below the smallest share that was measured, harm is taken to grow by this power of the share.
constexpr double growth = 3;
constexpr double least_noise = 1e-12;

/// More zeros are not taken to do less harm.
void set_harm(std::vector<LayerSensitivity>& table) {
  double loss = 0, noise = 0;
  for (const LayerSensitivity& layer : table)
    for (const LayerSensitivity::At& at : layer.at) {
      loss += at.loss;
      noise += at.noise;
    }
  const double unit = loss > 0 ? loss / noise : 1;
  for (LayerSensitivity& layer : table) {
    double before = 0;
    for (LayerSensitivity::At& at : layer.at)
      before = at.harm = std::max(std::max(0.0, at.loss) + unit * at.noise, before * (1 + 1e-9));
  }
}

/// The largest share at which a layer does no more harm than that.
double share_under(const LayerSensitivity& layer, double harm) {
  const LayerSensitivity::At& first = layer.at.front();
  if (first.harm >= harm) return first.share * std::pow(harm / first.harm, 1 / growth);
  for (std::size_t i = 1; i < layer.at.size(); ++i) {
    const auto &low = layer.at[i - 1], &high = layer.at[i];
    if (high.harm < harm) continue;
    const double part = std::log(harm / low.harm) / std::log(high.harm / low.harm);
    return low.share + part * (high.share - low.share);
  }
  return layer.at.back().share;
}

class Chooser {
 public:
  Chooser(const Graph& graph, const std::vector<Sample>& samples, const PruneOptions& options,
          const Loss& loss, double most, const std::function<Compressed(Compressed)>& recover)
      : graph_(graph),
        samples_(samples),
        loss_(loss),
        most_(most),
        recover_(recover),
        some_(some_of(samples, noise_samples)),
        exact_(real_outputs(graph, some_)) {
    choice_.options = options;
    choice_.options.share = 0;
    std::set<std::size_t> free;
    for (const std::size_t i : compressible_nodes(graph)) {
      weights_ += static_cast<double>(LinearLayout({graph, graph.nodes[i]}).weights());
      if (!options.layers.contains(graph.nodes[i].name)) free.insert(i);
    }
    visit_layers(graph, samples, options, free,
                 [&](std::size_t i, const PrunableLayer& layer) { measure(i, layer); });
    set_harm(choice_.table);
  }

  PruneChoice run() && {
    const auto [low, high] = bounds();
    double good = 0, least = std::log(low), most = std::log(high);
    for (int i = 0; i < trials && low < high; ++i) {
      const double middle = (least + most) / 2;
      const bool fits = this->fits(std::exp(middle));
      (fits ? least : most) = middle;
      if (fits) good = std::exp(middle);
    }
    set_shares(good);
    return std::move(choice_);
  }

 private:
  void measure(std::size_t index, const PrunableLayer& layer) {
    LayerSensitivity row{.name = graph_.nodes[index].name, .weights = layer.layout().weights()};
    const std::vector<PruningUnit> units = layer.ranked();
    parallel_for(row.at.size(), [&] {
      return [&](std::size_t i) { row.at[i] = alone(index, layer, units, sensitivity_shares[i]); };
    });
    choice_.table.push_back(std::move(row));
  }

  /// What the model loses without that share of a layer's weights.
  LayerSensitivity::At alone(std::size_t index, const PrunableLayer& layer,
                             std::vector<PruningUnit> units, double share) const {
    const Pattern& pattern = choice_.options.pattern;
    const double all = static_cast<double>(layer.layout().weights());
    const double unit = static_cast<double>(pattern.channels) * pattern.taps;
    const auto count = static_cast<std::size_t>(share * all / unit);
    units.resize(std::min(units.size(), std::max(layer.forced(), count)));
    Compressed trial{graph_, {}};
    remove_units(trial, index, layer, units);
    const double noise = output_noise(exact_, real_outputs(trial.graph, some_)).relative();
    return {static_cast<double>(units.size()) * unit / all, loss_.of(trial.graph),
            std::isfinite(noise) ? std::max(noise, least_noise) : 1 / least_noise};
  }

  /// The least threshold that is worth a trial, and that at which all is pruned that can be.
  std::pair<double, double> bounds() const {
    double low = std::numeric_limits<double>::infinity(), high = 0;
    for (const LayerSensitivity& layer : choice_.table) {
      const auto weights = static_cast<double>(layer.weights);
      low = std::min(low, layer.at.front().harm / weights / 30);
      high = std::max(high, 2 * layer.at.back().harm / weights);
    }
    return {low, high};
  }

  void set_shares(double threshold) {
    const Pattern& pattern = choice_.options.pattern;
    const double least = pattern.of > 0 ? 1 - double{1} * pattern.nonzero / pattern.of : 0;
    for (LayerSensitivity& layer : choice_.table) {
      layer.share = share_under(layer, threshold * static_cast<double>(layer.weights));
      // N:M is kept wholly or not at all.
      if (layer.share < 0.99 * least) layer.share = 0;
      choice_.options.layers[layer.name] = layer.share;
    }
  }

  bool fits(double threshold) {
    set_shares(threshold);
    Diagnostics unused;
    Compressed candidate = prune(graph_, samples_, choice_.options, unused);
    if (recover_) candidate = recover_(std::move(candidate));
    double zeros = 0;
    for (const auto& [name, held] : candidate.layers)
      zeros += static_cast<double>(std::count(held.kept.begin(), held.kept.end(), 0));
    choice_.trials.push_back({threshold, zeros / weights_, loss_.of(candidate.graph)});
    return choice_.trials.back().loss <= most_;
  }

  const Graph& graph_;
  const std::vector<Sample>& samples_;
  const Loss& loss_;
  const double most_;
  const std::function<Compressed(Compressed)>& recover_;
  const std::vector<Sample> some_;
  const std::vector<Bytes> exact_;  // what the graph gives for them
  double weights_ = 0;              // how many there are
  PruneChoice choice_;
};

}  // namespace

PruneChoice choose_shares(const Graph& graph, const std::vector<Sample>& samples,
                          const PruneOptions& options, const Loss& loss, double most,
                          const std::function<Compressed(Compressed)>& recover,
                          Diagnostics& diagnostics) {
  if (!check_prune_options(graph, options, diagnostics)) return {.options = options};
  return Chooser(graph, samples, options, loss, most, recover).run();
}

}  // namespace smelt
