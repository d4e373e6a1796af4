// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/cast.h"

#include "compiler/ops/channels.h"
#include "compiler/ops/permutation.h"
#include "compiler/ops/unary.h"
#include "smelt/cast.h"

namespace smelt::ops {
namespace {

std::vector<TensorType> infer(const NodeView& view) {
  return {{view.output().type, view.input(0).shape}};
}

template <typename Input>
UnaryCall from(const NodeView& view, std::int32_t count) {
  constexpr auto header = "smelt/cast.h";
  switch (view.output().type) {
    case ElementType::f32: return unary_call<&smelt::cast_f32<Input>>("cast_f32", header, count);
    case ElementType::s8: return unary_call<&smelt::cast_s8<Input>>("cast_s8", header, count);
    case ElementType::u8: return unary_call<&smelt::cast_u8<Input>>("cast_u8", header, count);
    case ElementType::s16: return unary_call<&smelt::cast_s16<Input>>("cast_s16", header, count);
    case ElementType::s32: return unary_call<&smelt::cast_s32<Input>>("cast_s32", header, count);
    case ElementType::s64: return unary_call<&smelt::cast_s64<Input>>("cast_s64", header, count);
    case ElementType::s4:  // no tensor that is computed
    case ElementType::boolean: break;
  }
  return unary_call<&smelt::cast_bool<Input>>("cast_bool", header, count);
}

UnaryCall call(const NodeView& view, std::int32_t count) {
  switch (view.input(0).type) {
    case ElementType::f32: return from<float>(view, count);
    case ElementType::s4:
    case ElementType::s8: return from<std::int8_t>(view, count);
    case ElementType::s16: return from<std::int16_t>(view, count);
    case ElementType::s32: return from<std::int32_t>(view, count);
    case ElementType::s64: return from<std::int64_t>(view, count);
    case ElementType::u8:
    case ElementType::boolean: break;
  }
  return from<std::uint8_t>(view, count);
}

}  // namespace

const OpDef cast = {
    .name = "cast",
    .operands = {"input"},
    .infer = infer,
    .channels = &channelwise,
    .untranspose = untranspose_elementwise,
    .kernels = direct_kernels<call>,
};

}  // namespace smelt::ops
