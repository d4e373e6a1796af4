// SPDX-License-Identifier: Apache-2.0
#include "tests/graphs/guards.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/plan/plan.h"
#include "tests/support/check_plan.h"
#include "tools/host_model.h"

namespace smelt::test {
namespace {

/// More than a kernel that counts its rows wrongly overruns.
constexpr std::int64_t guard_bytes = 1024;

bool is_state(const Buffer& buffer) {
  return buffer.kind == BufferKind::state;
}

/// By byte of state or arena.
std::vector<bool> owned_bytes(const Program& program, bool state) {
  std::vector<bool> owned(
      static_cast<std::size_t>(state ? program.state_bytes : program.arena_bytes));
  for (const Buffer& buffer : program.buffers)
    if (is_state(buffer) == state) std::fill_n(owned.begin() + buffer.offset, buffer.bytes, true);
  return owned;
}

std::string written_outside(const std::vector<bool>& owned, const std::uint8_t* memory,
                            std::string_view name) {
  for (std::size_t i = 0; i < owned.size(); ++i)
    if (!owned[i] && memory[i] != tools::HostModel::garbage)
      return fmt::format("byte {} of the {}, which belongs to no buffer, is written", i, name);
  return {};
}

}  // namespace

Program with_guards(Program program) {
  std::int64_t arena = 0, state = 0;
  for (Buffer& buffer : program.buffers) {
    if (buffer.alias_of) continue;
    std::int64_t& end = is_state(buffer) ? state : arena;
    end += guard_bytes;
    const std::int64_t alignment = std::max(buffer.alignment, PlanOptions().alignment);
    buffer.offset = (end + alignment - 1) / alignment * alignment;
    end = buffer.offset + buffer.bytes;
  }
  for (std::size_t i = 0; i < program.buffers.size(); ++i) {
    const auto id = static_cast<BufferId>(i);
    if (!program[id].alias_of) continue;
    program[id].offset = program[storage_of(program, id)].offset + offset_in_storage(program, id);
  }
  program.arena_bytes = arena + guard_bytes;
  if (program.state_bytes > 0) program.state_bytes = state + guard_bytes;
  return program;
}

Watch::Watch(const Program& program, const std::vector<Bytes>& inputs)
    : program_(program),
      state_owned_(owned_bytes(program, true)),
      arena_owned_(owned_bytes(program, false)) {
  for (std::size_t i = 0; i < inputs.size(); ++i) values_[program.inputs[i].buffer] = inputs[i];
}

void Watch::observe(std::int32_t step, const std::uint8_t* state, const std::uint8_t* arena) {
  for (; before_ < step; ++before_)
    remember(program_.steps[static_cast<std::size_t>(before_)], arena);
  if (stray_.empty()) stray_ = written_outside(arena_owned_, arena, "arena");
  if (stray_.empty()) stray_ = written_outside(state_owned_, state, "state");
  if (step == static_cast<std::int32_t>(program_.steps.size())) return check_end(arena);
  // Of a pipeline, whose steps go by as one, what comes from before.
  const Pipeline* pipeline = pipeline_of(program_, step);
  for (std::int32_t i = step; i <= (pipeline ? pipeline->last_step : step); ++i)
    check_reads(program_.steps[static_cast<std::size_t>(i)], arena, pipeline);
}

void Watch::remember(const Step& step, const std::uint8_t* arena) {
  for (const Operand& operand : step.operands) {
    if (operand.access != Access::write) continue;
    const auto id = std::get<BufferId>(operand.place);
    if (program_[id].rows) continue;
    const std::uint8_t* begin = arena + program_[id].offset;
    values_[id] = Bytes(begin, begin + program_[id].bytes);
  }
}

void Watch::check_reads(const Step& step, const std::uint8_t* arena, bool in_pipeline) {
  for (const Operand& operand : step.operands)
    if (const auto* id = std::get_if<BufferId>(&operand.place);
        id && operand.access == Access::read && (!in_pipeline || is_written(*id)))
      require(*id, step.layer, arena);
}

bool Watch::is_written(BufferId id) const {
  const std::vector<Part> parts = parts_of(program_, id);
  return std::all_of(parts.begin(), parts.end(),
                     [&](const Part& part) { return values_.count(part.value) > 0; });
}

void Watch::check_end(const std::uint8_t* arena) {
  for (const Port& port : program_.outputs) require(port.buffer, "the caller", arena);
  if (program_.overwrites_input || program_.streamed) return;
  for (const Port& port : program_.inputs) require(port.buffer, "the caller, the next time", arena);
}

void Watch::require(BufferId id, const std::string& reader, const std::uint8_t* arena) {
  const Buffer& buffer = program_[id];
  if (is_state(buffer) || !lost_.empty()) return;
  const std::uint8_t* begin = arena + buffer.offset;
  for (const Part& part : parts_of(program_, id)) {
    const Bytes& value = values_[part.value];
    const auto from = value.begin() + (value.empty() ? 0 : part.begin);
    const auto to = value.empty() ? from : from + part.bytes;
    if (!std::equal(from, to, begin, begin + part.bytes))
      lost_ = fmt::format("{}.{} is not what it was when {} reads it", buffer.layer, buffer.suffix,
                          reader);
    begin += part.bytes;
  }
}

}  // namespace smelt::test
