// SPDX-License-Identifier: Apache-2.0
//
// Mistakes in pipelines of rows, made once the planner has them: see bugs.h.
#include <algorithm>

#include "tests/graphs/bugs.h"
#include "tests/graphs/networks.h"

namespace smelt::test {
namespace {

/// Planned with a mistake made once the pipelines are there.
Program plan_with(const Program& given, const PlanOptions& options, void (*mistake)(Program&)) {
  Program program = make_pipelines(arrange(given, options), options);
  mistake(program);
  return place(std::move(program), options);
}

BufferId written(const Step& step) {
  const auto output =
      std::find_if(step.operands.begin(), step.operands.end(),
                   [](const Operand& operand) { return operand.access == Access::write; });
  return std::get<BufferId>(output->place);
}

Program ring_too_short(const Program& given, const PlanOptions& options) {
  return plan_with(given, options, [](Program& program) {
    for (Buffer& buffer : program.buffers) {
      if (!buffer.rows || buffer.rows->count == 1) continue;
      buffer.bytes -= buffer.bytes / buffer.rows->count;
      --buffer.rows->count;
    }
  });
}

Program ring_ends_with_its_writer(const Program& given, const PlanOptions& options) {
  return plan_with(given, options, [](Program& program) {
    for (Pipeline& pipeline : program.pipelines)
      for (Pipeline::Life& life : pipeline.lives)
        for (std::int32_t step = pipeline.first_step; step <= pipeline.last_step; ++step)
          if (program[life.buffer].rows &&
              written(program.steps[static_cast<std::size_t>(step)]) == life.buffer)
            life.first_step = life.last_step = step;
  });
}

/// Of what the stages of a pipeline write row by row.
std::int64_t row_bytes(const Program& program, const Pipeline& pipeline, BufferId output) {
  for (std::int32_t i = pipeline.first_step; i <= pipeline.last_step; ++i) {
    const Step& step = program.steps[static_cast<std::size_t>(i)];
    if (written(step) == output) return step.row_form->elements * byte_size(program[output].type);
  }
  return 0;
}

Program output_reaches_too_far(const Program& given, const PlanOptions& options) {
  return plan_with(given, options, [](Program& program) {
    for (Pipeline& pipeline : program.pipelines)
      for (Pipeline::Reach& reach : pipeline.reaches)
        reach.lead -= std::min(reach.lead, row_bytes(program, pipeline, reach.lower));
  });
}

Program no_padding_below(const Program& given, const PlanOptions& options) {
  return plan_with(given, options, [](Program& program) {
    for (Buffer& buffer : program.buffers)
      if (buffer.rows) buffer.rows->bottom = 0;
  });
}

Program window_begins_late(const Program& given, const PlanOptions& options) {
  return plan_with(given, options, [](Program& program) {
    for (Step& step : program.steps)
      if (step.row_form)
        for (RowWindow& window : step.row_form->windows)
          if (window.top > 0) --window.top;
  });
}

Program sums_not_kept(const Program& given, const PlanOptions& options) {
  return plan_with(given, options, [](Program& program) {
    for (Pipeline& pipeline : program.pipelines)
      std::erase_if(pipeline.lives, [&](const Pipeline::Life& life) {
        return program[life.buffer].kind == BufferKind::scratch && !program[life.buffer].rows;
      });
  });
}

}  // namespace

std::vector<Bug> bugs_of_pipelines() {
  return {
      {.name = "ring_too_short",
       .sentence = "rings hold a row less than their readers need",
       .planner = ring_too_short,
       .draw = random_network},
      {.name = "ring_ends_with_its_writer",
       .sentence = "a ring is in memory only while a row of it is written",
       .planner = ring_ends_with_its_writer,
       .draw = random_network},
      {.name = "output_reaches_too_far",
       .sentence = "a row lies over what it is made of, as if it had been written one row later",
       .planner = output_reaches_too_far,
       .draw = random_network},
      {.name = "no_padding_below",
       .sentence = "no rows of padding follow the last one of a ring",
       .planner = no_padding_below,
       .draw = random_network},
      {.name = "window_begins_late",
       .sentence = "the windows of a stage begin a row late",
       .planner = window_begins_late,
       .draw = random_network},
      {.name = "padding_not_filled",
       .sentence = "rows and columns of padding are left as they were",
       .kernel = {"smelt/rows.h", "i < count; ++i) to[i] = value", "i < 0; ++i) to[i] = value"},
       .draw = random_network},
      {.name = "sums_not_kept",
       .sentence = "what a stage has added up lives only while a row is added",
       .planner = sums_not_kept,
       .draw = random_network},
  };
}

}  // namespace smelt::test
