// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/bit_shift.h"

#include "compiler/ops/binary.h"
#include "smelt/logic.h"

namespace smelt::ops {
namespace {

void check(const NodeView& view, Diagnostics& diagnostics) {
  if (!check_arithmetic(view, {ElementType::u8}, diagnostics) || is_plain(view)) return;
  diagnostics.error(place_of(view.graph, view.node), "the operands have scales")
      .note("bits are shifted of tensors that are not quantized");
}

void lower(const NodeView& view, StepBuilder& builder) {
  const bool right = view.attributes<BitShiftAttributes>().right;
  binary_step(builder, {"bit_shift", "smelt/logic.h", invoke<&smelt::bit_shift>},
              {"bit_shift_layer", {broadcast_field(view), int_field("right", right)}, {}});
}

constexpr KernelRow kernels[] = {{"portable", always, lower}};

}  // namespace

const OpDef bit_shift = binary_op(
    "bit_shift", check, [] { return std::span<const KernelRow>(kernels); },
    attribute_table<BitShiftAttributes>());

}  // namespace smelt::ops
