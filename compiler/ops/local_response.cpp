// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/local_response.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compiler/ops/movement.h"
#include "compiler/ops/permutation.h"
#include "compiler/ops/quantization.h"
#include "smelt/local_response.h"

namespace smelt::ops {
namespace {

void check(const NodeView& view, Diagnostics& diagnostics) {
  const Tensor& input = view.input(0);
  if (!check_type(view, input, "input", {ElementType::f32}, diagnostics) ||
      !check_movable(view, input, "input", diagnostics))
    return;
  const auto& a = view.attributes<LocalResponseAttributes>();
  const Place place = place_of(view.graph, view.node);
  if (a.axis < 0 || a.axis >= static_cast<std::int32_t>(input.shape.size()))
    diagnostics.error(place, fmt::format("axis {} is no dimension of the input {}", a.axis,
                                         to_string(input.shape)));
  if (a.size < 1) diagnostics.error(place, fmt::format("takes {} channels", a.size));
  for (const float number : {a.alpha, a.beta, a.bias})
    if (!std::isfinite(number))
      diagnostics.error(place, fmt::format("has an attribute that is {}", number))
          .note("it must be a finite number");
}

std::vector<TensorType> infer(const NodeView& view) {
  return {{ElementType::f32, view.input(0).shape}};
}

void lower(const NodeView& view, StepBuilder& builder) {
  const auto& a = view.attributes<LocalResponseAttributes>();
  const Shape& shape = view.input(0).shape;
  const auto axis = static_cast<std::size_t>(a.axis);
  const std::int64_t inner = row_major_strides(shape)[axis];
  const std::int32_t channels = shape[axis];
  const std::int32_t before = (a.size - 1) / 2, after = a.size / 2;
  builder
      .step({"local_response_f32", "smelt/local_response.h", invoke<&smelt::local_response_f32>},
            {"local_response_f32_layer",
             {int_field("outer", element_count(shape) / inner / channels),
              int_field("channels", channels), int_field("inner", inner),
              int_field("before", std::min(before, channels)),
              int_field("after", std::min(after, channels)),
              float_field("factor", a.alpha / static_cast<float>(a.size)),
              float_field("beta", a.beta), float_field("bias", a.bias)},
             {}},
            {builder.input(0), builder.output()})
      .summary = fmt::format("over {} channels", a.size);
}

bool always(const NodeView&, const Target&) {
  return true;
}

constexpr KernelRow kernels[] = {{"local_response_f32", always, lower}};

Untransposed untranspose(const NodeView& view, const Permutation& p) {
  auto attributes = view.attributes<LocalResponseAttributes>();
  attributes.axis = p[static_cast<std::size_t>(attributes.axis)];
  return {attributes, p};
}

}  // namespace

const OpDef local_response = {
    .name = "local_response",
    .operands = {"input"},
    .attributes = attribute_table<LocalResponseAttributes>(),
    .check = check,
    .infer = infer,
    .untranspose = untranspose,
    .kernels = [] { return std::span<const KernelRow>(kernels); },
};

}  // namespace smelt::ops
