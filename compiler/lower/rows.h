// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "compiler/ops/kernel.h"

namespace smelt {

/// Gives the last step of `program`, which is all of an element-wise node on images, its row form:
/// what `row` becomes of the node on images of one row. None if operands have rows that are not
/// those of the output.
void add_row_form(Program& program, const NodeView& view, const Target& target,
                  const std::vector<std::optional<BufferId>>& buffers,
                  const KernelRow& (*choose)(const NodeView&, const Target&));

}  // namespace smelt
