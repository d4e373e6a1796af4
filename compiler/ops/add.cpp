// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/add.h"

#include <algorithm>

#include "compiler/ops/scaling.h"
#include "compiler/ops/sum.h"
#include "smelt/add.h"
#include "smelt/add_helium.h"

namespace smelt::ops {
namespace {

/// In double.
SumScales scales(const NodeView& view) {
  const double a = scale_of(view.input(0));
  const double b = scale_of(view.input(1));
  const double twice = 2 * std::max(a, b);
  return {a / twice, b / twice, twice / (sum_unit(view) * scale_of(view.output()))};
}

void check(const NodeView& view, Diagnostics& diagnostics) {
  check_sum(view, view.attributes<AddAttributes>().activation, scales, diagnostics);
}

template <auto kernel>
void lower_quantized(const NodeView& view, StepBuilder& builder) {
  const Activation activation = view.attributes<AddAttributes>().activation;
  lower_binary(view, builder, "smelt/add.h", invoke<kernel>,
               sum_fields(view, scales(view), activation), activation);
}

template <auto kernel>
void lower_clamped(const NodeView& view, StepBuilder& builder) {
  const Activation activation = view.attributes<AddAttributes>().activation;
  lower_binary(view, builder, "smelt/add.h", invoke<kernel>, clamped_fields(view, activation),
               activation);
}

/// Operands of one shape; scales that are not above 1, but for that of sums, which is below.
bool takes_helium(const NodeView& view, const Target& target) {
  return target.features.helium && takes_scaled<ElementType::s8>(view, target) &&
         view.input(0).shape == view.input(1).shape;
}

void lower_helium(const NodeView& view, StepBuilder& builder) {
  const Activation activation = view.attributes<AddAttributes>().activation;
  binary_step(builder, {"add_s8_helium", "smelt/add_helium.h", invoke<&smelt::add_s8_helium>},
              {"add_s8_helium_layer", sum_fields(view, scales(view), activation), {}});
}

void lower_plain(const NodeView& view, StepBuilder& builder) {
  lower_integers<[]<typename T>() { return invoke<&smelt::add_integers<T>>; }>(
      view, builder, "add_integers", "smelt/add.h");
}

constexpr KernelRow kernels[] = {
    {"add_integers", takes_plain, lower_plain},
    {"add_s8_helium", takes_helium, lower_helium},
    {"add_s8", takes_scaled<ElementType::s8>, lower_quantized<&smelt::add_s8>},
    {"add_u8", takes_scaled<ElementType::u8>, lower_quantized<&smelt::add_u8>},
    {"add_s16", takes_scaled<ElementType::s16>, lower_quantized<&smelt::add_s16>},
    {"add_f32", takes<ElementType::f32>, lower_clamped<&smelt::add_f32>},
    {"add_s32", takes<ElementType::s32>, lower_clamped<&smelt::add_s32>},
};

}  // namespace

const OpDef add =
    quantizable(rescaling, binary_op(
                               "add", check, [] { return std::span<const KernelRow>(kernels); },
                               attribute_table<AddAttributes>()));

}  // namespace smelt::ops
