// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/reduce_by.h"

#include <fmt/format.h>

#include "compiler/ops/movement.h"
#include "compiler/ops/quantization.h"
#include "compiler/ops/quantization_rules.h"
#include "compiler/ops/reduction.h"
#include "smelt/reduce_by.h"

namespace smelt::ops {
namespace {

using enum ElementType;

/// Numbers are compared as they are.
void check_extreme(const NodeView& view, Diagnostics& diagnostics) {
  const Tensor& input = view.input(0);
  if (!check_type(view, input, "input", {f32, s8, u8, s32, s64}, diagnostics) ||
      !check_movable(view, input, "input", diagnostics) ||
      !check_reduced_axes(view, view.attributes<ReduceAttributes>().axes, diagnostics) ||
      !check_type(view, view.output(), "output", {input.type}, diagnostics))
    return;
  check_same_quantization(view, input, diagnostics);
}

void check_numbers(const NodeView& view, std::initializer_list<ElementType> types,
                   Diagnostics& diagnostics) {
  const Tensor& input = view.input(0);
  if (check_type(view, input, "input", types, diagnostics) &&
      check_movable(view, input, "input", diagnostics) &&
      check_reduced_axes(view, view.attributes<ReduceAttributes>().axes, diagnostics))
    check_type(view, view.output(), "output", {input.type}, diagnostics);
}

void check_arithmetic(const NodeView& view, Diagnostics& diagnostics) {
  check_numbers(view, {f32, s32, s64}, diagnostics);
}

void check_real(const NodeView& view, Diagnostics& diagnostics) {
  check_numbers(view, {f32}, diagnostics);
}

template <ElementType type>
bool is_type(const NodeView& view, const Target&) {
  return view.input(0).type == type;
}

/// Kernels are named after their operators.
template <auto kernel>
void lower(const NodeView& view, StepBuilder& builder) {
  lower_reduction(view, {std::string(view.node.op->name), "smelt/reduce_by.h", invoke<kernel>},
                  "reduction_layer", {}, builder);
}

constexpr KernelRow max_rows[] = {
    {"reduce_max_s8", is_type<s8>, lower<&smelt::reduce_max<int8_t>>},
    {"reduce_max_u8", is_type<u8>, lower<&smelt::reduce_max<uint8_t>>},
    {"reduce_max_s32", is_type<s32>, lower<&smelt::reduce_max<int32_t>>},
    {"reduce_max_s64", is_type<s64>, lower<&smelt::reduce_max<int64_t>>},
    {"reduce_max_f32", is_type<f32>, lower<&smelt::reduce_max<float>>},
};
constexpr KernelRow min_rows[] = {
    {"reduce_min_s8", is_type<s8>, lower<&smelt::reduce_min<int8_t>>},
    {"reduce_min_u8", is_type<u8>, lower<&smelt::reduce_min<uint8_t>>},
    {"reduce_min_s32", is_type<s32>, lower<&smelt::reduce_min<int32_t>>},
    {"reduce_min_s64", is_type<s64>, lower<&smelt::reduce_min<int64_t>>},
    {"reduce_min_f32", is_type<f32>, lower<&smelt::reduce_min<float>>},
};
constexpr KernelRow prod_rows[] = {
    {"reduce_prod_s32", is_type<s32>, lower<&smelt::reduce_prod<int32_t>>},
    {"reduce_prod_s64", is_type<s64>, lower<&smelt::reduce_prod<int64_t>>},
    {"reduce_prod_f32", is_type<f32>, lower<&smelt::reduce_prod<float>>},
};
constexpr KernelRow l1_rows[] = {
    {"reduce_l1_s32", is_type<s32>, lower<&smelt::reduce_l1<int32_t>>},
    {"reduce_l1_s64", is_type<s64>, lower<&smelt::reduce_l1<int64_t>>},
    {"reduce_l1_f32", is_type<f32>, lower<&smelt::reduce_l1<float>>},
};
constexpr KernelRow sum_square_rows[] = {
    {"reduce_sum_square_s32", is_type<s32>, lower<&smelt::reduce_sum_square<int32_t>>},
    {"reduce_sum_square_s64", is_type<s64>, lower<&smelt::reduce_sum_square<int64_t>>},
    {"reduce_sum_square_f32", is_type<f32>, lower<&smelt::reduce_sum_square<float>>},
};
constexpr KernelRow l2_rows[] = {{"reduce_l2_f32", is_type<f32>, lower<&smelt::reduce_l2>}};
constexpr KernelRow log_sum_rows[] = {
    {"reduce_log_sum_f32", is_type<f32>, lower<&smelt::reduce_log_sum>}};
constexpr KernelRow log_sum_exp_rows[] = {
    {"reduce_log_sum_exp_f32", is_type<f32>, lower<&smelt::reduce_log_sum_exp>}};

template <const auto& rows>
std::span<const KernelRow> kernels() {
  return rows;
}

}  // namespace

const OpDef reduce_l1 = reduction("reduce_l1", check_arithmetic, kernels<l1_rows>);
const OpDef reduce_l2 = reduction("reduce_l2", check_real, kernels<l2_rows>);
const OpDef reduce_log_sum = reduction("reduce_log_sum", check_real, kernels<log_sum_rows>);
const OpDef reduce_log_sum_exp =
    reduction("reduce_log_sum_exp", check_real, kernels<log_sum_exp_rows>);
const OpDef reduce_max =
    quantizable(scale_keeping, reduction("reduce_max", check_extreme, kernels<max_rows>));
const OpDef reduce_min =
    quantizable(scale_keeping, reduction("reduce_min", check_extreme, kernels<min_rows>));
const OpDef reduce_prod = reduction("reduce_prod", check_arithmetic, kernels<prod_rows>);
const OpDef reduce_sum_square =
    reduction("reduce_sum_square", check_arithmetic, kernels<sum_square_rows>);

}  // namespace smelt::ops
