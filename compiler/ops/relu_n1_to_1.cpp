// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/relu_n1_to_1.h"

#include "compiler/ops/channels.h"
#include "compiler/ops/clamp.h"
#include "compiler/ops/permutation.h"
#include "compiler/ops/quantization_rules.h"

namespace smelt::ops {
namespace {

UnaryCall call(const NodeView& view, std::int32_t count) {
  return clamp_call(view, Activation::relu_n1_to_1, count);
}

}  // namespace

const OpDef relu_n1_to_1 = {
    .name = "relu_n1_to_1",
    .operands = {"input"},
    .check = check_clamp,
    .infer = infer_unary,
    .channels = &channelwise,
    .untranspose = untranspose_elementwise,
    .quantization = &scale_keeping,
    .kernels = direct_kernels<call>,
};

}  // namespace smelt::ops
