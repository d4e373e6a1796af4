// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/live.h"

#include <algorithm>
#include <map>

#include "compiler/plan/lifetimes.h"

namespace smelt {
namespace {

/// What may lie over each other at a step.
std::vector<Pipeline::Reach> reaches_at(const Program& program, std::int32_t step) {
  const auto alive = [&](BufferId id) {
    return program[id].first_step <= step && step <= program[id].last_step;
  };
  std::vector<Pipeline::Reach> result;
  if (const auto reach = reach_of(program, step)) result.push_back(*reach);
  if (const Pipeline* pipeline = pipeline_of(program, step))
    for (const Pipeline::Reach& reach : pipeline->reaches)
      if (alive(reach.lower) && alive(reach.upper)) result.push_back(reach);
  return result;
}

}  // namespace

bool in_arena(const Buffer& buffer) {
  return buffer.kind != BufferKind::state && !buffer.alias_of;
}

std::optional<Pipeline::Reach> reach_of(const Program& program, std::int32_t index) {
  const Step& step = program.steps[static_cast<std::size_t>(index)];
  if (!step.lead) return std::nullopt;
  const auto* read = std::get_if<BufferId>(&step.operands[0].place);
  if (!read) return std::nullopt;
  const BufferId input = storage_of(program, *read);
  if (program[input].last_step != index || program[input].kind != BufferKind::tensor)
    return std::nullopt;
  for (const Operand& operand : step.operands) {
    if (operand.access != Access::write) continue;
    const BufferId written = std::get<BufferId>(operand.place);
    const BufferId output = storage_of(program, written);
    if (program[output].first_step == index && program[output].kind == BufferKind::tensor)
      return Pipeline::Reach{output, input, storage_lead(program, step, written)};
  }
  return std::nullopt;
}

std::int64_t live_bytes(const Program& program, std::int32_t step) {
  std::int64_t bytes = 0;
  for (const Buffer& buffer : program.buffers)
    if (in_arena(buffer) && buffer.first_step <= step && step <= buffer.last_step)
      bytes += buffer.bytes;
  if (step == static_cast<std::int32_t>(program.steps.size())) return bytes;
  // Of several that reach over one tensor, the one that gains most.
  std::map<BufferId, std::int64_t> gains;
  for (const Pipeline::Reach& reach : reaches_at(program, step)) {
    const BufferId over = storage_of(program, reach.upper);
    const std::int64_t lower = program[storage_of(program, reach.lower)].bytes;
    const std::int64_t upper = program[over].bytes;
    std::int64_t& gain = gains[over];
    gain = std::max(gain, bytes_reached(upper, lower, reach.lead));
  }
  for (const auto& [upper, gain] : gains) bytes -= gain;
  return bytes;
}

Peak peak_of(const Program& program) {
  Peak peak;
  for (std::int32_t step = 0; step <= static_cast<std::int32_t>(program.steps.size()); ++step)
    if (const std::int64_t bytes = live_bytes(program, step); bytes > peak.bytes)
      peak = {bytes, step};
  return peak;
}

std::int64_t peak_bytes(Program program, const PlanOptions& options) {
  set_lifetimes(program, options);
  share_in_place(program, options);
  return peak_of(program).bytes;
}

}  // namespace smelt
