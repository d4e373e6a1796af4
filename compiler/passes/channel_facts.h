// SPDX-License-Identifier: Apache-2.0
//
// What is known of the channels (last axis) of every tensor, whatever the input: which do not
// depend on it, and their values. From the operators' channel rules and one evaluation.
#pragma once

#include <optional>
#include <vector>

#include "compiler/graph/graph.h"

namespace smelt {

class ChannelFacts {
 public:
  /// `graph` has been verified and has no operators of the user's own.
  explicit ChannelFacts(const Graph& graph);

  /// Whether any channel of any computed tensor is known.
  bool any() const { return any_; }
  /// The raw value that all elements of a channel have; nothing if it depends on the input, differs
  /// from place to place, or is a float other than 0.
  std::optional<std::int64_t> value(TensorId id, std::int32_t channel) const {
    return values_[static_cast<std::size_t>(id)][static_cast<std::size_t>(channel)];
  }

 private:
  void propagate(const Graph& graph, const Node& node);
  void find_values(const Graph& graph);
  std::vector<bool>& independent(TensorId id) { return independent_[static_cast<std::size_t>(id)]; }

  bool any_ = false;
  std::vector<std::vector<bool>> independent_;                    // by tensor and channel
  std::vector<std::vector<std::optional<std::int64_t>>> values_;  // likewise
};

/// The channel rule of a node, if it has one that holds for it.
const ChannelRule* channel_rule(const NodeView& view);

/// The input channel that an output channel of an `each` node is computed from; -1: none.
std::int32_t source_channel(const ChannelRule& rule, const NodeView& view, std::size_t input,
                            std::int32_t output);

/// For a `mix` node: whether all weights between an input and an output channel are zero.
class WeightZeros {
 public:
  explicit WeightZeros(const NodeView& view);
  bool zero(std::int32_t output, std::int32_t input) const {
    return !nonzero_[static_cast<std::size_t>(output * inputs_ + input)];
  }
  /// Of integers: the sum of the weights between the channels, zero points taken off.
  std::int64_t sum(std::int32_t output, std::int32_t input) const {
    return sums_[static_cast<std::size_t>(output * inputs_ + input)];
  }

 private:
  std::int32_t inputs_ = 0;
  std::vector<bool> nonzero_;
  std::vector<std::int64_t> sums_;
};

}  // namespace smelt
