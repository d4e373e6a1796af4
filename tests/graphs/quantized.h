// SPDX-License-Identifier: Apache-2.0
//
// Random float graphs, quantized in random ways.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/quantize/quantize.h"
#include "tests/support/trial.h"

namespace smelt::test {

/// As many, of random values.
std::vector<Sample> random_samples(const Graph& graph, std::size_t count, Random& random);

/// Some layers otherwise than the others, floats at either end, every observer.
QuantizeOptions random_options(const Graph& graph, Random& random);

/// The float graph of that seed quantized: always the same.
Graph random_quantized_graph(std::uint32_t seed);

}  // namespace smelt::test
