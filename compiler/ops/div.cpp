// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/div.h"

#include <fmt/format.h>

#include "compiler/ops/binary.h"
#include "smelt/divide.h"

namespace smelt::ops {
namespace {

void check(const NodeView& view, Diagnostics& diagnostics) {
  using enum ElementType;
  if (!check_arithmetic(view, {f32, s8, u8, s16, s32, s64}, diagnostics)) return;
  const Activation activation = view.attributes<DivAttributes>().activation;
  if (view.input(0).type != f32 && !is_plain(view))
    diagnostics.error(place_of(view.graph, view.node), "the operands have scales")
        .note("leave the division in float32");
  else if (view.input(0).type != f32 && activation != Activation::none)
    diagnostics
        .error(place_of(view.graph, view.node),
               fmt::format("has activation {} of integers", to_string(activation)))
        .note("make the activation an operator of its own");
}

void lower_f32(const NodeView& view, StepBuilder& builder) {
  const Activation activation = view.attributes<DivAttributes>().activation;
  lower_binary(view, builder, "smelt/divide.h", invoke<&smelt::div_f32>,
               clamped_fields(view, activation), activation);
}

void lower_plain(const NodeView& view, StepBuilder& builder) {
  lower_integers<[]<typename T>() { return invoke<&smelt::div_integers<T>>; }>(
      view, builder, "div_integers", "smelt/divide.h");
}

constexpr KernelRow kernels[] = {
    {"div_f32", takes<ElementType::f32>, lower_f32},
    {"div_integers", [](const NodeView& view, const Target&) { return is_plain(view); },
     lower_plain},
};

}  // namespace

const OpDef div = binary_op(
    "div", check, [] { return std::span<const KernelRow>(kernels); },
    attribute_table<DivAttributes>());

}  // namespace smelt::ops
