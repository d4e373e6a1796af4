// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/log_softmax.h"

#include <fmt/format.h>

#include "compiler/ops/quantization.h"
#include "compiler/ops/unary.h"
#include "smelt/log_softmax.h"

namespace smelt::ops {
namespace {

void check(const NodeView& view, Diagnostics& diagnostics) {
  const Tensor& input = view.input(0);
  if (!check_type(view, input, "input", {ElementType::f32}, diagnostics) ||
      !check_type(view, view.output(), "output", {ElementType::f32}, diagnostics))
    return;
  if (!input.shape.empty() && element_count(input.shape) > 0) return;
  diagnostics
      .error(place_of(view.graph, view.node),
             fmt::format("the input has shape {}", to_string(input.shape)))
      .note("it needs elements along a last dimension");
}

void lower(const NodeView& view, StepBuilder& builder) {
  const std::int32_t depth = view.input(0).shape.back();
  builder.step({"log_softmax_f32", "smelt/log_softmax.h", invoke<&smelt::log_softmax_f32>},
               {"log_softmax_layer",
                {int_field("rows", count_of(view) / depth), int_field("depth", depth)},
                {}},
               {builder.input(0), builder.output()});
}

constexpr KernelRow kernels[] = {{"log_softmax_f32", always, lower}};

}  // namespace

const OpDef log_softmax = {
    .name = "log_softmax",
    .operands = {"input"},
    .check = check,
    .infer = infer_unary,
    .kernels = [] { return std::span<const KernelRow>(kernels); },
    .in_place = true,
};

}  // namespace smelt::ops
