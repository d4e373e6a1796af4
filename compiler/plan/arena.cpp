// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/arena.h"

#include <algorithm>
#include <map>

#include "compiler/plan/live.h"
#include "compiler/plan/pack.h"

namespace smelt {
namespace {

Block block_of(const Buffer& buffer, const PlanOptions& options) {
  return {.bytes = buffer.bytes,
          .alignment = std::max(buffer.alignment, options.alignment),
          .first = buffer.first_step,
          .last = buffer.last_step};
}

void pack_arena(Program& program, const PlanOptions& options) {
  std::vector<BufferId> buffers;
  std::vector<Block> blocks;
  std::map<BufferId, std::size_t> index;
  for (std::size_t i = 0; i < program.buffers.size(); ++i) {
    if (!in_arena(program.buffers[i])) continue;
    index[static_cast<BufferId>(i)] = blocks.size();
    buffers.push_back(static_cast<BufferId>(i));
    blocks.push_back(block_of(program.buffers[i], options));
  }
  std::vector<Overlap> overlaps;
  const auto overlap = [&](const Pipeline::Reach& reach) {
    overlaps.push_back({index.at(storage_of(program, reach.lower)),
                        index.at(storage_of(program, reach.upper)), reach.lead});
  };
  for (std::int32_t step = 0; step < static_cast<std::int32_t>(program.steps.size()); ++step)
    if (const auto reach = reach_of(program, step)) overlap(*reach);
  for (const Pipeline& pipeline : program.pipelines)
    std::for_each(pipeline.reaches.begin(), pipeline.reaches.end(), overlap);
  const Packed packed = pack(blocks, overlaps, peak_of(program).bytes);
  program.arena_bytes = packed.bytes;
  program.arena_bound = packed.bound;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    program[buffers[i]].offset = blocks[i].offset;
    program[buffers[i]].alignment = blocks[i].alignment;
  }
}

void pack_state(Program& program, const PlanOptions& options) {
  for (Buffer& buffer : program.buffers) {
    if (buffer.kind != BufferKind::state || buffer.alias_of) continue;
    const std::int64_t alignment = std::max(buffer.alignment, options.alignment);
    buffer.offset = (program.state_bytes + alignment - 1) / alignment * alignment;
    program.state_bytes = buffer.offset + buffer.bytes;
  }
}

/// Aliases repeat their owner's place and lifetime.
void resolve_aliases(Program& program) {
  for (std::size_t i = 0; i < program.buffers.size(); ++i) {
    Buffer& buffer = program.buffers[i];
    if (!buffer.alias_of) continue;
    const Buffer& owner = program[storage_of(program, static_cast<BufferId>(i))];
    buffer.offset = owner.offset + offset_in_storage(program, static_cast<BufferId>(i));
    buffer.kind = owner.kind;
  }
}

/// Whether any step writes into bytes of a model input, so that the caller must fill it each time.
bool overwrites_input(const Program& program) {
  const auto overlap = [](const Buffer& a, const Buffer& b) {
    return a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
  };
  for (const Port& port : program.inputs) {
    const Buffer& input = program[storage_of(program, port.buffer)];
    for (const Step& step : program.steps)
      for (const Operand& operand : step.operands) {
        const auto* id = std::get_if<BufferId>(&operand.place);
        if (id && operand.access != Access::read && program[*id].kind != BufferKind::state &&
            overlap(program[*id], input))
          return true;
      }
  }
  return false;
}

}  // namespace

void assign_offsets(Program& program, const PlanOptions& options) {
  pack_arena(program, options);
  pack_state(program, options);
  resolve_aliases(program);
  program.overwrites_input = overwrites_input(program);
}

}  // namespace smelt
