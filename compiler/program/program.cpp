// SPDX-License-Identifier: Apache-2.0
#include "compiler/program/program.h"

namespace smelt {

BufferId storage_of(const Program& program, BufferId id) {
  while (program[id].alias_of) id = *program[id].alias_of;
  return id;
}

}  // namespace smelt
