// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/maximum.h"

#include "compiler/ops/binary.h"
#include "compiler/ops/scaling.h"
#include "smelt/minmax.h"

namespace smelt::ops {
namespace {

void check(const NodeView& view, Diagnostics& diagnostics) {
  using enum ElementType;
  if (check_arithmetic(view, {f32, s8, u8, s16, s32, s64}, diagnostics) &&
      check_same_quantization(view, view.input(0), "the first operand", diagnostics))
    check_same_quantization(view, view.input(1), "the second operand", diagnostics);
}

void lower(const NodeView& view, StepBuilder& builder) {
  lower_elements<[]<typename T>() { return invoke<&smelt::maximum<T>>; }>(view, builder, "maximum",
                                                                          "smelt/minmax.h");
}

constexpr KernelRow kernels[] = {{"maximum", always, lower}};

}  // namespace

const OpDef maximum =
    selecting(binary_op("maximum", check, [] { return std::span<const KernelRow>(kernels); }));

}  // namespace smelt::ops
