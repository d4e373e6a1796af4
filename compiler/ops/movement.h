// SPDX-License-Identifier: Apache-2.0
//
// What the operators that only move elements share: a copy between two tensors with strides, its
// reduction to as few dimensions as possible, and its step.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/diagnostics.h"
#include "compiler/graph/graph.h"
#include "compiler/ops/kernel.h"

namespace smelt {

/// Dimensions of smelt::move_layer.
constexpr std::size_t max_move_rank = 6;

/// One dimension of a copied box. Strides count elements.
struct MoveDimension {
  std::int32_t extent = 1;
  std::int64_t input_stride = 0;
  std::int64_t output_stride = 0;
  bool operator==(const MoveDimension&) const = default;
};

/// A box of elements and where it starts in input and output.
struct Movement {
  std::vector<MoveDimension> dimensions;  ///< outermost first
  std::int64_t input_offset = 0;
  std::int64_t output_offset = 0;
};

/// Distance between neighbours along each dimension of a row-major tensor.
std::vector<std::int64_t> row_major_strides(const Shape& shape);

/// The same copy with as few dimensions as possible: extents of 1 go, and neighbours that are
/// contiguous in both tensors become one.
Movement collapse(const Movement& movement);

/// Appends the copy of operand `input` into the output.
void lower_movement(const NodeView& view, std::size_t input, const Movement& movement,
                    StepBuilder& builder);
/// Appends a step that sets every element of the output to `bits`.
void lower_fill(const NodeView& view, std::int32_t bits, StepBuilder& builder);

/// Appends the copy of a constant to where every kernel can read it: constants may lie where only
/// load() reaches.
Operand in_data_memory(const Operand& constant, ElementType type, std::int64_t count,
                       StepBuilder& builder);

/// The row of an operator whose kernel takes all operands of the node: `lower(view, operands,
/// builder)`.
template <void (*lower)(const NodeView&, const std::vector<Operand>&, StepBuilder&)>
std::span<const KernelRow> kernels_on_operands() {
  static constexpr KernelRow rows[] = {
      {"portable", [](const NodeView&, const Target&) { return true; },
       [](const NodeView& view, StepBuilder& builder) {
         std::vector<Operand> operands;
         for (std::size_t i = 0; i < view.node.inputs.size(); ++i)
           operands.push_back(builder.input(i));
         lower(view, operands, builder);
       }},
  };
  return rows;
}

/// Reports a tensor that cannot be moved: empty, too large, or of too many dimensions.
bool check_movable(const NodeView& view, const Tensor& tensor, std::string_view role,
                   Diagnostics& diagnostics);
/// Reports a quantized input whose numbers mean something else in the output.
bool check_same_quantization(const NodeView& view, const Tensor& input, Diagnostics& diagnostics);

}  // namespace smelt
