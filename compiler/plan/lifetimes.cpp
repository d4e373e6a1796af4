// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/lifetimes.h"

#include <algorithm>

namespace smelt {
namespace {

void extend(Program& program, BufferId id, std::int32_t step) {
  for (Buffer* buffer : {&program[id], &program[storage_of(program, id)]}) {
    buffer->first_step = std::min(buffer->first_step, step);
    buffer->last_step = std::max(buffer->last_step, step);
  }
}

bool is_input(const Program& program, BufferId storage) {
  return std::any_of(program.inputs.begin(), program.inputs.end(),
                     [&](const Port& port) { return storage_of(program, port.buffer) == storage; });
}

/// An operand of `step` whose bytes its output may take over, if there is one.
std::optional<BufferId> replaceable(const Program& program, const Step& step, std::int32_t index,
                                    const Buffer& output, const PlanOptions& options) {
  for (const Operand& operand : step.operands) {
    const auto* id = std::get_if<BufferId>(&operand.place);
    if (!id || operand.access != Access::read) continue;
    const BufferId storage = storage_of(program, *id);
    const Buffer& owner = program[storage];
    const bool as_many = element_count(program[*id].shape) == element_count(output.shape);
    const bool ends_here = owner.last_step == index && owner.kind == BufferKind::tensor;
    const bool kept = options.keep_input && is_input(program, storage);
    if (as_many && ends_here && !kept && byte_size(output.type) <= byte_size(program[*id].type))
      return *id;
  }
  return std::nullopt;
}

}  // namespace

void set_lifetimes(Program& program, const PlanOptions& options) {
  const auto end = static_cast<std::int32_t>(program.steps.size());
  for (Buffer& buffer : program.buffers) {
    buffer.first_step = end;
    buffer.last_step = 0;
  }
  for (const Port& port : program.inputs) {
    extend(program, port.buffer, 0);
    if (options.keep_input) extend(program, port.buffer, end);
  }
  for (std::int32_t i = 0; i < end; ++i)
    for (const Operand& operand : program.steps[static_cast<std::size_t>(i)].operands)
      if (const auto* id = std::get_if<BufferId>(&operand.place)) extend(program, *id, i);
  for (const Port& port : program.outputs) extend(program, port.buffer, end);
  for (Buffer& buffer : program.buffers)
    if (buffer.first_step > buffer.last_step) buffer.first_step = buffer.last_step = 0;
}

void share_in_place(Program& program, const PlanOptions& options) {
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    const Step& step = program.steps[i];
    if (!step.in_place) continue;
    const auto index = static_cast<std::int32_t>(i);
    for (const Operand& operand : step.operands) {
      if (operand.access != Access::write) continue;
      const BufferId output = std::get<BufferId>(operand.place);
      if (program[output].alias_of) break;
      if (const auto input = replaceable(program, step, index, program[output], options)) {
        const BufferId storage = storage_of(program, *input);
        program[output].alias_of = storage;
        for (const std::int32_t at : {program[output].first_step, program[output].last_step})
          extend(program, storage, at);
      }
      break;
    }
  }
}

}  // namespace smelt
