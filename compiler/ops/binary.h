// SPDX-License-Identifier: Apache-2.0
//
// What operators on the elements of two operands share: numpy's broadcasting rule, checks of types
// and shapes, and the loop that their kernels run (smelt/binary.h).
#pragma once

#include <array>
#include <initializer_list>
#include <optional>
#include <span>
#include <vector>

#include "compiler/diagnostics.h"
#include "compiler/graph/graph.h"
#include "compiler/ops/plain.h"
#include "compiler/ops/quantization_rules.h"

namespace smelt {

/// Shape of the output: extents are equal or 1, aligned at the innermost. Nothing if they are not.
std::optional<Shape> broadcast_shape(const Shape& a, const Shape& b);

/// One loop of a kernel, with its operands' strides in elements; 0: repeated. Those of a third
/// operand are 0 where there is none.
struct BroadcastLoop {
  std::int32_t extent = 1;
  std::array<std::int32_t, 3> strides{};
  bool operator==(const BroadcastLoop&) const = default;
};

/// The fewest loops over operands that broadcast, outermost first: neighbouring dimensions merge if
/// each operand is repeated in both or in neither.
std::vector<BroadcastLoop> broadcast_loops(const std::vector<Shape>& operands);
/// The same, with as many loops as the kernels have; the outermost may do nothing.
std::vector<BroadcastLoop> kernel_loops(const std::vector<Shape>& operands);

/// Reports operands that do not broadcast, or take more loops than the kernels have; false if it
/// did.
bool check_broadcast(const NodeView& view, Diagnostics& diagnostics);
/// Reports operands that do not broadcast, differ in type from each other or the output, are none
/// of `types`, or lack the scale of a quantized type; false if it did. `second`: the type of the
/// second operand, if it is another one.
bool check_binary(const NodeView& view, std::initializer_list<ElementType> types,
                  Diagnostics& diagnostics, std::optional<ElementType> second = {});
/// The same for operators that also take narrow numbers as they are, where no tensor has a scale.
bool check_arithmetic(const NodeView& view, std::initializer_list<ElementType> types,
                      Diagnostics& diagnostics);
/// Reports an activation of numbers as they are, which only those of 32 bits have; false if it did.
bool check_activation(const NodeView& view, Activation activation, Diagnostics& diagnostics);
/// The first operand's type, the broadcast shape.
std::vector<TensorType> infer_binary(const NodeView& view);

/// The field of smelt::broadcast.
Field broadcast_field(const NodeView& view);
Field broadcast_field(std::string_view name, const Shape& a, const Shape& b);
/// The fields of smelt::clamped_binary_layer.
std::vector<Field> clamped_fields(const NodeView& view, Activation activation);

/// Appends kernel "NAME_TYPE" with its layer "NAME_TYPE_layer", both operands and the output.
void lower_binary(const NodeView& view, StepBuilder& builder, std::string_view header,
                  void (*invoke)(const HostCall&), std::vector<Field> fields,
                  Activation activation = Activation::none);

/// Appends a kernel with its layer, both operands and the output.
void binary_step(StepBuilder& builder, Kernel kernel, Struct layer);

/// Condition of a kernel row: the first operand's type.
template <ElementType type>
bool takes(const NodeView& view, const Target&) {
  return view.input(0).type == type;
}

/// The same of operands that have scales.
template <ElementType type>
bool takes_scaled(const NodeView& view, const Target&) {
  return view.input(0).type == type && !is_plain(view);
}

/// Condition of a kernel row: numbers as they are, and not s32, which has activations, too.
bool takes_plain(const NodeView& view, const Target& target);

/// Appends kernel `name`, a template over the type of integers that takes a smelt::binary_layer.
template <auto of_type>
void lower_integers(const NodeView& view, StepBuilder& builder, std::string name,
                    std::string_view header) {
  binary_step(builder,
              {std::move(name), std::string(header), for_integers<of_type>(view.input(0).type)},
              {"binary_layer", {broadcast_field(view)}, {}});
}

/// The same for kernels that take floats, too.
template <auto of_type>
void lower_elements(const NodeView& view, StepBuilder& builder, std::string name,
                    std::string_view header) {
  binary_step(builder,
              {std::move(name), std::string(header), for_elements<of_type>(view.input(0).type)},
              {"binary_layer", {broadcast_field(view)}, {}});
}

/// An operator on the elements of two operands, "a" and "b".
OpDef binary_op(std::string_view name, void (*check)(const NodeView&, Diagnostics&),
                std::span<const KernelRow> (*kernels)(), AttributeTable attributes = {});
/// The same of an operator each of whose results is one of its operands (OpDef::selects).
inline OpDef selecting(OpDef op) {
  op.selects = true;
  return quantizable(scale_keeping, std::move(op));
}

}  // namespace smelt
