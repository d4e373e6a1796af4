// SPDX-License-Identifier: Apache-2.0
//
// Float graphs to quantize, written as text, and what became of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/quantize/quantize.h"
#include "tests/support/trial.h"

namespace smelt::test {

/// The graph of a text that is right.
Graph graph_of(std::string_view text);

/// Inputs that are uniform in [least, most].
std::vector<Sample> uniform_samples(const Graph& graph, std::size_t count, float least, float most,
                                    std::uint32_t seed = 1);

/// A line for each node: its name, the types of what it makes and what it reads.
///     "conv": s8 = conv2d(s8, s8, s32)
std::string outline(const Graph& graph);

/// The tensor of that name.
const Tensor& tensor_of(const Graph& graph, std::string_view name);

/// All messages and their notes.
std::string text_of(const Diagnostics& diagnostics);

/// quantize() with 64 samples in [-1, 1], which finds nothing wrong.
Quantized quantized(const Graph& graph, const QuantizeOptions& options = {});

}  // namespace smelt::test
