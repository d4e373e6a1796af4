// SPDX-License-Identifier: Apache-2.0
#include "codegen/calls.h"

#include <fmt/format.h>

namespace smelt {

std::string callee(const Step& step) {
  const std::string name = step.kernel.custom ? step.kernel.name : "smelt::" + step.kernel.name;
  return step.shape ? fmt::format("{}<{}>", name, step.shape->name) : name;
}

std::string value_text(const EmitContext& context, const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return literal(*number);
  if (const auto* real = std::get_if<float>(&value)) return literal(*real);
  return fmt::format("weights::{}", context.constant(std::get<ConstantId>(value)));
}

std::string step_title(const EmitContext& context, std::size_t step) {
  const Step& each = context.program.steps[step];
  std::string title = fmt::format("{}  {}", step, context.layers[step]);
  if (!each.summary.empty()) title += fmt::format("  {}", each.summary);
  if (each.macs > 0) title += fmt::format(", {} MACs", with_commas(each.macs));
  return title;
}

std::vector<std::string> layer_argument(const EmitContext& context, std::size_t step) {
  if (!context.program.steps[step].arguments) return {};
  return {context.layers[step]};
}

}  // namespace smelt
