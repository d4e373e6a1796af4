// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/functions.h"

#include <fmt/format.h>

#include "compiler/ops/channels.h"
#include "compiler/ops/function.h"
#include "compiler/ops/permutation.h"
#include "compiler/ops/quantization.h"
#include "smelt/functions.h"
#include "smelt/sign.h"

namespace smelt::ops {
namespace {

void check(const NodeView& view, Diagnostics& diagnostics) {
  check_function(view, diagnostics);
}

/// Kernel NAME_elements: `of` gives it for a layer and a type.
template <auto of>
UnaryCall call(const NodeView& view, std::int32_t count) {
  const auto with = [&](Invoke invoke, std::string layer, std::vector<Field> fields) {
    fields.insert(fields.begin(), int_field("count", count));
    return UnaryCall{{fmt::format("{}_elements", view.node.op->name), "smelt/functions.h", invoke},
                     {std::move(layer), std::move(fields), {}}};
  };
  if (view.input(0).type == ElementType::f32)
    return with(of.template operator()<unary_layer, float>(), "unary_layer", {});
  return with(view.input(0).type == ElementType::s8
                  ? of.template operator()<function_8_layer, std::int8_t>()
                  : of.template operator()<function_8_layer, std::uint8_t>(),
              "function_8_layer", function_fields(view));
}

template <auto of>
OpDef function(std::string_view name) {
  return {.name = name,
          .operands = {"input"},
          .check = check,
          .infer = infer_unary,
          .channels = &channelwise,
          .untranspose = untranspose_elementwise,
          .kernels = table_kernels<call<of>>};
}

// --- abs, neg, sign ------------------------------------------------------------------------------

void check_signed(const NodeView& view, Diagnostics& diagnostics) {
  using enum ElementType;
  if (!is_plain(view)) return check(view, diagnostics);
  const Tensor& input = view.input(0);
  if (check_type(view, input, "input", {f32, s8, u8, s16, s32, s64}, diagnostics))
    check_type(view, view.output(), "output", {input.type}, diagnostics);
}

bool is_plain_row(const NodeView& view, const Target&) {
  return is_plain(view);
}

template <auto of>
void lower_integers(const NodeView& view, StepBuilder& builder) {
  lower_call(view,
             {{fmt::format("{}_integers", view.node.op->name), "smelt/sign.h",
               for_integers<of>(view.input(0).type)},
              {"unary_layer", {int_field("count", count_of(view))}, {}}},
             builder);
}

template <auto of, auto of_integers>
OpDef signed_function(std::string_view name) {
  static constexpr KernelRow kernels[] = {
      {"integers", is_plain_row, lower_integers<of_integers>},
      {"lookup_8", maps_quantized, table_row<call<of>>.lower},
      {"portable", [](const NodeView& view, const Target&) { return !is_plain(view); },
       portable_row<call<of>>.lower}};
  OpDef op = function<of>(name);
  op.check = check_signed;
  op.kernels = [] { return std::span<const KernelRow>(kernels); };
  return op;
}

}  // namespace

#define SMELT_FUNCTION_KERNEL(name) \
  []<typename Layer, typename T>() { return invoke<&smelt::name##_elements<Layer, T>>; }
#define SMELT_INTEGER_KERNEL(name) []<typename T>() { return invoke<&smelt::name##_integers<T>>; }

const OpDef abs = signed_function<SMELT_FUNCTION_KERNEL(abs), SMELT_INTEGER_KERNEL(abs)>("abs");
const OpDef acos = function<SMELT_FUNCTION_KERNEL(acos)>("acos");
const OpDef acosh = function<SMELT_FUNCTION_KERNEL(acosh)>("acosh");
const OpDef asin = function<SMELT_FUNCTION_KERNEL(asin)>("asin");
const OpDef asinh = function<SMELT_FUNCTION_KERNEL(asinh)>("asinh");
const OpDef atan = function<SMELT_FUNCTION_KERNEL(atan)>("atan");
const OpDef atanh = function<SMELT_FUNCTION_KERNEL(atanh)>("atanh");
const OpDef ceil = function<SMELT_FUNCTION_KERNEL(ceil)>("ceil");
const OpDef cos = function<SMELT_FUNCTION_KERNEL(cos)>("cos");
const OpDef cosh = function<SMELT_FUNCTION_KERNEL(cosh)>("cosh");
const OpDef erf = function<SMELT_FUNCTION_KERNEL(erf)>("erf");
const OpDef exp = function<SMELT_FUNCTION_KERNEL(exp)>("exp");
const OpDef floor = function<SMELT_FUNCTION_KERNEL(floor)>("floor");
const OpDef gelu = function<SMELT_FUNCTION_KERNEL(gelu)>("gelu");
const OpDef log = function<SMELT_FUNCTION_KERNEL(log)>("log");
const OpDef neg = signed_function<SMELT_FUNCTION_KERNEL(neg), SMELT_INTEGER_KERNEL(neg)>("neg");
const OpDef reciprocal = function<SMELT_FUNCTION_KERNEL(reciprocal)>("reciprocal");
const OpDef round = function<SMELT_FUNCTION_KERNEL(round)>("round");
const OpDef rsqrt = function<SMELT_FUNCTION_KERNEL(rsqrt)>("rsqrt");
const OpDef sign = signed_function<SMELT_FUNCTION_KERNEL(sign), SMELT_INTEGER_KERNEL(sign)>("sign");
const OpDef sin = function<SMELT_FUNCTION_KERNEL(sin)>("sin");
const OpDef sinh = function<SMELT_FUNCTION_KERNEL(sinh)>("sinh");
const OpDef softplus = function<SMELT_FUNCTION_KERNEL(softplus)>("softplus");
const OpDef softsign = function<SMELT_FUNCTION_KERNEL(softsign)>("softsign");
const OpDef sqrt = function<SMELT_FUNCTION_KERNEL(sqrt)>("sqrt");
const OpDef tan = function<SMELT_FUNCTION_KERNEL(tan)>("tan");

#undef SMELT_INTEGER_KERNEL
#undef SMELT_FUNCTION_KERNEL

}  // namespace smelt::ops
