// SPDX-License-Identifier: Apache-2.0
#include "compiler/compress/compress.h"

#include <algorithm>
#include <chrono>
#include <functional>

#include "compiler/quantize/linear.h"

namespace smelt {
namespace {

/// The weights of the layers by name.
std::map<std::string, Bytes> weights_by_layer(const Graph& graph) {
  std::map<std::string, Bytes> result;
  for (const Node& node : graph.nodes)
    if (has_weights(graph, node)) result[node.name] = graph[node.inputs[weights_operand]].data;
  return result;
}

std::size_t changed_layers(const Graph& before, const Graph& after) {
  const auto old = weights_by_layer(before);
  std::size_t count = 0;
  for (const auto& [name, weights] : weights_by_layer(after)) {
    const auto found = old.find(name);
    count += found == old.end() || found->second != weights;
  }
  return count;
}

/// Where zeros are wanted because they take few bits, those that clustering made are to stay.
void keep_zeros(Compressed& compressed) {
  for (const std::size_t i : compressible_nodes(compressed.graph)) {
    const Node& node = compressed.graph.nodes[i];
    const auto layer = compressed.layers.find(node.name);
    if (layer == compressed.layers.end() || layer->second.levels.empty()) continue;
    const std::vector<float> weights =
        elements<float>(compressed.graph[node.inputs[weights_operand]]);
    std::vector<std::uint8_t>& kept = layer->second.kept;
    kept.resize(weights.size(), 1);
    for (std::size_t w = 0; w < weights.size(); ++w)
      if (weights[w] == 0) kept[w] = 0;
  }
}

/// Candidates for shares are trained for so much shorter: they are only compared.
constexpr std::int32_t epochs_part = 4;

PruneChoice choose(const Graph& graph, const Graph& teacher, const HeldOut& samples,
                   const CompressOptions& options, const Loss& loss, Diagnostics& diagnostics) {
  std::function<Compressed(Compressed)> again;
  if (options.recover)
    again = [&](Compressed candidate) {
      const RecoverOptions how{.epochs = std::max(1, options.recover->epochs / epochs_part)};
      recover(candidate, teacher, samples, how, diagnostics);
      return candidate;
    };
  return choose_shares(graph, samples.learnt_from, *options.prune, loss, *options.most, again,
                       diagnostics);
}

/// Does one step after the other, as long as nothing is wrong.
class Steps {
 public:
  Steps(const Graph& graph, const Loss& loss, Diagnostics& diagnostics)
      : loss_(loss), diagnostics_(diagnostics) {
    result_.compressed.graph = graph;
    result_.steps.push_back(measured("float", graph, {}, loss));
  }

  template <typename Options, typename Work>
  void step(const char* name, const std::optional<Options>& options, const Work& work) {
    if (!options || diagnostics_.failed()) return;
    const Graph before = result_.compressed.graph;
    const auto start = std::chrono::steady_clock::now();
    work(result_.compressed, *options);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    if (diagnostics_.failed()) return;
    const Compressed& now = result_.compressed;
    result_.steps.push_back(measured(name, now.graph, now.layers, loss_));
    result_.steps.back().changed = changed_layers(before, now.graph);
    result_.steps.back().seconds = taken.count();
  }

  std::optional<Compression> result() && {
    if (diagnostics_.failed()) return std::nullopt;
    return std::move(result_);
  }

 private:
  Compression result_;
  const Loss& loss_;
  Diagnostics& diagnostics_;
};

}  // namespace

CompressionStep measured(std::string name, const Graph& graph, const CompressedLayers& layers,
                         const Loss& loss) {
  return {.name = std::move(name),
          .weights = sum_of(weights_of(graph, layers)),
          .macs = total_macs(graph),
          .loss = loss.of(graph)};
}

std::optional<Compression> compress(const Graph& graph, const std::vector<Sample>& samples,
                                    const CompressOptions& options, const Loss& loss,
                                    Diagnostics& diagnostics) {
  // What recovery is judged by is unknown to all steps.
  const HeldOut parts = options.recover ? hold_out(samples) : HeldOut{samples, {}};
  const std::vector<Sample>& known = parts.learnt_from;
  const auto recovering = [&](Compressed& all, const RecoverOptions& how) {
    recover(all, graph, parts, how, diagnostics);
  };
  Steps steps(graph, loss, diagnostics);
  steps.step("channels", options.channels, [&](Compressed& all, const auto& how) {
    all.graph = prune_channels(std::move(all.graph), known, how, diagnostics);
  });
  std::optional<PruneChoice> choice;
  steps.step("prune", options.prune, [&](Compressed& all, const auto& how) {
    if (options.most) choice = choose(all.graph, graph, parts, options, loss, diagnostics);
    if (diagnostics.failed()) return;
    all = prune(all.graph, known, choice ? choice->options : how, diagnostics);
  });
  // Levels are better chosen for weights that do without the others already.
  if ((options.channels || options.prune) && options.cluster)
    steps.step("recover", options.recover, recovering);
  steps.step("cluster", options.cluster, [&](Compressed& all, const auto& how) {
    cluster(all, known, how, diagnostics);
    if (options.prune || how.rate > 0) keep_zeros(all);
  });
  steps.step("recover", options.recover, recovering);
  auto result = std::move(steps).result();
  if (result) result->choice = std::move(choice);
  return result;
}

}  // namespace smelt
