// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/normalize.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "compiler/ops/movement.h"
#include "compiler/ops/permutation.h"
#include "compiler/ops/quantization.h"
#include "compiler/ops/reduction.h"
#include "smelt/normalize.h"

namespace smelt::ops {
namespace {

const std::vector<std::int32_t>& axes(const NodeView& view) {
  return view.attributes<NormalizeAttributes>().axes;
}

void check(const NodeView& view, Diagnostics& diagnostics) {
  const Tensor& input = view.input(0);
  if (!check_type(view, input, "input", {ElementType::f32}, diagnostics) ||
      !check_movable(view, input, "input", diagnostics) ||
      !check_reduced_axes(view, axes(view), diagnostics))
    return;
  const float epsilon = view.attributes<NormalizeAttributes>().epsilon;
  if (!(epsilon >= 0 && epsilon <= std::numeric_limits<float>::max()))
    diagnostics.error(place_of(view.graph, view.node), fmt::format("epsilon is {}", epsilon))
        .note("it must be a finite number, and not negative");
}

std::vector<TensorType> infer(const NodeView& view) {
  return {{ElementType::f32, view.input(0).shape}};
}

std::vector<TensorType> infer_statistic(const NodeView& view) {
  Shape shape = view.input(0).shape;
  for (const std::int32_t axis : axes(view)) shape[static_cast<std::size_t>(axis)] = 1;
  return {{ElementType::f32, shape}};
}

template <auto kernel>
void lower(const NodeView& view, StepBuilder& builder) {
  std::int64_t count = 1;
  for (const std::int32_t axis : axes(view))
    count *= view.input(0).shape[static_cast<std::size_t>(axis)];
  std::vector<Field> fields = reduction_fields(view.input(0).shape, axes(view));
  fields.push_back(float_field("count", static_cast<float>(count)));
  fields.push_back(float_field("epsilon", view.attributes<NormalizeAttributes>().epsilon));
  builder
      .step({fmt::format("{}_f32", view.node.op->name), "smelt/normalize.h", invoke<kernel>},
            {"normalize_f32_layer", std::move(fields), {}}, {builder.input(0), builder.output()})
      .summary = fmt::format("groups of {}", count);
}

bool always(const NodeView&, const Target&) {
  return true;
}

template <auto kernel>
constexpr KernelRow kernels[] = {{"f32", always, lower<kernel>}};

Untransposed untranspose(const NodeView& view, const Permutation& p) {
  auto attributes = view.attributes<NormalizeAttributes>();
  for (std::int32_t& axis : attributes.axes) axis = p[static_cast<std::size_t>(axis)];
  std::sort(attributes.axes.begin(), attributes.axes.end());
  return {attributes, p};
}

template <auto kernel>
OpDef normalization(std::string_view name) {
  return {.name = name,
          .operands = {"input"},
          .attributes = attribute_table<NormalizeAttributes>(),
          .check = check,
          .infer = infer,
          .untranspose = untranspose,
          .kernels = [] { return std::span<const KernelRow>(kernels<kernel>); },
          .in_place = true};
}

}  // namespace

const OpDef normalize = normalization<&smelt::normalize_f32>("normalize");
const OpDef l1_normalize = normalization<&smelt::l1_normalize_f32>("l1_normalize");
const OpDef l2_normalize = normalization<&smelt::l2_normalize_f32>("l2_normalize");

const OpDef inverse_deviation = [] {
  OpDef op = normalization<&smelt::inverse_deviation_f32>("inverse_deviation");
  op.infer = infer_statistic;
  op.in_place = false;
  return op;
}();

}  // namespace smelt::ops
