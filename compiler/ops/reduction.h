// SPDX-License-Identifier: Apache-2.0
//
// What the operators that reduce over axes share: their axes, shapes and loops.
#pragma once

#include "compiler/diagnostics.h"
#include "compiler/ops/kernel.h"
#include "compiler/ops/reduce.h"

namespace smelt {

/// An operator with ops::ReduceAttributes.
OpDef reduction(std::string_view name, void (*check)(const NodeView&, Diagnostics&),
                std::span<const KernelRow> (*kernels)());

/// Number of inputs that become one output.
std::int64_t reduced_count(const NodeView& view);
/// Reports axes that are not ascending dimensions of the input; false if it did.
bool check_reduced_axes(const NodeView& view, const std::vector<std::int32_t>& axes,
                        Diagnostics& diagnostics);
/// The fields of smelt/reduce.h's loops over a tensor reduced over `axes`.
std::vector<Field> reduction_fields(const Shape& shape, const std::vector<std::int32_t>& axes);
/// Gives the step of a reduction over rows its row form, with sums of that type.
void set_row_form(const NodeView& view, Step& step, ElementType sum, StepBuilder& builder);
/// Appends the call. The layer's struct begins with the loops; `fields` are the rest.
Step& lower_reduction(const NodeView& view, Kernel kernel, std::string_view layer,
                      const std::vector<Field>& fields, StepBuilder& builder);

}  // namespace smelt
