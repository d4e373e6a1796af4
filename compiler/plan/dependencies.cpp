// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/dependencies.h"

#include <algorithm>
#include <map>

namespace smelt {
namespace {

/// Who used a storage since it was last written, and by whom that was.
struct Uses {
  std::vector<std::int32_t> writers, readers;
};

void read(Uses& uses, std::int32_t step, std::vector<std::int32_t>& before) {
  before.insert(before.end(), uses.writers.begin(), uses.writers.end());
  uses.readers.push_back(step);
}

void write(Uses& uses, std::int32_t step, std::vector<std::int32_t>& before) {
  for (const auto* earlier : {&uses.writers, &uses.readers})
    before.insert(before.end(), earlier->begin(), earlier->end());
  uses = {{step}, {}};
}

void sort_unique(std::vector<std::int32_t>& steps, std::int32_t self) {
  std::sort(steps.begin(), steps.end());
  steps.erase(std::unique(steps.begin(), steps.end()), steps.end());
  std::erase(steps, self);
}

}  // namespace

std::vector<std::vector<std::int32_t>> dependencies(const Program& program) {
  std::vector<std::vector<std::int32_t>> before(program.steps.size());
  std::map<BufferId, Uses> uses;
  Uses world;  // what the user's own functions may change
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    const Step& step = program.steps[i];
    const auto index = static_cast<std::int32_t>(i);
    for (const Operand& operand : step.operands)
      if (const auto* id = std::get_if<BufferId>(&operand.place)) {
        Uses& of = uses[storage_of(program, *id)];
        operand.access == Access::read ? read(of, index, before[i]) : write(of, index, before[i]);
      }
    if (!step.kernel.invoke) write(world, index, before[i]);
    sort_unique(before[i], index);
  }
  return before;
}

}  // namespace smelt
