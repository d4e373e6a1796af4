// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/arg.h"

#include <fmt/format.h>

#include "compiler/ops/movement.h"
#include "compiler/ops/quantization.h"
#include "compiler/ops/quantization_rules.h"
#include "smelt/arg.h"

namespace smelt::ops {
namespace {

void check(const NodeView& view, Diagnostics& diagnostics) {
  using enum ElementType;
  const Tensor& input = view.input(0);
  if (!check_type(view, input, "input", {f32, s8, u8, s32}, diagnostics) ||
      !check_type(view, view.output(), "output", {s32, s64}, diagnostics) ||
      !check_movable(view, input, "input", diagnostics))
    return;
  const std::int32_t axis = view.attributes<ArgAttributes>().axis;
  if (axis < 0 || static_cast<std::size_t>(axis) >= input.shape.size())
    diagnostics.error(
        place_of(view.graph, view.node),
        fmt::format("axis {} is no dimension of the input {}", axis, to_string(input.shape)));
}

std::vector<TensorType> infer(const NodeView& view) {
  TensorType output{view.output().type, view.input(0).shape};
  output.shape.erase(output.shape.begin() + view.attributes<ArgAttributes>().axis);
  return {output};
}

template <auto kernel>
void lower(const NodeView& view, StepBuilder& builder) {
  const Shape& shape = view.input(0).shape;
  const auto axis = shape.begin() + view.attributes<ArgAttributes>().axis;
  builder.step(
      {std::string(view.node.op->name), "smelt/arg.h", invoke<kernel>},
      {"arg_layer",
       {int_field("outer", element_count({shape.begin(), axis})), int_field("count", *axis),
        int_field("inner", element_count({axis + 1, shape.end()}))},
       {}},
      {builder.input(0), builder.output()});
}

template <ElementType input, ElementType output>
bool is(const NodeView& view, const Target&) {
  return view.input(0).type == input && view.output().type == output;
}

using enum ElementType;
constexpr KernelRow max_kernels[] = {
    {"arg_max_s8", is<s8, s32>, lower<&smelt::arg_max<int8_t, int32_t>>},
    {"arg_max_s8_s64", is<s8, s64>, lower<&smelt::arg_max<int8_t, int64_t>>},
    {"arg_max_u8", is<u8, s32>, lower<&smelt::arg_max<uint8_t, int32_t>>},
    {"arg_max_u8_s64", is<u8, s64>, lower<&smelt::arg_max<uint8_t, int64_t>>},
    {"arg_max_s32", is<s32, s32>, lower<&smelt::arg_max<int32_t, int32_t>>},
    {"arg_max_s32_s64", is<s32, s64>, lower<&smelt::arg_max<int32_t, int64_t>>},
    {"arg_max_f32", is<f32, s32>, lower<&smelt::arg_max<float, int32_t>>},
    {"arg_max_f32_s64", is<f32, s64>, lower<&smelt::arg_max<float, int64_t>>},
};
constexpr KernelRow min_kernels[] = {
    {"arg_min_s8", is<s8, s32>, lower<&smelt::arg_min<int8_t, int32_t>>},
    {"arg_min_s8_s64", is<s8, s64>, lower<&smelt::arg_min<int8_t, int64_t>>},
    {"arg_min_u8", is<u8, s32>, lower<&smelt::arg_min<uint8_t, int32_t>>},
    {"arg_min_u8_s64", is<u8, s64>, lower<&smelt::arg_min<uint8_t, int64_t>>},
    {"arg_min_s32", is<s32, s32>, lower<&smelt::arg_min<int32_t, int32_t>>},
    {"arg_min_s32_s64", is<s32, s64>, lower<&smelt::arg_min<int32_t, int64_t>>},
    {"arg_min_f32", is<f32, s32>, lower<&smelt::arg_min<float, int32_t>>},
    {"arg_min_f32_s64", is<f32, s64>, lower<&smelt::arg_min<float, int64_t>>},
};

}  // namespace

const OpDef arg_max = {
    .name = "arg_max",
    .operands = {"input"},
    .attributes = attribute_table<ArgAttributes>(),
    .check = check,
    .infer = infer,
    .quantization = &rescaling,
    .kernels = [] { return std::span<const KernelRow>(max_kernels); },
};

const OpDef arg_min = {
    .name = "arg_min",
    .operands = {"input"},
    .attributes = attribute_table<ArgAttributes>(),
    .check = check,
    .infer = infer,
    .quantization = &rescaling,
    .kernels = [] { return std::span<const KernelRow>(min_kernels); },
};

}  // namespace smelt::ops
