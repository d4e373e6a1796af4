// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/time.h"

#include <algorithm>
#include <numeric>

namespace smelt {
namespace {

/// Rows that are simulated beyond the window, in rows of its end: enough for every ring to have
/// been as full as it gets.
constexpr std::int32_t more_rows = 16;
/// Rows of all stages are counted up to there.
constexpr std::int64_t most_rows = 1 << 30;

/// A place's rows are rows y * stride to y * stride + first - 1 of the input.
struct Pace {
  std::int64_t stride = 1, first = 1;
};

std::optional<std::size_t> window_of(const Stages& stages) {
  std::optional<std::size_t> window;
  for (std::size_t p = 0; p < stages.places.size(); ++p) {
    const Place& place = stages.places[p];
    if (!place.inside || place.ring) continue;
    if (window) return std::nullopt;
    window = p;
  }
  return window;
}

bool is_exact(const Stages& stages) {
  for (const Stage& stage : stages.stages) {
    if (stage.collects) return false;
    for (const StageRead& read : stage.reads)
      if (!read.window.firsts.empty() ||
          (stages.places[read.place].inside && !stages.places[read.place].ring))
        return false;
  }
  return std::all_of(stages.places.begin(), stages.places.end(), [](const Place& place) {
    return place.layout.top == 0 && place.layout.bottom == 0;
  });
}

/// By place; nothing if two operands of a stage come at different paces.
std::optional<std::vector<Pace>> paces_of(const Stages& stages) {
  std::vector<Pace> paces(stages.places.size());
  for (const Stage& stage : stages.stages) {
    Pace& out = paces[stage.write];
    for (std::size_t i = 0; i < stage.reads.size(); ++i) {
      const auto& [place, window] = stage.reads[i];
      const Pace& in = paces[place];
      const Pace made{in.stride * window.stride, in.first + (window.span() - 1) * in.stride};
      if (i > 0 && made.stride != out.stride) return std::nullopt;
      out = {made.stride, i > 0 ? std::max(out.first, made.first) : made.first};
    }
    if (out.stride > most_rows) return std::nullopt;
  }
  return paces;
}

/// The same stages on an input of more rows.
Stages longer(Stages stages, std::int64_t more) {
  for (Place& place : stages.places)
    if (!place.inside) place.layout.height += static_cast<std::int32_t>(more);
  for (Stage& stage : stages.stages) {
    std::int64_t rows = most_rows;
    for (StageRead& read : stage.reads) {
      const std::int32_t height = stages.places[read.place].layout.height;
      read.window.height = height;
      rows = std::min<std::int64_t>(rows, (height - read.window.span()) / read.window.stride + 1);
    }
    stage.rows = static_cast<std::int32_t>(rows);
    stages.places[stage.write].layout.height = stage.rows;
  }
  return stages;
}

}  // namespace

std::optional<Segment> time_segment(const Program& program, const PlanOptions& options) {
  const std::vector<Use> uses = uses_of(program);
  for (auto last = static_cast<std::int32_t>(program.steps.size()) - 1; last >= 0; --last) {
    auto stages = stages_of(program, uses, 0, last, options.keep_input, true);
    if (!stages || !is_exact(*stages)) continue;
    const auto window = window_of(*stages);
    const auto paces = paces_of(*stages);
    if (!window || !paces) continue;
    RowRun run = run_rows(longer(*stages, (*paces)[*window].stride * more_rows));
    return Segment{0, last, *std::move(stages), std::move(run)};
  }
  return std::nullopt;
}

void stream_time(Program& program, const Segment& segment) {
  const Stages& stages = segment.stages;
  const std::size_t window = *window_of(stages);
  const std::vector<Pace> paces = *paces_of(stages);
  Streamed::Window result{.rows = stages.places[window].layout.height,
                          .first = paces[window].first,
                          .stride = paces[window].stride,
                          .period = {}};
  Pipeline& pipeline = program.pipelines.front();
  // Lives are in the order of places; see make_pipelines.
  std::int64_t period = paces[window].stride;
  for (std::size_t p = 0; p < stages.places.size(); ++p) {
    Buffer& buffer = program[pipeline.lives[p].buffer];
    if (!stages.places[p].inside) continue;
    if (buffer.rows) period = std::lcm(period, buffer.rows->count * paces[p].stride);
    if (p != window && !segment.run.lives[p].waits) continue;
    buffer.kind = BufferKind::state;
    buffer.reset = false;
  }
  std::erase_if(pipeline.reaches, [&](const Pipeline::Reach& reach) {
    return program[reach.lower].kind == BufferKind::state ||
           program[reach.upper].kind == BufferKind::state;
  });
  if (period > INT16_MAX / 4) pipeline.counter = ElementType::s32;
  for (std::size_t s = 0; s < stages.stages.size(); ++s) {
    const std::size_t out = stages.stages[s].write;
    result.period.push_back(period / paces[out].stride);
    if (out == window) result.stage = pipeline.first_step + static_cast<std::int32_t>(s);
  }
  program.streamed->window = std::move(result);
}

std::vector<std::string> time_obstacles(const Program& program) {
  std::vector<std::string> reasons;
  for (const Step& step : program.steps) {
    if (!step.row_form || step.row_form->collects) break;
    for (const RowWindow& window : step.row_form->windows) {
      const std::int64_t end = window.first(step.row_form->height - 1) + window.span();
      if (!window.firsts.empty())
        reasons.push_back("\"" + step.layer + "\" changes the number of rows by a table");
      else if (window.top > 0 || end > window.height)
        reasons.push_back("\"" + step.layer +
                          "\" pads rows: what it computes of a row depends on where the window "
                          "begins or ends");
    }
  }
  if (reasons.empty()) reasons.push_back("no layer gives rows that all others are made of");
  return reasons;
}

}  // namespace smelt
