// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/pipelines.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace smelt {
namespace {

class Maker {
 public:
  Maker(Program& program, const Segment& segment, std::int32_t first)
      : program_(program), segment_(segment), first_(first) {}

  /// The steps of the pipeline, to stand from step `first_` on.
  std::vector<Step> run() {
    pipeline_.first_step = first_;
    pipeline_.last_step = first_ + static_cast<std::int32_t>(segment_.stages.stages.size()) - 1;
    for (std::size_t p = 0; p < segment_.stages.places.size(); ++p) place(p);
    std::vector<Step> steps;
    for (const Stage& stage : segment_.stages.stages)
      steps.push_back(stage.copies ? copy(stage) : compute(stage));
    for (const Place& place : segment_.stages.places)
      if (place.layout.height + place.layout.bottom > INT16_MAX)
        pipeline_.counter = ElementType::s32;
    for (const BufferId whole : segment_.stages.wholes)
      pipeline_.lives.push_back({whole, first_, pipeline_.last_step});
    for (const PlaceReach& reach : segment_.run.reaches)
      pipeline_.reaches.push_back({buffers_[reach.lower], buffers_[reach.upper], reach.lead});
    program_.pipelines.push_back(std::move(pipeline_));
    return steps;
  }

 private:
  /// Rings get their size; copies a buffer of their own.
  void place(std::size_t p) {
    const Place& place = segment_.stages.places[p];
    const RowRun::Life& life = segment_.run.lives[p];
    BufferId id = place.storage;
    if (place.copied) {
      const Buffer& whole = program_[id];
      Buffer ring{.layer = whole.layer,
                  .suffix = "rows",
                  .kind = BufferKind::scratch,
                  .type = whole.type,
                  .shape = {},
                  .quantization = whole.quantization,
                  .alignment = whole.alignment,
                  .origin = {},
                  .alias_of = {}};
      id = static_cast<BufferId>(program_.buffers.size());
      program_.buffers.push_back(std::move(ring));
    }
    if (place.ring) {
      RowLayout layout = place.layout;
      layout.count = life.rows;
      Buffer& buffer = program_[id];
      buffer.bytes = layout.count * layout.pitch * place.element_bytes;
      if (place.copied) buffer.shape = {layout.count, static_cast<std::int32_t>(layout.pitch)};
      buffer.rows = layout;
      for (std::size_t i = 0; i < program_.buffers.size(); ++i)
        if (storage_of(program_, static_cast<BufferId>(i)) == id)
          program_.buffers[i].bytes = program_[id].bytes;
    }
    buffers_.push_back(id);
    pipeline_.lives.push_back({id, first_ + life.first, first_ + life.last});
  }

  Step compute(const Stage& stage) {
    Step step = std::move(program_.steps[static_cast<std::size_t>(stage.step)]);
    RowForm& form = *step.row_form;
    for (const StageRead& read : stage.reads)
      if (segment_.stages.places[read.place].copied)
        form.operands[read.window.operand].place = buffers_[read.place];
    step.kernel = form.kernel;
    step.shape = form.shape;
    step.arguments = form.arguments;
    step.operands = form.operands;
    step.in_place = false;
    step.lead.reset();
    if (form.collects)
      for (const Operand& operand : step.operands)
        if (operand.access == Access::scratch)
          pipeline_.lives.push_back(
              {std::get<BufferId>(operand.place), first_, pipeline_.last_step});
    return step;
  }

