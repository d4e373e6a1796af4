// SPDX-License-Identifier: Apache-2.0
//
// Graph -> Program: for every node the first admissible kernel of its operator's table, its
// constants packed, its scratch declared. Offsets are left to planning.
#pragma once

#include "compiler/coding/coding.h"
#include "compiler/graph/graph.h"
#include "compiler/program/program.h"
#include "compiler/targets/target.h"

namespace smelt {

/// Which row of a kernel table is taken: the best, or the portable one that defines the result.
enum class KernelChoice : std::uint8_t { best, portable };

/// By node, how its weights are to lie in flash; empty: all are plain. Nodes that have no kernel
/// for a coding keep theirs plain.
using Codings = std::vector<Coding>;

/// `graph` has been verified.
Program lower(const Graph& graph, const Target& target, KernelChoice choice = KernelChoice::best,
              const Codings& codings = {});

}  // namespace smelt
