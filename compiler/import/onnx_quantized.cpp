// SPDX-License-Identifier: Apache-2.0
//
// Changes between floats and integers, and ONNX's own integer layers.
#include <fmt/format.h>

#include "compiler/import/onnx_operators.h"
#include "compiler/import/onnx_parts.h"
#include "compiler/import/onnx_tensor.h"
#include "compiler/ops/dequantize_linear.h"
#include "compiler/ops/quantize_linear.h"

namespace smelt::onnx_import {
namespace {

/// Scales or zero points as linear_scales has them: those of a dimension with extents of 1 behind.
TensorId along(Operator& op, TensorId id, std::int32_t axis, std::size_t rank) {
  if (id == no_tensor) return id;
  if (element_count(op.shape(id)) == 1) return op.reshape(id, {});
  Shape shape = op.shape(id);
  if (shape.size() == 1) shape.resize(rank - static_cast<std::size_t>(axis), 1);
  return op.reshape(id, shape);
}

/// Zero points of 0, one for each scale.
TensorId no_offset(Operator& op, ElementType type, const Shape& shape) {
  const auto size = static_cast<std::size_t>(element_count(shape) * byte_size(type));
  return op.add_constant(type, shape, std::vector<std::uint8_t>(size));
}

/// One zero point for several scales is that of each.
bool same_shape(Operator& op, TensorId scale, TensorId zero) {
  if (op.shape(scale) == op.shape(zero)) return true;
  if (element_count(op.shape(scale)) == 1 && element_count(op.shape(zero)) == 1) return true;
  op.error(fmt::format("has scales {} but zero points {}", to_string(op.shape(scale)),
                       to_string(op.shape(zero))),
           damaged_file);
  return false;
}

/// Input, scale and zero point. `type` is that of the zero point where the file has none.
void linear(Operator& op, const OpDef& def, ElementType type, ElementType result) {
  const std::int64_t stated = op.integer("axis", 1);
  if (const std::int64_t block = op.integer("block_size", 0); block != 0)
    return op.error(fmt::format("has a scale for every {} elements", block),
                    "use one scale, or one per channel");
  const std::size_t rank = op.input(0).shape.size();
  std::optional<std::int32_t> axis = 0;
  if (element_count(op.input(1).shape) != 1) axis = op.axis(stated, rank);
  if (!axis || (op.has(2) && !same_shape(op, op.inputs[1], op.inputs[2]))) return;
  const TensorId zero = op.has(2) ? op.reshape(op.inputs[2], op.input(1).shape)
                                  : no_offset(op, type, op.input(1).shape);
  op.result(op.apply(
      def, {}, {op.inputs[0], along(op, op.inputs[1], *axis, rank), along(op, zero, *axis, rank)},
      result));
}

}  // namespace

void quantize_linear(Operator& op) {
  op.ignore("saturate");  // of 8-bit floats, which are not supported
  op.ignore("precision");
  const auto stated = static_cast<std::int32_t>(op.integer("output_dtype", 0));
  if (!op.takes(2, 3)) return;
  const auto type = stated == 0 ? std::optional(ElementType::u8) : element_type(stated);
  if (!type)
    return op.error(fmt::format("gives {}, which is not supported", type_name(stated)),
                    "quantize to int8 or uint8");
  linear(op, ops::quantize_linear, *type, op.has(2) ? op.input(2).type : *type);
}

void dequantize_linear(Operator& op) {
  if (!op.takes(2, 3)) return;
  linear(op, ops::dequantize_linear, op.input(0).type, ElementType::f32);
}

}  // namespace smelt::onnx_import
