// SPDX-License-Identifier: Apache-2.0
#include "compiler/compress/prunable_layer.h"

namespace smelt {
namespace {

/// By group of channels; empty if some of it tells nothing.
std::vector<Halves> moments_by_group(const NodeView& view, const LinearLayout& layout,
                                     const std::vector<const Bytes*>& exact,
                                     const std::vector<const Bytes*>& found) {
  std::vector<Halves> groups;
  for (std::int32_t i = 0; i < layout.groups(); ++i) {
    groups.push_back(moments_of(view, i, exact, found));
    if (!groups.back().all().finite()) return {};
  }
  return groups;
}

}  // namespace

PrunableLayer::PrunableLayer(const NodeView& view, const PruneOptions& options,
                             const std::vector<const Bytes*>& exact,
                             const std::vector<const Bytes*>& found)
    : layout_(view),
      pattern_(options.pattern),
      original_(weights_and_biases(view, 0, layout_.channels)) {
  if (options.second_order && view.node.op->quantization->patches && !exact.empty() &&
      layout_.taps <= max_taps)
    data_ = moments_by_group(view, layout_, exact, found);
}

std::vector<PruningUnit> PrunableLayer::ranked() const {
  std::vector<std::vector<PruningUnit>> groups;
  for (std::int32_t i = 0; i < layout_.groups(); ++i) {
    groups.push_back(ranked(static_cast<std::size_t>(i)));
    for (PruningUnit& unit : groups.back()) unit.channel += i * layout_.group_channels;
  }
  return merged(groups);
}

std::size_t PrunableLayer::forced() const {
  if (pattern_.of == 0) return 0;
  return static_cast<std::size_t>(layout_.channels * (layout_.taps / pattern_.of) *
                                  (pattern_.of - pattern_.nonzero));
}

Kept PrunableLayer::kept(const std::vector<PruningUnit>& units) const {
  Kept kept = Kept::Constant(layout_.taps, layout_.channels, true);
  for (const PruningUnit& unit : units)
    kept.block(unit.tap, unit.channel, pattern_.taps, pattern_.channels) = false;
  return kept;
}

Matrix PrunableLayer::fitted(const Kept& kept) const {
  Matrix result = original_;
  if (data_.empty())
    result.topRows(layout_.taps) = kept.select(original_.topRows(layout_.taps), 0.0);
  for (std::size_t i = 0; i < data_.size(); ++i) {
    const std::int64_t first = static_cast<std::int64_t>(i) * layout_.group_channels;
    result.middleCols(first, layout_.group_channels) =
        fitted(i, kept.middleCols(first, layout_.group_channels));
  }
  return result;
}

Matrix PrunableLayer::original_of(std::size_t group) const {
  return original_.middleCols(static_cast<std::int64_t>(group) * layout_.group_channels,
                              layout_.group_channels);
}

std::vector<PruningUnit> PrunableLayer::ranked(std::size_t group) const {
  const Matrix original = original_of(group);
  if (data_.empty()) return rank_by_magnitude(original.topRows(layout_.taps), pattern_);
  const LeastSquares squares(data_[group].all(), original, usual_hold);
  return rank_by_error(squares.solve(Kept::Constant(layout_.taps, original.cols(), true)),
                       squares.hessian(), pattern_);
}

Matrix PrunableLayer::fitted(std::size_t group, const Kept& kept) const {
  const Matrix original = original_of(group);
  const auto fit = [&](const Moments& moments, double hold) {
    return LeastSquares(moments, original, hold).solve(kept);
  };
  return fit(data_[group].all(), best_hold(data_[group], original, fit));
}

PrunableLayer layer_of(const Graph& graph, std::size_t node, const PruneOptions& options,
                       const Values& exact, const Values& found) {
  const NodeView view{graph, graph.nodes[node]};
  // Nothing is known of what a constant flows into.
  const std::vector<const Bytes*> none;
  const bool computed = !view.input(0).constant && !view.input(0).variable;
  return {view, options, computed ? exact.all(view.node.inputs[0]) : none,
          computed ? found.all(view.node.inputs[0]) : none};
}

void visit_layers(const Graph& graph, const std::vector<Sample>& samples,
                  const PruneOptions& options, const std::set<std::size_t>& nodes,
                  const std::function<void(std::size_t node, const PrunableLayer&)>& visit) {
  Values values = input_values(graph, samples);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (nodes.contains(i)) visit(i, layer_of(graph, i, options, values, values));
    values.run(graph, graph.nodes[i]);
    for (const TensorId id : last_read_by(graph, i)) values.forget(id);
  }
}

void remove_units(Compressed& compressed, std::size_t node, const PrunableLayer& layer,
                  const std::vector<PruningUnit>& units) {
  const LinearLayout& layout = layer.layout();
  const Kept kept = layer.kept(units);
  const Matrix fitted = layer.fitted(kept);
  CompressedWeights& held = compressed.layers[compressed.graph.nodes[node].name];
  held.kept.resize(static_cast<std::size_t>(layout.weights()));
  std::vector<float> weights(held.kept.size()), biases;
  for (std::int64_t c = 0; c < layout.channels; ++c) {
    for (std::int64_t tap = 0; tap < layout.taps; ++tap) {
      held.kept[layout.position(c, tap)] = kept(tap, c);
      weights[layout.position(c, tap)] = static_cast<float>(fitted(tap, c));
    }
    biases.push_back(static_cast<float>(fitted(layout.taps, c)));
  }
  set_weights(compressed.graph, node, weights, biases);
}

}  // namespace smelt
