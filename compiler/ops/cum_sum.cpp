// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/cum_sum.h"

#include "compiler/ops/indices.h"
#include "compiler/ops/movement.h"
#include "compiler/ops/permutation.h"
#include "compiler/ops/quantization.h"
#include "smelt/cum_sum.h"

namespace smelt::ops {
namespace {

using enum ElementType;

void check(const NodeView& view, Diagnostics& diagnostics) {
  const Tensor& input = view.input(0);
  if (check_type(view, input, "input", {f32, s32, s64}, diagnostics) &&
      check_movable(view, input, "input", diagnostics))
    check_axis(view, view.attributes<CumSumAttributes>().axis, input, diagnostics);
}

std::vector<TensorType> infer(const NodeView& view) {
  return {{view.input(0).type, view.input(0).shape}};
}

template <auto kernel>
void lower(const NodeView& view, StepBuilder& builder) {
  const auto& attributes = view.attributes<CumSumAttributes>();
  const Shape& shape = view.input(0).shape;
  const auto axis = shape.begin() + attributes.axis;
  builder.step(
      {"cum_sum", "smelt/cum_sum.h", invoke<kernel>},
      {"cum_sum_layer",
       {int_field("outer", element_count({shape.begin(), axis})), int_field("count", *axis),
        int_field("inner", element_count({axis + 1, shape.end()})),
        int_field("exclusive", attributes.exclusive ? 1 : 0),
        int_field("reverse", attributes.reverse ? 1 : 0)},
       {}},
      {builder.input(0), builder.output()});
}

template <ElementType type>
bool is_type(const NodeView& view, const Target&) {
  return view.input(0).type == type;
}

constexpr KernelRow kernels[] = {
    {"cum_sum_f32", is_type<f32>, lower<&smelt::cum_sum<float>>},
    {"cum_sum_s32", is_type<s32>, lower<&smelt::cum_sum<int32_t>>},
    {"cum_sum_s64", is_type<s64>, lower<&smelt::cum_sum<int64_t>>},
};

Untransposed untranspose(const NodeView& view, const Permutation& p) {
  auto attributes = view.attributes<CumSumAttributes>();
  attributes.axis = p[static_cast<std::size_t>(attributes.axis)];
  return {attributes, p};
}

}  // namespace

const OpDef cum_sum = {
    .name = "cum_sum",
    .operands = {"input"},
    .attributes = attribute_table<CumSumAttributes>(),
    .check = check,
    .infer = infer,
    .untranspose = untranspose,
    .kernels = [] { return std::span<const KernelRow>(kernels); },
};

}  // namespace smelt::ops
