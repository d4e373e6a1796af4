// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/reduce.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "compiler/ops/movement.h"
#include "compiler/ops/quantization.h"
#include "compiler/ops/quantization_rules.h"
#include "compiler/ops/reduction.h"
#include "smelt/reduce.h"

namespace smelt::ops {
namespace {

Multiplier sum_multiplier(const NodeView& view) {
  return quantize_multiplier(static_cast<double>(view.input(0).quantization.scale()) /
                             static_cast<double>(view.output().quantization.scale()));
}

/// The scale divided by the count, with as many bits as can be kept. Not normalized, as in the
/// reference.
Multiplier mean_multiplier(const NodeView& view) {
  const Multiplier whole = sum_multiplier(view);
  const std::int64_t count = reduced_count(view);
  const auto log2 =
      static_cast<std::int32_t>(std::bit_width(static_cast<std::uint64_t>(count))) - 1;
  const std::int32_t left = std::min({log2, 32, 31 + whole.shift});
  return {static_cast<std::int32_t>((std::int64_t{whole.multiplier} << left) / count),
          whole.shift - left};
}

Multiplier multiplier_of(const NodeView& view) {
  return view.node.op == &mean ? mean_multiplier(view) : sum_multiplier(view);
}

void check_scales(const NodeView& view, Diagnostics& diagnostics) {
  const Place place = place_of(view.graph, view.node);
  if (!check_scaled(view, view.input(0), "input", diagnostics) ||
      !check_scaled(view, view.output(), "output", diagnostics))
    return;
  const float input = view.input(0).quantization.scale();
  const float output = view.output().quantization.scale();
  // No input is further than that from the zero point.
  const std::int64_t reach = view.input(0).type == ElementType::s16 ? 32768 : 255;
  const std::int64_t largest = reach * reduced_count(view);
  const std::int32_t left = std::max(multiplier_of(view).shift, 0);
  if (left > 30 || largest > (INT32_MAX >> left))
    diagnostics
        .error(place, fmt::format("sums of {} elements at scale {} can overflow 32 bits",
                                  reduced_count(view), input / output))
        .note("reduce in several steps, or give the output a larger scale");
}

void check(const NodeView& view, Diagnostics& diagnostics) {
  using enum ElementType;
  const Tensor& input = view.input(0);
  const bool known =
      view.node.op == &mean
          ? check_type(view, input, "input", {f32, s8, u8, s16}, diagnostics)
          : check_type(view, input, "input", {f32, s8, u8, s16, s32, s64}, diagnostics);
  if (!known || !check_movable(view, input, "input", diagnostics) ||
      !check_reduced_axes(view, view.attributes<ReduceAttributes>().axes, diagnostics) ||
      !check_type(view, view.output(), "output", {input.type}, diagnostics))
    return;
  if (byte_size(input.type) < 4) check_scales(view, diagnostics);
}

template <auto kernel>
void lower_quantized(const NodeView& view, StepBuilder& builder) {
  const Multiplier multiplier = multiplier_of(view);
  const std::int64_t zero = view.input(0).quantization.zero_point();
  Step& step = lower_reduction(
      view,
      {fmt::format("reduce_{}", to_string(view.input(0).type)), "smelt/reduce.h", invoke<kernel>},
      "reduce_layer",
      {int_field("bias", -zero * reduced_count(view)),
       int_field("multiplier", multiplier.multiplier), int_field("shift", multiplier.shift),
       int_field("zero_point", view.output().quantization.zero_point())},
      builder);
  set_row_form(view, step, ElementType::s32, builder);
}

void lower_f32(const NodeView& view, StepBuilder& builder) {
  const float divisor = view.node.op == &mean ? static_cast<float>(reduced_count(view)) : 1.0F;
  Step& step = lower_reduction(view, {"reduce_f32", "smelt/reduce.h", invoke<&smelt::reduce_f32>},
                               "reduce_f32_layer", {float_field("divisor", divisor)}, builder);
  set_row_form(view, step, ElementType::f32, builder);
}

template <auto kernel>
void lower_integers(const NodeView& view, StepBuilder& builder) {
  lower_reduction(
      view,
      {fmt::format("reduce_{}", to_string(view.input(0).type)), "smelt/reduce.h", invoke<kernel>},
      "reduction_layer", {}, builder);
}

template <ElementType type>
bool is_type(const NodeView& view, const Target&) {
  return view.input(0).type == type;
}

constexpr KernelRow kernels[] = {
    {"reduce_s8", is_type<ElementType::s8>, lower_quantized<&smelt::reduce_s8>},
    {"reduce_u8", is_type<ElementType::u8>, lower_quantized<&smelt::reduce_u8>},
    {"reduce_s16", is_type<ElementType::s16>, lower_quantized<&smelt::reduce_s16>},
    {"reduce_f32", is_type<ElementType::f32>, lower_f32},
    {"reduce_s32", is_type<ElementType::s32>, lower_integers<&smelt::reduce_s32>},
    {"reduce_s64", is_type<ElementType::s64>, lower_integers<&smelt::reduce_s64>},
};

std::span<const KernelRow> all_kernels() {
  return kernels;
}

}  // namespace

const OpDef mean = quantizable(rescaling, reduction("mean", check, all_kernels));
const OpDef sum = quantizable(rescaling, reduction("sum", check, all_kernels));

}  // namespace smelt::ops
