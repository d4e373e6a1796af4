// SPDX-License-Identifier: Apache-2.0
#include "codegen/memory.h"

#include <algorithm>
#include <utility>

#include "compiler/plan/plan.h"

namespace smelt {
namespace {

bool in_arena(const Program& program, BufferId id) {
  return program[id].kind != BufferKind::state && program[id].bytes > 0;
}

bool is_port(const std::vector<Port>& ports, BufferId id) {
  return std::any_of(ports.begin(), ports.end(),
                     [&](const Port& port) { return port.buffer == id; });
}

/// The bytes that two buffers share; from when to when is left open.
Overlay shared(const Program& program, BufferId lower, BufferId upper) {
  const Buffer& a = program[lower];
  const Buffer& b = program[upper];
  const std::int64_t first = std::max(a.offset, b.offset);
  const std::int64_t end = std::min(a.offset + a.bytes, b.offset + b.bytes);
  return {.lower = lower, .upper = upper, .offset = first, .bytes = std::max(end - first, {})};
}

/// Outputs over inputs of one step; within pipelines those computed in place alone.
void add_overlays(const Program& program, std::int32_t index, std::vector<Overlay>& overlays) {
  const Step& step = program.steps[static_cast<std::size_t>(index)];
  const auto each = [&](Access access, auto action) {
    for (const Operand& operand : step.operands)
      if (const auto* id = std::get_if<BufferId>(&operand.place);
          id && operand.access == access && in_arena(program, *id))
        action(value_of(program, *id));
  };
  each(Access::write, [&](BufferId output) {
    each(Access::read, [&](BufferId input) {
      const bool in_place = storage_of(program, output) == storage_of(program, input);
      if (output == input || (!in_place && pipeline_of(program, index))) return;
      Overlay overlay = shared(program, output, input);
      overlay.first_step = overlay.last_step = index;
      if (overlay.bytes > 0) overlays.push_back(overlay);
    });
  });
}

void add_overlays(const Program& program, const Pipeline& pipeline,
                  std::vector<Overlay>& overlays) {
  for (const Pipeline::Reach& reach : pipeline.reaches) {
    Overlay overlay =
        shared(program, storage_of(program, reach.lower), storage_of(program, reach.upper));
    overlay.first_step =
        std::max(program[overlay.lower].first_step, program[overlay.upper].first_step);
    overlay.last_step =
        std::min(program[overlay.lower].last_step, program[overlay.upper].last_step);
    if (overlay.bytes > 0 && overlay.first_step <= overlay.last_step) overlays.push_back(overlay);
  }
}

std::vector<Overlay> overlays_of(const Program& program) {
  std::vector<Overlay> overlays;
  for (std::size_t i = 0; i < program.steps.size(); ++i)
    add_overlays(program, static_cast<std::int32_t>(i), overlays);
  for (const Pipeline& pipeline : program.pipelines) add_overlays(program, pipeline, overlays);
  return overlays;
}

std::vector<Resident> residents_of(const Program& program, const std::vector<Overlay>& overlays) {
  std::vector<Resident> residents;
  for (std::size_t i = 0; i < program.buffers.size(); ++i) {
    const auto id = static_cast<BufferId>(i);
    if (!in_arena(program, id) || value_of(program, id) != id) continue;
    residents.push_back({.buffer = id,
                         .kind = kind_of(program, id),
                         .first_step = program[id].first_step,
                         .last_step = program[id].last_step});
    for (const Overlay& overlay : overlays)
      if (overlay.upper == id && storage_of(program, overlay.lower) == storage_of(program, id))
        residents.back().last_step = std::min(residents.back().last_step, overlay.first_step);
  }
  std::stable_sort(residents.begin(), residents.end(), [](const Resident& a, const Resident& b) {
    return a.first_step < b.first_step;
  });
  return residents;
}

}  // namespace

Memory memory_of(const Program& program) {
  Memory memory;
  memory.overlays = overlays_of(program);
  memory.residents = residents_of(program, memory.overlays);
  for (std::size_t i = 0; i <= program.steps.size(); ++i)
    memory.live.push_back(live_bytes(program, static_cast<std::int32_t>(i)));
  memory.bound = program.arena_bound;
  return memory;
}

bool alive(const Resident& resident, std::int32_t step) {
  return resident.first_step <= step && step <= resident.last_step;
}

std::vector<Resident> residents_at(const Program& program, const Memory& memory,
                                   std::int32_t step) {
  std::vector<Resident> result;
  for (const Resident& resident : memory.residents)
    if (alive(resident, step)) result.push_back(resident);
  std::stable_sort(result.begin(), result.end(), [&](const Resident& a, const Resident& b) {
    return program[a.buffer].offset < program[b.buffer].offset;
  });
  return result;
}

BufferId written_by(const Step& step) {
  for (const Operand& operand : step.operands)
    if (operand.access == Access::write) return std::get<BufferId>(operand.place);
  return {};
}

std::optional<std::size_t> writer_in(const Program& program, const Pipeline& pipeline,
                                     BufferId id) {
  for (std::int32_t i = pipeline.first_step; i <= pipeline.last_step; ++i) {
    const auto step = static_cast<std::size_t>(i);
    if (storage_of(program, written_by(program.steps[step])) == storage_of(program, id))
      return step;
  }
  return std::nullopt;
}

std::string_view kind_of(const Program& program, BufferId id) {
  const Buffer& buffer = program[id];
  if (buffer.kind == BufferKind::state) return "state";
  if (buffer.kind == BufferKind::scratch) return buffer.rows ? "ring" : "scratch";
  if (is_port(program.inputs, id)) return "input";
  if (is_port(program.outputs, id)) return "output";
  return buffer.rows && buffer.rows->count < buffer.rows->height ? "ring" : "tensor";
}

}  // namespace smelt
