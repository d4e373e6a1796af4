// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/elu.h"

#include <fmt/format.h>

#include <cmath>

#include "compiler/ops/channels.h"
#include "compiler/ops/function.h"
#include "compiler/ops/permutation.h"
#include "smelt/elu.h"

namespace smelt::ops {
namespace {

void check(const NodeView& view, Diagnostics& diagnostics) {
  if (!check_function(view, diagnostics)) return;
  const auto& [alpha, slope, rate] = view.attributes<EluAttributes>();
  if (std::isfinite(alpha) && std::isfinite(slope) && std::isfinite(rate)) return;
  diagnostics
      .error(place_of(view.graph, view.node),
             fmt::format("alpha is {}, slope {}, rate {}", alpha, slope, rate))
      .note("they must be finite numbers");
}

UnaryCall call(const NodeView& view, std::int32_t count) {
  const auto& [alpha, slope, rate] = view.attributes<EluAttributes>();
  const bool real = view.input(0).type == ElementType::f32;
  std::vector<LabelledValue> elements = {{"count", std::int64_t{count}}};
  if (!real)
    for (const Field& field : function_fields(view))
      for (std::size_t i = 0; i < field.values.size(); ++i)
        elements.emplace_back(field.labels.empty() ? field.name : field.labels[i], field.values[i]);
  std::vector<Field> fields = {
      labelled_field("elements", elements),
      labelled_field("curve", {{"alpha", alpha}, {"slope", slope}, {"rate", rate}})};
  if (real)
    return {{"elu_f32", "smelt/elu.h", invoke<&smelt::elu_f32>},
            {"elu_f32_layer", std::move(fields), {}}};
  const bool is_signed = view.input(0).type == ElementType::s8;
  return {{"elu_8", "smelt/elu.h",
           is_signed ? invoke<&smelt::elu_8<std::int8_t>> : invoke<&smelt::elu_8<std::uint8_t>>},
          {"elu_8_layer", std::move(fields), {}}};
}

}  // namespace

const OpDef elu = {
    .name = "elu",
    .operands = {"input"},
    .attributes = attribute_table<EluAttributes>(),
    .check = check,
    .infer = infer_unary,
    .channels = &channelwise,
    .untranspose = untranspose_elementwise,
    .kernels = table_kernels<call>,
};

}  // namespace smelt::ops
