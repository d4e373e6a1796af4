// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/relu6.h"

#include "compiler/ops/channels.h"
#include "compiler/ops/clamp.h"
#include "compiler/ops/permutation.h"
#include "compiler/ops/quantization_rules.h"

namespace smelt::ops {
namespace {

UnaryCall call(const NodeView& view, std::int32_t count) {
  return clamp_call(view, Activation::relu6, count);
}

}  // namespace

const OpDef relu6 = {
    .name = "relu6",
    .operands = {"input"},
    .check = check_clamp,
    .infer = infer_unary,
    .channels = &channelwise,
    .untranspose = untranspose_elementwise,
    .quantization = &scale_keeping,
    .kernels = direct_kernels<call>,
};

}  // namespace smelt::ops
