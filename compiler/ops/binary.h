// SPDX-License-Identifier: Apache-2.0
//
// What operators on the elements of two operands share: numpy's broadcasting rule, checks of types
// and shapes, and the loop that their kernels run (smelt/binary.h).
#pragma once

#include <initializer_list>
#include <optional>
#include <vector>

#include "compiler/diagnostics.h"
#include "compiler/graph/graph.h"
#include "compiler/ops/kernel.h"

namespace smelt {

/// Shape of the output: extents are equal or 1, aligned at the innermost. Nothing if they are not.
std::optional<Shape> broadcast_shape(const Shape& a, const Shape& b);

/// One loop of a binary kernel, with both operands' strides in elements; 0: repeated.
struct BroadcastLoop {
  std::int32_t extent = 1;
  std::int32_t a_stride = 0;
  std::int32_t b_stride = 0;
  bool operator==(const BroadcastLoop&) const = default;
};

/// The fewest loops over two operands that broadcast, outermost first: neighbouring dimensions
/// merge if each operand is repeated in both or in neither.
std::vector<BroadcastLoop> broadcast_loops(const Shape& a, const Shape& b);

/// Reports operands that do not broadcast, differ in type from each other or the output, are none
/// of `types`, or lack the scale of a quantized type; false if it did. `second`: the type of the
/// second operand, if it is another one.
bool check_binary(const NodeView& view, std::initializer_list<ElementType> types,
                  Diagnostics& diagnostics, std::optional<ElementType> second = {});
/// The first operand's type, the broadcast shape.
std::vector<TensorType> infer_binary(const NodeView& view);

/// The field of smelt::broadcast.
Field broadcast_field(const NodeView& view);
/// The fields of smelt::clamped_binary_layer.
std::vector<Field> clamped_fields(const NodeView& view, Activation activation);

/// Appends kernel "NAME_TYPE" with its layer "NAME_TYPE_layer", both operands and the output.
void lower_binary(const NodeView& view, StepBuilder& builder, std::string_view header,
                  void (*invoke)(const HostCall&), std::vector<Field> fields,
                  Activation activation = Activation::none);

/// Condition of a kernel row: the first operand's type.
template <ElementType type>
bool takes(const NodeView& view, const Target&) {
  return view.input(0).type == type;
}

}  // namespace smelt
