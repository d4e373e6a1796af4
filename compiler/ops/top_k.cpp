// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/top_k.h"

#include <fmt/format.h>

#include "compiler/ops/indices.h"
#include "compiler/ops/movement.h"
#include "compiler/ops/quantization.h"
#include "smelt/top_k.h"

namespace smelt::ops {
namespace {

using enum ElementType;

void check(const NodeView& view, Diagnostics& diagnostics) {
  const auto& [axis, k, largest] = view.attributes<TopKAttributes>();
  const Tensor& input = view.input(0);
  if (!check_type(view, input, "input", {f32, s8, u8, s32, s64}, diagnostics) ||
      !check_type(view, view.output(), "output", {s32, s64}, diagnostics) ||
      !check_movable(view, input, "input", diagnostics) ||
      !check_axis(view, axis, input, diagnostics))
    return;
  const std::int32_t extent = input.shape[static_cast<std::size_t>(axis)];
  if (k < 1 || k > extent)
    diagnostics.error(place_of(view.graph, view.node),
                      fmt::format("{} of {} elements are wanted", k, extent));
}

std::vector<TensorType> infer(const NodeView& view) {
  const auto& attributes = view.attributes<TopKAttributes>();
  TensorType output{view.output().type, view.input(0).shape};
  output.shape[static_cast<std::size_t>(attributes.axis)] = attributes.k;
  return {output};
}

template <typename T>
void lower(const NodeView& view, StepBuilder& builder) {
  const auto& attributes = view.attributes<TopKAttributes>();
  const Shape& shape = view.input(0).shape;
  const auto axis = shape.begin() + attributes.axis;
  const ElementType type = view.output().type;
  const auto caller = attributes.largest ? by_index<&smelt::top_k_largest<T, std::int32_t>,
                                                    &smelt::top_k_largest<T, std::int64_t>>(type)
                                         : by_index<&smelt::top_k_smallest<T, std::int32_t>,
                                                    &smelt::top_k_smallest<T, std::int64_t>>(type);
  builder.step(
      {attributes.largest ? "top_k_largest" : "top_k_smallest", "smelt/top_k.h", caller},
      {"top_k_layer",
       {int_field("outer", element_count({shape.begin(), axis})), int_field("count", *axis),
        int_field("inner", element_count({axis + 1, shape.end()})), int_field("k", attributes.k)},
       {}},
      {builder.input(0), builder.output()});
}

template <ElementType type>
bool is_type(const NodeView& view, const Target&) {
  return view.input(0).type == type;
}

constexpr KernelRow kernels[] = {
    {"top_k_s8", is_type<s8>, lower<std::int8_t>},
    {"top_k_u8", is_type<u8>, lower<std::uint8_t>},
    {"top_k_s32", is_type<s32>, lower<std::int32_t>},
    {"top_k_s64", is_type<s64>, lower<std::int64_t>},
    {"top_k_f32", is_type<f32>, lower<float>},
};

}  // namespace

const OpDef top_k = {
    .name = "top_k",
    .operands = {"input"},
    .attributes = attribute_table<TopKAttributes>(),
    .check = check,
    .infer = infer,
    .kernels = [] { return std::span<const KernelRow>(kernels); },
};

}  // namespace smelt::ops
