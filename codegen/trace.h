// SPDX-License-Identifier: Apache-2.0
//
// What the emitted code shows of its layers, where it is built with NAME_TRACE.
#pragma once

#include <cstddef>
#include <cstdint>

#include "compiler/program/program.h"

namespace smelt {

/// In how many calls of NAME_trace a run shows all that a step computes: rows, or whole tensors. Of
/// a model whose rows have no end, in a run after reset. 0: the step shows nothing that can be told
/// from garbage, as it only copies rows or leaves the rest of its output to a later step.
std::int32_t traced_pieces(const Program& program, std::size_t step);

}  // namespace smelt
