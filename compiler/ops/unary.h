// SPDX-License-Identifier: Apache-2.0
//
// What functions of one element share: checks, the call of their kernel, and the table that
// replaces it where elements are bytes (smelt/unary.h, smelt/lookup.h).
#pragma once

#include <initializer_list>
#include <vector>

#include "compiler/diagnostics.h"
#include "compiler/graph/graph.h"
#include "compiler/ops/kernel.h"

namespace smelt {

/// A kernel `void kernel(const layer&, const Input*, Output*)` with its layer.
struct UnaryCall {
  Kernel kernel;
  Struct layer;
};

/// The call of kernel "NAME" on `count` elements; its layer "NAME_layer" starts with that count.
template <auto kernel>
UnaryCall unary_call(std::string name, std::string_view header, std::int32_t count,
                     std::vector<Field> fields = {}) {
  fields.insert(fields.begin(), int_field("count", count));
  std::string layer = name + "_layer";
  return {{std::move(name), std::string(header), invoke<kernel>}, {layer, std::move(fields), {}}};
}

/// Reports an input of none of `types`, an output of another type than the input, and quantized
/// tensors without a scale; false if it did.
bool check_unary(const NodeView& view, std::initializer_list<ElementType> types,
                 Diagnostics& diagnostics);
/// Type and shape of the input.
std::vector<TensorType> infer_unary(const NodeView& view);

/// Elements of the node's first input.
std::int32_t count_of(const NodeView& view);
/// Whether input and output elements are bytes: a table can stand for the function.
bool maps_bytes(const NodeView& view, const Target&);
/// Appends the call. Its output may overwrite the input if it has the same type, or bytes, which
/// may share memory with any type.
void lower_call(const NodeView& view, UnaryCall call, StepBuilder& builder);
/// `call` is made for 256 elements: the results for all bytes become the table.
void lower_table(const NodeView& view, const UnaryCall& call, StepBuilder& builder);

/// The row of an operator that is `call(view, count)`.
template <UnaryCall (*call)(const NodeView&, std::int32_t)>
constexpr KernelRow portable_row = {"portable", always, [](const NodeView& view, StepBuilder& b) {
                                      lower_call(view, call(view, count_of(view)), b);
                                    }};

/// The row of the same operator as a table.
template <UnaryCall (*call)(const NodeView&, std::int32_t)>
constexpr KernelRow table_row = {"lookup_8", maps_bytes, [](const NodeView& view, StepBuilder& b) {
                                   lower_table(view, call(view, 256), b);
                                 }};

/// Kernel tables of one and of both rows.
template <UnaryCall (*call)(const NodeView&, std::int32_t)>
std::span<const KernelRow> direct_kernels() {
  static constexpr KernelRow rows[] = {portable_row<call>};
  return rows;
}
template <UnaryCall (*call)(const NodeView&, std::int32_t)>
std::span<const KernelRow> table_kernels() {
  static constexpr KernelRow rows[] = {table_row<call>, portable_row<call>};
  return rows;
}

}  // namespace smelt
