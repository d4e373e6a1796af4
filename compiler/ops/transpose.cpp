// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/transpose.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/ops/movement.h"

namespace smelt::ops {
namespace {

/// Every number from 0 to `rank` - 1 once.
bool is_permutation(std::vector<std::int32_t> entries, std::size_t rank) {
  if (entries.size() != rank) return false;
  std::sort(entries.begin(), entries.end());
  for (std::size_t i = 0; i < rank; ++i)
    if (entries[i] != static_cast<std::int32_t>(i)) return false;
  return true;
}

void check(const NodeView& view, Diagnostics& diagnostics) {
  const auto& permutation = view.attributes<TransposeAttributes>().permutation;
  const Shape& input = view.input(0).shape;
  if (!check_movable(view, view.input(0), "input", diagnostics)) return;
  if (!is_permutation(permutation, input.size()))
    diagnostics.error(place_of(view.graph, view.node),
                      fmt::format("[{}] is not a permutation of the {} dimensions of the input",
                                  fmt::join(permutation, ", "), input.size()));
  check_same_quantization(view, view.input(0), diagnostics);
}

std::vector<TensorType> infer(const NodeView& view) {
  TensorType output{view.input(0).type, {}};
  for (const std::int32_t from : view.attributes<TransposeAttributes>().permutation)
    output.shape.push_back(view.input(0).shape[static_cast<std::size_t>(from)]);
  return {output};
}

void lower(const NodeView& view, StepBuilder& builder) {
  const auto& permutation = view.attributes<TransposeAttributes>().permutation;
  const std::vector<std::int64_t> from = row_major_strides(view.input(0).shape);
  const std::vector<std::int64_t> to = row_major_strides(view.output().shape);
  Movement movement;
  for (std::size_t i = 0; i < to.size(); ++i)
    movement.dimensions.push_back(
        {view.output().shape[i], from[static_cast<std::size_t>(permutation[i])], to[i]});
  lower_movement(view, 0, movement, builder);
}

constexpr KernelRow kernels[] = {
    {"transpose", [](const NodeView&, const Target&) { return true; }, lower},
};

}  // namespace

const OpDef transpose = {
    .name = "transpose",
    .operands = {"input"},
    .attributes = attribute_table<TransposeAttributes>(),
    .check = check,
    .infer = infer,
    .kernels = [] { return std::span<const KernelRow>(kernels); },
    .selects = true,
};

}  // namespace smelt::ops
