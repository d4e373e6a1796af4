// SPDX-License-Identifier: Apache-2.0
//
// Where every buffer lies: lifetimes from the order of steps, outputs laid over inputs where a
// kernel allows it, offsets packed into one arena. Knows steps and buffers, no operators.
#pragma once

#include "compiler/program/program.h"

namespace smelt {

struct PlanOptions {
  bool keep_input = false;     ///< run must not overwrite the model's inputs
  bool share = true;           ///< lay outputs over inputs; false keeps every tensor's own bytes
  std::int32_t alignment = 4;  ///< least alignment of every buffer, a power of two
};

/// arrange(), then place().
Program plan(Program program, const PlanOptions& options);

/// If memory is shared: leaves out steps that only copy where views do, and puts the others into
/// the order that needs least.
Program arrange(Program program, const PlanOptions& options);

/// Fills in lifetimes, offsets, arena and state sizes of the steps in the order they are in.
Program place(Program program, const PlanOptions& options);

/// What place() of this order needs at least, if memory is shared: the largest of live_bytes().
std::int64_t peak_bytes(Program program, const PlanOptions& options);

/// Bytes of the buffers alive at a step: no plan of this order needs less than the largest.
std::int64_t live_bytes(const Program& program, std::int32_t step);

}  // namespace smelt