  /// A row of a whole tensor goes where its readers want it.
  Step copy(const Stage& stage) const {
    const StageRead& read = stage.reads[0];
    const Place& to = segment_.stages.places[stage.write];
    const Buffer& ring = program_[buffers_[stage.write]];
    Step step{
        .layer = ring.layer,
        .summary = "rows into a ring",
        .kernel = {"copy_row", "smelt/pipeline.h"},
        .shape = {},
        .arguments =
            Struct{"copy_row_layer", {{"bytes", {to.layout.elements * to.element_bytes}, {}}}, {}},
        .operands = {{buffers_[read.place], Access::read}, {buffers_[stage.write], Access::write}},
        .lead = {}};
    step.row_form = RowForm{.kernel = step.kernel,
                            .shape = {},
                            .arguments = step.arguments,
                            .operands = step.operands,
                            .windows = {read.window},
                            .height = to.layout.height,
                            .elements = to.layout.elements,
                            .lead = {}};
    return step;
  }

  Program& program_;
  const Segment& segment_;
  std::int32_t first_;
  Pipeline pipeline_;
  std::vector<BufferId> buffers_;  // by place
};

/// What only the other form of its step works in takes no memory.
void drop_unused_scratch(Program& program) {
  std::vector<bool> used(program.buffers.size());
  for (const Step& step : program.steps)
    for (const Operand& operand : step.operands)
      if (const auto* id = std::get_if<BufferId>(&operand.place))
        used[static_cast<std::size_t>(*id)] = true;
  for (std::size_t i = 0; i < used.size(); ++i)
    if (!used[i] && program.buffers[i].kind == BufferKind::scratch) program.buffers[i].bytes = 0;
}

}  // namespace

void stream_input(Program& program) {
  const Pipeline& pipeline = program.pipelines.front();
  const BufferId input = storage_of(program, program.inputs[0].buffer);
  Streamed streamed;
  for (std::int32_t i = pipeline.first_step; i <= pipeline.last_step; ++i) {
    const Step& step = program.steps[static_cast<std::size_t>(i)];
    const auto* read = std::get_if<BufferId>(&step.operands[0].place);
    if (!read || storage_of(program, *read) != input) continue;
    streamed.step = i;
    streamed.rows = step.row_form->height;
    streamed.elements = step.row_form->elements;
  }
  const std::int32_t stages = pipeline.last_step - pipeline.first_step + 1;
  streamed.counters = static_cast<BufferId>(program.buffers.size());
  program.buffers.push_back({.layer = program.inputs[0].name,
                             .suffix = "progress",
                             .kind = BufferKind::state,
                             .type = pipeline.counter,
                             .shape = {stages},
                             .quantization = {},
                             .bytes = std::int64_t{stages} * byte_size(pipeline.counter),
                             .alignment = byte_size(pipeline.counter),
                             .origin = {},
                             .alias_of = {}});
  // The caller's row is all there is of it.
  for (std::size_t i = 0; i < program.buffers.size(); ++i)
    if (storage_of(program, static_cast<BufferId>(i)) == input) program.buffers[i].bytes = 0;
  program.streamed = streamed;
}

void make_pipelines(Program& program, const std::vector<Segment>& segments) {
  std::vector<Step> steps;
  auto next = program.steps.begin();
  for (const Segment& segment : segments) {
    for (; next != program.steps.begin() + segment.first; ++next) {
      next->row_form.reset();
      steps.push_back(std::move(*next));
    }
    std::vector<Step> made = Maker(program, segment, static_cast<std::int32_t>(steps.size())).run();
    steps.insert(steps.end(), std::make_move_iterator(made.begin()),
                 std::make_move_iterator(made.end()));
    next = program.steps.begin() + segment.last + 1;
  }
  for (; next != program.steps.end(); ++next) {
    next->row_form.reset();
    steps.push_back(std::move(*next));
  }
  program.steps = std::move(steps);
  drop_unused_scratch(program);
}

void extend_lifetimes(Program& program) {
  for (const Pipeline& pipeline : program.pipelines)
    for (const Pipeline::Life& life : pipeline.lives) {
      Buffer& buffer = program[life.buffer];
      buffer.first_step = std::min(buffer.first_step, life.first_step);
      buffer.last_step = std::max(buffer.last_step, life.last_step);
    }
}

}  // namespace smelt
