// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/plan.h"

#include <algorithm>
#include <utility>

#include "compiler/plan/arena.h"
#include "compiler/plan/lifetimes.h"
#include "compiler/plan/live.h"
#include "compiler/plan/order.h"
#include "compiler/plan/pipelines.h"
#include "compiler/plan/time.h"
#include "compiler/plan/views.h"

namespace smelt {
namespace {

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
  for (std::size_t step = 0; step < program.steps.size(); ++step)
    live.push_back(live_bytes(layers, static_cast<std::int32_t>(step)));
  return schedule(program, live, options);
}

std::int64_t bytes_of(const Program& program) {
  return program.arena_bytes + program.state_bytes;
}

/// Whether nothing was arranged: views leave out steps.
bool same_steps(const Program& a, const Program& b) {
  return std::equal(a.steps.begin(), a.steps.end(), b.steps.begin(), b.steps.end(),
                    [](const Step& x, const Step& y) {
                      return x.layer == y.layer && x.operands.size() == y.operands.size();
                    });
}

/// Layers are arranged one by one: their order, and pieces of joined tensors, may be in the way of
/// pipelines. Of both ways, the one that needs less.
Program with_pipelines(const Program& program, const PlanOptions& options) {
  Program as_given = place(make_pipelines(program, options), options);
  Program arranged = arrange(program, options);
  if (same_steps(program, arranged)) return as_given;
  arranged = place(make_pipelines(std::move(arranged), options), options);
  const bool lost = as_given.streamed && !arranged.streamed;
  return lost || bytes_of(as_given) < bytes_of(arranged) ? as_given : arranged;
}

}  // namespace

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

Program arrange(Program program, const PlanOptions& options) {
  if (!options.share) return program;
  // Not to be copied with each order that is tried.
  std::vector<Constant> constants = std::exchange(program.constants, {});
  program = make_views(reorder(program, options), options);
  program = reorder(program, options);
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
  assign_offsets(program, options);
  const auto last = static_cast<std::int32_t>(program.steps.size()) - 1;
  program.peak_step = std::max(0, std::min(peak_of(program).step, last));
  return program;
}

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
