// SPDX-License-Identifier: Apache-2.0
//
// Who computes in which numbers, and whose scales are one and the same.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diagnostics.h"
#include "compiler/graph/graph.h"

namespace smelt {

/// The numbers that a layer computes in.
struct Precision {
  ElementType activations = ElementType::s8;  ///< s8, s16, or f32: it stays as it is
  std::int32_t weight_bits = 8;               ///< 8 or 4
  bool operator==(const Precision&) const = default;
};
constexpr Precision int8{ElementType::s8, 8};
constexpr Precision int4{ElementType::s8, 4};
constexpr Precision int16x8{ElementType::s16, 8};
constexpr Precision float32{ElementType::f32, 8};

/// "int8"
std::string_view to_string(const Precision& precision);

/// Of a float graph.
struct Scheme {
  std::vector<Precision> nodes;      ///< by node
  std::vector<ElementType> tensors;  ///< by tensor: how it is computed
  /// By tensor: the first of those that it shares its scale with; itself, if there is none.
  std::vector<TensorId> groups;
};

/// `layers` says by layer name what is not `precision`; reports names that there are none of.
/// `input` is the type of the model's inputs.
Scheme make_scheme(const Graph& graph, const Precision& precision,
                   const std::map<std::string, Precision>& layers, ElementType input,
                   Diagnostics& diagnostics);

/// Whether operand `i` of a node is an activation: computed, or a constant that stands for one.
bool is_activation(const Graph& graph, const Node& node, std::size_t i);

}  // namespace smelt
