// SPDX-License-Identifier: Apache-2.0
//
// Real functions of one quantized number, as the 256 reals that an s8 can stand for: what becomes
// of a number through any chain of element-wise float operators.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/graph/graph.h"

namespace smelt {

/// By the bits of an s8, as smelt::lookup_8 is indexed.
using ByteFunction = std::vector<float>;

/// What quantized s8 numbers mean.
ByteFunction meaning(const Quantization& quantization);

/// The node's function of the tensors that `arguments` has functions for, in the order of its
/// operands; null where an operand is a constant, which must be one number. Nothing if the node is
/// no function of single elements.
std::optional<ByteFunction> apply(const Graph& graph, const Node& node,
                                  const std::vector<const ByteFunction*>& arguments);

/// The s8 that QuantizeLinear gives for a real number.
std::int8_t quantized(float real, const Quantization& quantization);
/// The table for smelt::lookup_8.
std::vector<std::uint8_t> table_of(const ByteFunction& function, const Quantization& quantization);

}  // namespace smelt
