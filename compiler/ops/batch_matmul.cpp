// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/batch_matmul.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/ops/binary.h"
#include "compiler/ops/quantization.h"
#include "smelt/batch_matmul.h"

namespace smelt::ops {
namespace {

/// Loops of smelt::broadcast.
constexpr std::size_t max_loops = 4;

/// A matrix operand: its extents, transposed if so stated, and the distances along them.
struct Matrix {
  std::int32_t rows, columns, row_stride, column_stride;
};
Matrix matrix(const NodeView& view, std::size_t i) {
  const auto& a = view.attributes<BatchMatmulAttributes>();
  const Shape& shape = view.input(i).shape;
  const std::int32_t rows = shape[shape.size() - 2], columns = shape.back();
  if (i == 0 ? a.transpose_a : a.transpose_b) return {columns, rows, 1, columns};
  return {rows, columns, columns, 1};
}

Shape batches(const NodeView& view, std::size_t i) {
  const Shape& shape = view.input(i).shape;
  return {shape.begin(), shape.end() - 2};
}

bool is_matrix(const Tensor& tensor) {
  const Shape& shape = tensor.shape;
  return shape.size() >= 2 && *std::min_element(shape.begin(), shape.end()) > 0 &&
         checked_count(shape, INT32_MAX / 4);
}

bool fits(const NodeView& view) {
  if (!is_matrix(view.input(0)) || !is_matrix(view.input(1)) ||
      matrix(view, 0).columns != matrix(view, 1).rows)
    return false;
  const Shape a = batches(view, 0), b = batches(view, 1);
  std::optional<Shape> shape = broadcast_shape(a, b);
  if (!shape || broadcast_loops({a, b}).size() > max_loops) return false;
  shape->insert(shape->end(), {matrix(view, 0).rows, matrix(view, 1).columns});
  return checked_count(*shape, INT32_MAX / 4).has_value();
}

void check(const NodeView& view, Diagnostics& diagnostics) {
  if (!check_type(view, view.input(0), "the first operand", {ElementType::f32}, diagnostics) ||
      !check_type(view, view.input(1), "the second operand", {ElementType::f32}, diagnostics) ||
      fits(view))
    return;
  diagnostics
      .error(place_of(view.graph, view.node),
             fmt::format("matrices {} and {} do not go together", to_string(view.input(0).shape),
                         to_string(view.input(1).shape)))
      .note("columns of the first are rows of the second; dimensions in front are equal or 1");
}

std::vector<TensorType> infer(const NodeView& view) {
  Shape shape = *broadcast_shape(batches(view, 0), batches(view, 1));
  shape.insert(shape.end(), {matrix(view, 0).rows, matrix(view, 1).columns});
  return {{ElementType::f32, shape}};
}

std::int64_t macs(const NodeView& view) {
  return element_count(infer(view)[0].shape) * matrix(view, 0).columns;
}

void lower(const NodeView& view, StepBuilder& builder) {
  const Matrix a = matrix(view, 0), b = matrix(view, 1);
  builder
      .step({"batch_matmul_f32", "smelt/batch_matmul.h", invoke<&smelt::batch_matmul_f32>},
            {"batch_matmul_f32_layer",
             {broadcast_field("matrices", batches(view, 0), batches(view, 1)),
              int_field("rows", a.rows), int_field("inner", a.columns),
              int_field("columns", b.columns), int_field("a_row", a.row_stride),
              int_field("a_inner", a.column_stride), int_field("b_inner", b.row_stride),
              int_field("b_column", b.column_stride)},
             {}},
            {builder.input(0), builder.input(1), builder.output()})
      .summary = fmt::format("{}x{} by {}x{}", a.rows, a.columns, b.rows, b.columns);
}

bool always(const NodeView&, const Target&) {
  return true;
}

constexpr KernelRow kernels[] = {{"batch_matmul_f32", always, lower}};

}  // namespace

const OpDef batch_matmul = {
    .name = "batch_matmul",
    .operands = {"a", "b"},
    .attributes = attribute_table<BatchMatmulAttributes>(),
    .check = check,
    .infer = infer,
    .macs = macs,
    .kernels = [] { return std::span<const KernelRow>(kernels); },
};

}  // namespace smelt::ops
