// SPDX-License-Identifier: Apache-2.0
//
// What operators share whose indices come at run time: see smelt/indices.h for those that are
// negative or outside.
#pragma once

#include "compiler/diagnostics.h"
#include "compiler/ops/kernel.h"

namespace smelt {

/// Reports indices that are no s32 or s64, and tensors that cannot be moved; false if it did.
bool check_indices(const NodeView& view, const Tensor& indices, Diagnostics& diagnostics);
/// Reports an axis that is no dimension; false if it did.
bool check_axis(const NodeView& view, std::int32_t axis, const Tensor& tensor,
                Diagnostics& diagnostics);
/// Reports index tensors that are no larger box than `data`, but for the axis; false if it did.
bool check_box(const NodeView& view, const Tensor& indices, const Tensor& data, std::int32_t axis,
               Diagnostics& diagnostics);
/// Reports tuples (the last dimension of `indices`) that do not fit the dimensions of `data` from
/// `batch_dims` on; false if it did.
bool check_tuples(const NodeView& view, const Tensor& indices, const Tensor& data,
                  std::int32_t batch_dims, Diagnostics& diagnostics);

/// The fields that the layers of gather_elements and scatter_elements begin with. `unit` is what
/// strides count: bytes of an element, or 1.
std::vector<Field> box_fields(const Shape& indices, const Shape& data, std::int32_t axis,
                              std::int32_t unit, std::int32_t width);
/// smelt::index_tuples.
Field tuples_field(const Shape& indices, const Shape& data, std::int32_t batch_dims,
                   std::int32_t unit);
/// Of the data, what one tuple leads to.
Shape tuple_shape(const Shape& indices, const Shape& data, std::int32_t batch_dims);

/// The caller of one of two instances, by the type of the indices.
template <auto s32_kernel, auto s64_kernel>
void (*by_index(ElementType type))(const HostCall&) {
  return type == ElementType::s64 ? invoke<s64_kernel> : invoke<s32_kernel>;
}

}  // namespace smelt
