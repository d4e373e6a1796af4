// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compiler/plan/plan.h"

namespace smelt {

/// Sets the offset of every buffer, the sizes of arena and state, and whether a run overwrites its
/// inputs. Lifetimes are known.
void assign_offsets(Program& program, const PlanOptions& options);

}  // namespace smelt
