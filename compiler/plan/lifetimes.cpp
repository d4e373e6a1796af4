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

/// The output of a step in place, if it owns its bytes.
std::optional<BufferId> own_output(const Program& program, const Step& step) {
  for (const Operand& operand : step.operands) {
    if (operand.access != Access::write) continue;
    const BufferId output = std::get<BufferId>(operand.place);
    if (step.in_place && !program[output].alias_of) return output;
    break;
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

std::vector<BufferId> replaceable(const Program& program, const Step& step) {
  std::vector<BufferId> inputs;
  const auto output = own_output(program, step);
  if (!output) return inputs;
  const Buffer& made = program[*output];
  for (const Operand& operand : step.operands) {
    const auto* id = std::get_if<BufferId>(&operand.place);
    if (!id || operand.access != Access::read) continue;
    const Buffer& read = program[*id];
    const bool part = read.bytes < program[storage_of(program, *id)].bytes;
    if (!part && element_count(read.shape) == element_count(made.shape) &&
        byte_size(made.type) <= byte_size(read.type))
      inputs.push_back(*id);
  }
  return inputs;
}

void share_in_place(Program& program, const PlanOptions& options) {
  std::vector<std::vector<BufferId>> inputs;
  for (const Step& step : program.steps) inputs.push_back(replaceable(program, step));
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    const auto index = static_cast<std::int32_t>(i);
    for (const BufferId input : inputs[i]) {
      const BufferId storage = storage_of(program, input);
      const Buffer& owner = program[storage];
      if (owner.last_step != index || owner.kind != BufferKind::tensor) continue;
      if (options.keep_input && is_input(program, storage)) continue;
      const auto written = own_output(program, program.steps[i]);
      if (!written || program[*written].first_step != index) break;
      Buffer& output = program[*written];
      output.alias_of = storage;
      for (const std::int32_t at : {output.first_step, output.last_step})
        extend(program, storage, at);
      break;
    }
  }
}

std::int64_t storage_lead(const Program& program, const Step& step, BufferId written) {
  const BufferId read = std::get<BufferId>(step.operands[0].place);
  const std::int64_t apart = offset_in_storage(program, written) - offset_in_storage(program, read);
  return std::max<std::int64_t>(0, *step.lead + apart);
}

std::int64_t bytes_reached(std::int64_t input, std::int64_t output, std::int64_t lead) {
  return std::max<std::int64_t>(0, input + output - std::max(output, lead + input));
}

}  // namespace smelt
