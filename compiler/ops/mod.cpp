// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/mod.h"

#include "compiler/ops/binary.h"
#include "smelt/divide.h"

namespace smelt::ops {
namespace {

void check(const NodeView& view, Diagnostics& diagnostics) {
  using enum ElementType;
  if (!check_arithmetic(view, {f32, s8, u8, s16, s32, s64}, diagnostics)) return;
  if (view.input(0).type == f32 || is_plain(view)) return;
  diagnostics.error(place_of(view.graph, view.node), "the operands have scales")
      .note("leave the division in float32");
}

void lower(const NodeView& view, StepBuilder& builder) {
  if (view.attributes<ModAttributes>().floored)
    lower_elements<[]<typename T>() { return invoke<&smelt::floored_mod<T>>; }>(
        view, builder, "floored_mod", "smelt/divide.h");
  else
    lower_elements<[]<typename T>() { return invoke<&smelt::mod<T>>; }>(view, builder, "mod",
                                                                        "smelt/divide.h");
}

constexpr KernelRow kernels[] = {{"portable", always, lower}};

}  // namespace

const OpDef mod = binary_op(
    "mod", check, [] { return std::span<const KernelRow>(kernels); },
    attribute_table<ModAttributes>());

}  // namespace smelt::ops
