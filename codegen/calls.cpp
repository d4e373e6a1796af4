// SPDX-License-Identifier: Apache-2.0
#include "codegen/calls.h"

#include <fmt/format.h>

#include <algorithm>

namespace smelt {
namespace {

bool is_in_memory(const Operand& operand, const Buffer& buffer) {
  return operand.access == Access::write || buffer.bytes > 0;
}

/// The most rows and columns of a window: kernels that layers share have room for so many.
std::string any_window(const Program& program) {
  std::int64_t rows = 1, columns = 1;
  for (const Step& step : program.steps) {
    if (!step.shape) continue;
    const std::vector<Value>& kernel = step.shape->fields[0].values;
    rows = std::max(rows, std::get<std::int64_t>(kernel[0]));
    columns = std::max(columns, std::get<std::int64_t>(kernel[1]));
  }
  return fmt::format("smelt::any_window<{}, {}>", rows, columns);
}

}  // namespace

bool is_told_its_shape(const EmitContext& context, const Step& step) {
  return context.program.shared_kernels && step.shape && !step.specialised;
}

std::string callee(const EmitContext& context, const Step& step) {
  const std::string name = step.kernel.custom ? step.kernel.name : "smelt::" + step.kernel.name;
  if (!step.shape) return name;
  if (is_told_its_shape(context, step))
    return fmt::format("{}<{}>", name, any_window(context.program));
  return fmt::format("{}<{}>", name, step.shape->name);
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
  return {context.layers[step] +
          (is_told_its_shape(context, context.program.steps[step]) ? ".layer" : "")};
}

std::vector<std::string> memory_of(const EmitContext& context, std::size_t first,
                                   std::size_t last) {
  bool state = false, arena = false;
  for (std::size_t i = first; i <= last; ++i)
    for (const Operand& operand : context.program.steps[i].operands) {
      const auto* id = std::get_if<BufferId>(&operand.place);
      if (!id || !is_in_memory(operand, context.program[*id])) continue;
      (context.program[*id].kind == BufferKind::state ? state : arena) = true;
    }
  std::vector<std::string> memory;
  if (state) memory.emplace_back("state");
  if (arena) memory.emplace_back("arena");
  return memory;
}

std::string memory_parameter(const EmitContext& context, std::string_view memory) {
  return memory == "state" ? fmt::format("{}_state *state", context.prefix) : "void *arena";
}

}  // namespace smelt
