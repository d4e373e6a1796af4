// SPDX-License-Identifier: Apache-2.0
#include "compiler/program/program.h"

namespace smelt {

bool is_written(const Program& program, BufferId id) {
  for (const Step& step : program.steps)
    for (const Operand& operand : step.operands)
      if (operand.access == Access::write && std::get<BufferId>(operand.place) == id) return true;
  return false;
}

BufferId storage_of(const Program& program, BufferId id) {
  while (program[id].alias_of) id = *program[id].alias_of;
  return id;
}

BufferId value_of(const Program& program, BufferId id) {
  while (program[id].alias_of && !is_written(program, id)) id = *program[id].alias_of;
  return id;
}

const Pipeline* pipeline_of(const Program& program, std::int32_t step) {
  for (const Pipeline& pipeline : program.pipelines)
    if (pipeline.first_step <= step && step <= pipeline.last_step) return &pipeline;
  return nullptr;
}

std::int64_t offset_in_storage(const Program& program, BufferId id) {
  std::int64_t offset = 0;
  for (; program[id].alias_of; id = *program[id].alias_of) offset += program[id].alias_offset;
  return offset;
}

}  // namespace smelt
