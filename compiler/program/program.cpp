// SPDX-License-Identifier: Apache-2.0
#include "compiler/program/program.h"

namespace smelt {

BufferId storage_of(const Program& program, BufferId id) {
  while (program[id].alias_of) id = *program[id].alias_of;
  return id;
}

std::int64_t offset_in_storage(const Program& program, BufferId id) {
  std::int64_t offset = 0;
  for (; program[id].alias_of; id = *program[id].alias_of) offset += program[id].alias_offset;
  return offset;
}

}  // namespace smelt
