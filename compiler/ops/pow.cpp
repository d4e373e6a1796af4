// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/pow.h"

#include "compiler/ops/binary.h"
#include "smelt/pow.h"

namespace smelt::ops {
namespace {

using enum ElementType;

void check(const NodeView& view, Diagnostics& diagnostics) {
  check_binary(view, {f32, s32, s64}, diagnostics);
}

template <auto kernel>
void lower(const NodeView& view, StepBuilder& builder) {
  binary_step(builder, {"power_elements", "smelt/pow.h", invoke<kernel>},
              {"binary_layer", {broadcast_field(view)}, {}});
}

constexpr KernelRow kernels[] = {
    {"pow_f32", takes<f32>, lower<&smelt::power_elements<float>>},
    {"pow_s32", takes<s32>, lower<&smelt::power_elements<std::int32_t>>},
    {"pow_s64", takes<s64>, lower<&smelt::power_elements<std::int64_t>>},
};

}  // namespace

const OpDef pow = binary_op("pow", check, [] { return std::span<const KernelRow>(kernels); });

}  // namespace smelt::ops
