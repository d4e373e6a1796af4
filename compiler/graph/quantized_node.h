// SPDX-License-Identifier: Apache-2.0
//
// What an operator that is quantized in a way of its own is given, and what it gives back.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "compiler/graph/graph.h"

namespace smelt {

/// A node of the float graph that is to compute on integers, and what is known of it.
struct CalibratedNode {
  const NodeView& view;
  ElementType activations = ElementType::s8;  ///< s8 or s16
  const Quantization& input;                  ///< of operand 0 as it will be
  const Quantization& output;
  /// By operand and sample, the values that the float graph computes for it; none of those that
  /// are constant, variable or absent.
  std::vector<std::vector<const std::vector<std::uint8_t>*>> values;
};

/// What is to stand in place of a CalibratedNode.
struct QuantizedNode {
  std::any attributes;
  /// By operand. Constants and variables stand in place of the float ones; of others the type and
  /// quantization are what the operand is brought to. Those that are not here stay: activations in
  /// the layer's type, as calibrated, and the rest as it is.
  std::map<std::size_t, Tensor> operands;
  std::string reason;  ///< why it cannot be; empty: it can
};

}  // namespace smelt
