// SPDX-License-Identifier: Apache-2.0
//
// Random networks on images: chains and diamonds of the layers that run row by row, as graphs drawn
// operator by operator seldom are.
#pragma once

#include <cstdint>

#include "compiler/graph/graph.h"

namespace smelt::test {

/// The network of a seed, every other one quantized: always the same.
Graph random_network(std::uint32_t seed);
/// The same without padding in rows.
Graph random_time_network(std::uint32_t seed);

}  // namespace smelt::test
