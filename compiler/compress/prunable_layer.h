// SPDX-License-Identifier: Apache-2.0
//
// One linear layer whose weights are to be pruned.
//
// Eigen's headers are heavy: this one is for .cpp files.
#pragma once

#include <functional>
#include <set>
#include <vector>

#include "compiler/compress/prune.h"
#include "compiler/compress/saliency.h"
#include "compiler/quantize/least_squares.h"
#include "compiler/quantize/values.h"

namespace smelt {

class PrunableLayer {
 public:
  /// exact[i] and found[i] are its operand 0 in sample i, in the graph as it was and in the pruned
  /// one; none: there is no data.
  PrunableLayer(const NodeView& view, const PruneOptions& options,
                const std::vector<const Bytes*>& exact, const std::vector<const Bytes*>& found);

  const LinearLayout& layout() const { return layout_; }
  /// All that the pattern lets go, in order.
  std::vector<PruningUnit> ranked() const;
  /// How many of them N:M wants to go.
  std::size_t forced() const;

  /// Without these.
  Kept kept(const std::vector<PruningUnit>& units) const;
  /// Weights and, last, biases, a column per channel, that do without what is not kept.
  Matrix fitted(const Kept& kept) const;

 private:
  Matrix original_of(std::size_t group) const;
  std::vector<PruningUnit> ranked(std::size_t group) const;
  Matrix fitted(std::size_t group, const Kept& kept) const;

  const LinearLayout layout_;
  const Pattern pattern_;
  const Matrix original_;     // [taps + 1][channels]
  std::vector<Halves> data_;  // by group of channels; empty: there is none
};

/// Of a node in a graph and in its pruned version, before it is run.
PrunableLayer layer_of(const Graph& graph, std::size_t node, const PruneOptions& options,
                       const Values& exact, const Values& found);

/// Shows each of the nodes to `visit`, in order, on the values that it has in the graph.
void visit_layers(const Graph& graph, const std::vector<Sample>& samples,
                  const PruneOptions& options, const std::set<std::size_t>& nodes,
                  const std::function<void(std::size_t node, const PrunableLayer&)>& visit);

/// Makes the units of a node's weights zero and the others make up for them.
void remove_units(Compressed& compressed, std::size_t node, const PrunableLayer& layer,
                  const std::vector<PruningUnit>& units);

}  // namespace smelt
