// SPDX-License-Identifier: Apache-2.0
//
// Channels (indices of the last axis) of a graph's tensors that operators compute from each other
// one by one: they can only leave the graph together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "compiler/graph/graph.h"

namespace smelt {

class ChannelGroups {
 public:
  explicit ChannelGroups(const Graph& graph);

  /// Every channel of every tensor has a slot.
  std::size_t slots() const { return parent_.size(); }
  std::size_t slot(TensorId id, std::int32_t channel) const {
    return first_[static_cast<std::size_t>(id)] + static_cast<std::size_t>(channel);
  }
  /// The slot that stands for the group.
  std::size_t group(TensorId id, std::int32_t channel) const { return root(slot(id, channel)); }

  /// By group: whether something needs it that is no weighted sum, nor computes channel by channel:
  /// inputs and outputs of the model, constants, state, operators that take tensors whole.
  std::vector<bool> needed_whole() const;

 private:
  void link(const Node& node);
  std::size_t root(std::size_t slot) const;

  const Graph& graph_;
  std::vector<std::size_t> first_;   // slot of every tensor's channel 0
  std::vector<std::size_t> parent_;  // groups as disjoint sets of slots
};

}  // namespace smelt
