// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/dependencies.h"

#include <algorithm>
#include <map>

namespace smelt {
namespace {

/// A step's use of some bytes of a storage.
struct Use {
  std::int32_t step;
  bool writes;
  std::int64_t begin, end;
};

bool conflict(const Use& a, const Use& b) {
  return (a.writes || b.writes) && a.begin < b.end && b.begin < a.end && a.step != b.step;
}

Use use_of(const Program& program, std::int32_t step, const Operand& operand) {
  const auto id = std::get<BufferId>(operand.place);
  const std::int64_t begin = offset_in_storage(program, id);
  return {step, operand.access != Access::read, begin, begin + program[id].bytes};
}

}  // namespace

std::vector<std::vector<std::int32_t>> dependencies(const Program& program) {
  std::vector<std::vector<std::int32_t>> before(program.steps.size());
  std::map<BufferId, std::vector<Use>> uses;
  std::int32_t function = -1;  // the last of the user's own
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    const auto index = static_cast<std::int32_t>(i);
    for (const Operand& operand : program.steps[i].operands) {
      const auto* id = std::get_if<BufferId>(&operand.place);
      if (!id) continue;
      std::vector<Use>& earlier = uses[storage_of(program, *id)];
      const Use use = use_of(program, index, operand);
      for (const Use& each : earlier)
        if (conflict(each, use)) before[i].push_back(each.step);
      earlier.push_back(use);
    }
    if (!program.steps[i].kernel.invoke) {
      if (function >= 0) before[i].push_back(function);
      function = index;
    }
    std::sort(before[i].begin(), before[i].end());
    before[i].erase(std::unique(before[i].begin(), before[i].end()), before[i].end());
  }
  return before;
}

}  // namespace smelt
