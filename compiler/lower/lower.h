// SPDX-License-Identifier: Apache-2.0
//
// Graph -> Program: for every node the first admissible kernel of its operator's table, its
// constants packed, its scratch declared. Offsets are left to planning.
#pragma once

#include "compiler/graph/graph.h"
#include "compiler/program/program.h"
#include "compiler/targets/target.h"

namespace smelt {

/// Which row of a kernel table is taken: the best, or the portable one that defines the result.
enum class KernelChoice : std::uint8_t { best, portable };

/// `graph` has been verified.
Program lower(const Graph& graph, const Target& target, KernelChoice choice = KernelChoice::best);

}  // namespace smelt
