// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/plan.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "compiler/plan/lifetimes.h"
#include "compiler/plan/order.h"
#include "compiler/plan/pack.h"
#include "compiler/plan/pipelines.h"
#include "compiler/plan/time.h"
#include "compiler/plan/views.h"

namespace smelt {
namespace {

bool in_arena(const Buffer& buffer) {
  return buffer.kind != BufferKind::state && !buffer.alias_of;
}

Block block_of(const Buffer& buffer, const PlanOptions& options) {
  return {.bytes = buffer.bytes,
          .alignment = std::max(buffer.alignment, options.alignment),
          .first = buffer.first_step,
          .last = buffer.last_step};
}

/// A step's output that is made of an input nobody needs afterwards, and may reach over it.
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

std::int32_t step_count(const Program& program) {
  return static_cast<std::int32_t>(program.steps.size());
}

std::int64_t bound_of(const Program& program) {
  std::int64_t bound = 0;
  for (std::int32_t step = 0; step <= step_count(program); ++step)
    bound = std::max(bound, live_bytes(program, step));
  return bound;
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
  for (std::int32_t step = 0; step < step_count(program); ++step)
    if (const auto reach = reach_of(program, step)) overlap(*reach);
  for (const Pipeline& pipeline : program.pipelines)
    std::for_each(pipeline.reaches.begin(), pipeline.reaches.end(), overlap);
  const Packed packed = pack(blocks, overlaps, bound_of(program));
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

/// The pipelines to make of a program's steps.
std::vector<Segment> segments_of(Program& program, const PlanOptions& options) {
  if (options.schedule == Schedule::layers && options.stream == Stream::none) return {};
  if (options.stream == Stream::time) {
    auto segment = program.inputs.size() == 1 ? time_segment(program, options) : std::nullopt;
    if (!segment) return {};
    return {*std::move(segment)};
  }
  set_lifetimes(program, options);
  Program layers = program;
  share_in_place(layers, options);
  std::vector<std::int64_t> live;
  for (std::int32_t step = 0; step < step_count(program); ++step)
    live.push_back(live_bytes(layers, step));
  return schedule(program, live, options);
}

std::int64_t bytes_of(const Program& program) {
  return program.arena_bytes + program.state_bytes;
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

std::int64_t live_bytes(const Program& program, std::int32_t step) {
  std::int64_t bytes = 0;
  for (const Buffer& buffer : program.buffers)
    if (in_arena(buffer) && buffer.first_step <= step && step <= buffer.last_step)
      bytes += buffer.bytes;
  if (step == step_count(program)) return bytes;
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

std::vector<std::string> stream_obstacles(const Program& program, Stream stream) {
  const BufferId input = storage_of(program, program.inputs[0].buffer);
  for (const Step& step : program.steps)
    for (std::size_t i = 0; i < step.operands.size(); ++i) {
      const auto* id = std::get_if<BufferId>(&step.operands[i].place);
      if (!id || storage_of(program, *id) != input) continue;
      if (!step.row_form) return {"\"" + step.layer + "\" reads it as a whole"};
    }
  if (uses_of(program)[static_cast<std::size_t>(input)].output) return {"it is an output as well"};
  if (stream == Stream::time) return time_obstacles(program);
  return {"layers that read it are too far apart to run together"};
}

std::int64_t peak_bytes(Program program, const PlanOptions& options) {
  set_lifetimes(program, options);
  share_in_place(program, options);
  return bound_of(program);
}

Program arrange(Program program, const PlanOptions& options) {
  if (!options.share) return program;
  // Not to be copied with each order that is tried.
  std::vector<Constant> constants = std::exchange(program.constants, {});
  program = make_views(reorder(std::move(program), options), options);
  program = reorder(std::move(program), options);
  program.constants = std::move(constants);
  return program;
}

Program make_pipelines(Program program, const PlanOptions& options) {
  const std::vector<Segment> segments = segments_of(program, options);
  make_pipelines(program, segments);
  if (options.stream != Stream::none && !segments.empty()) stream_input(program);
  if (program.streamed && options.stream == Stream::time) stream_time(program, segments.front());
  return program;
}

Program place(Program program, const PlanOptions& options) {
  if (program.pipelines.empty()) make_pipelines(program, std::vector<Segment>{});
  set_lifetimes(program, options);
  extend_lifetimes(program);
  if (options.share)
    share_in_place(program, options);
  else
    for (Step& step : program.steps) step.lead.reset();
  pack_arena(program, options);
  pack_state(program, options);
  resolve_aliases(program);
  program.overwrites_input = overwrites_input(program);
  for (std::int32_t step = 0; step < step_count(program); ++step)
    if (live_bytes(program, step) > live_bytes(program, program.peak_step))
      program.peak_step = step;
  return program;
}

namespace {

/// Layers are arranged one by one: their order, and pieces of joined tensors, may be in the way of
/// pipelines. Of both ways, the one that needs less.
Program with_pipelines(const Program& program, const PlanOptions& options) {
  Program as_given = place(make_pipelines(program, options), options);
  Program arranged = place(make_pipelines(arrange(program, options), options), options);
  const bool lost = as_given.streamed && !arranged.streamed;
  return lost || bytes_of(as_given) < bytes_of(arranged) ? as_given : arranged;
}

}  // namespace

Program plan(Program program, const PlanOptions& options) {
  if (options.schedule == Schedule::layers && options.stream == Stream::none)
    return place(arrange(std::move(program), options), options);
  Program best = with_pipelines(program, options);
  // Pipelines are chosen by what is alive at once; packed, it may take a little more than the
  // budget.
  PlanOptions tighter = options;
  for (int i = 0; i < 4 && options.ram && bytes_of(best) > *options.ram; ++i) {
    *tighter.ram -= std::max<std::int64_t>(1, bytes_of(best) - *options.ram);
    Program next = with_pipelines(program, tighter);
    if (bytes_of(next) < bytes_of(best)) best = std::move(next);
  }
  return best;
}

}  // namespace smelt
