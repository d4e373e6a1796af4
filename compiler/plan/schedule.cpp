// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/schedule.h"

#include <algorithm>
#include <limits>
#include <map>

#include "compiler/plan/lifetimes.h"

namespace smelt {
namespace {

/// Longer pipelines are not looked at: no model is known that gains by them, and looking takes the
/// square of it.
constexpr std::int32_t most_steps = 48;

struct Candidate {
  std::int32_t first = 0, last = 0;
  std::int64_t peak = 0;
};

std::int64_t bytes_of(const Program& program, const Place& place, const RowRun::Life& life) {
  if (place.ring) return life.rows * place.layout.pitch * place.element_bytes;
  return program[place.storage].bytes;
}

/// What the rings of a pipeline take at least: the rows that one window spans.
std::int64_t least_bytes(const Stages& stages) {
  std::vector<std::int64_t> rows(stages.places.size());
  for (const Stage& stage : stages.stages)
    for (const StageRead& read : stage.reads)
      rows[read.place] = std::max<std::int64_t>(rows[read.place], read.window.span());
  std::int64_t bytes = 0;
  for (std::size_t p = 0; p < rows.size(); ++p) {
    const Place& place = stages.places[p];
    // A single row is not there all the time.
    if (place.ring && place.layout.padded())
      bytes += rows[p] * place.layout.pitch * place.element_bytes;
  }
  return bytes;
}

class Candidates {
 public:
  Candidates(const Program& program, const PlanOptions& options)
      : program_(program), options_(options), uses_(uses_of(program)) {}

  std::optional<Stages> stages(std::int32_t first, std::int32_t last) const {
    return stages_of(program_, uses_, first, last, options_.keep_input, streamed());
  }

  bool streamed() const { return options_.stream == Stream::rows; }

  /// Largest sum of the bytes of what is alive together while the segment runs.
  std::int64_t peak(const Segment& segment) const {
    const auto& [first, last, stages, run] = segment;
    std::vector<std::int64_t> live(stages.stages.size(), outside(segment));
    for (std::size_t p = 0; p < stages.places.size(); ++p)
      for (std::int32_t s = run.lives[p].first; s <= run.lives[p].last; ++s)
        live[static_cast<std::size_t>(s)] += in_memory(stages.places[p], run.lives[p]);
    for (std::size_t s = 0; s < live.size(); ++s) {
      live[s] += stages.stages[s].scratch;
      if (stages.stages[s].collects)
        for (std::size_t other = 0; other < live.size(); ++other)
          if (other != s) live[other] += stages.stages[s].scratch;
      live[s] -= gain(segment, static_cast<std::int32_t>(s));
    }
    return *std::max_element(live.begin(), live.end());
  }

 private:
  std::int64_t in_memory(const Place& place, const RowRun::Life& life) const {
    const bool pushed =
        streamed() && uses_[static_cast<std::size_t>(place.storage)].input && !place.ring;
    return pushed ? 0 : bytes_of(program_, place, life);
  }

  /// Bytes of tensors that are there all the time, as the segment's rows are not.
  std::int64_t outside(const Segment& segment) const {
    std::int64_t bytes = 0;
    for (std::size_t i = 0; i < program_.buffers.size(); ++i) {
      const Buffer& buffer = program_.buffers[i];
      const auto id = static_cast<BufferId>(i);
      const auto& wholes = segment.stages.wholes;
      const bool across = std::find(wholes.begin(), wholes.end(), id) != wholes.end() ||
                          (buffer.first_step < segment.first && buffer.last_step > segment.last);
      if (buffer.alias_of || buffer.kind != BufferKind::tensor || !across) continue;
      const auto& places = segment.stages.places;
      if (std::none_of(places.begin(), places.end(),
                       [&](const Place& place) { return place.storage == id; }))
        bytes += buffer.bytes;
    }
    return bytes;
  }

  /// Bytes that lie over others at a stage; of several that reach over one tensor, the best.
  std::int64_t gain(const Segment& segment, std::int32_t stage) const {
    std::map<std::size_t, std::int64_t> gains;
    const auto& lives = segment.run.lives;
    const auto alive = [&](std::size_t p) {
      return lives[p].first <= stage && stage <= lives[p].last;
    };
    for (const PlaceReach& reach : segment.run.reaches) {
      if (!alive(reach.lower) || !alive(reach.upper)) continue;
      const auto& places = segment.stages.places;
      const std::int64_t lower = in_memory(places[reach.lower], lives[reach.lower]);
      const std::int64_t upper = in_memory(places[reach.upper], lives[reach.upper]);
      std::int64_t& gain = gains[reach.upper];
      gain = std::max(gain, bytes_reached(upper, lower, reach.lead));
    }
    std::int64_t sum = 0;
    for (const auto& [upper, gain] : gains) sum += gain;
    return sum;
  }

  const Program& program_;
  const PlanOptions& options_;
  std::vector<Use> uses_;
};

/// What it costs to run a step row by row: as is known, or calls, and what is decoded anew for
/// every row after the first, in symbols.
std::int64_t row_cost(const Step& step, const PlanOptions& options) {
  const auto known = options.row_costs.find(step.layer);
  if (known != options.row_costs.end()) return known->second;
  constexpr std::int64_t calls = 1000;
  return calls + (step.coding ? step.coding->symbols * (step.row_form->height - 1) : 0);
}

/// The cheapest way through all steps: by segments, or layer by layer.
class Search {
 public:
  Search(const Program& program, const std::vector<std::int64_t>& layers,
         const PlanOptions& options)
      : layers_(layers), steps_(static_cast<std::int32_t>(program.steps.size())), costs_{0} {
    for (const Step& step : program.steps)
      costs_.push_back(costs_.back() + (step.row_form ? row_cost(step, options) : 0));
    const Candidates candidates(program, options);
    streamed_ = candidates.streamed();
    const std::int64_t enough = *std::max_element(layers.begin(), layers.end());
    for (std::int32_t first = 0; first < steps_; ++first) {
      const bool pushed = streamed_ && first == 0;
      for (std::int32_t last = first; last < std::min(steps_, first + most_steps); ++last) {
        if (!program.steps[static_cast<std::size_t>(last)].row_form) break;
        if (last == first && !pushed) continue;
        const auto stages = candidates.stages(first, last);
        if (!stages) continue;
        // Rings only grow in number: no longer pipeline from here is better than whole layers.
        if (!pushed && least_bytes(*stages) > enough) break;
        const Segment segment{first, last, *stages, run_rows(*stages)};
        by_last_[last].push_back({first, last, candidates.peak(segment)});
      }
    }
  }

  /// The smallest peak that any way has.
  std::int64_t smallest_peak() const {
    std::vector<std::int64_t> best(static_cast<std::size_t>(steps_) + 1, most);
    best[0] = 0;
    for (std::int32_t step = 0; step < steps_; ++step)
      for (const Candidate& each : ways(step)) {
        const std::int64_t before = best[static_cast<std::size_t>(each.first)];
        std::int64_t& peak = best[static_cast<std::size_t>(step) + 1];
        peak = std::min(peak, std::max(before, each.peak));
      }
    return best.back();
  }

  /// The pipelines of the way within `budget` on which the least work is done row by row.
  std::vector<Candidate> cheapest(std::int64_t budget) const {
    struct Way {
      std::int64_t cost = most;
      Candidate last;
    };
    std::vector<Way> best(static_cast<std::size_t>(steps_) + 1);
    best[0].cost = 0;
    for (std::int32_t step = 0; step < steps_; ++step)
      for (const Candidate& each : ways(step)) {
        const std::int64_t before = best[static_cast<std::size_t>(each.first)].cost;
        if (each.peak > budget || before == most) continue;
        const std::int64_t cost = before + (is_layer(each) ? 0 : cost_of(each));
        Way& way = best[static_cast<std::size_t>(step) + 1];
        if (cost < way.cost) way = {cost, each};
      }
    std::vector<Candidate> result;
    for (std::int32_t end = steps_; end > 0;) {
      const Candidate& each = best[static_cast<std::size_t>(end)].last;
      if (!is_layer(each)) result.push_back(each);
      end = each.first;
    }
    std::reverse(result.begin(), result.end());
    return result;
  }

 private:
  static constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

  bool is_layer(const Candidate& each) const {
    return each.first == each.last && !(streamed_ && each.first == 0);
  }

  std::int64_t cost_of(const Candidate& each) const {
    return costs_[static_cast<std::size_t>(each.last) + 1] -
           costs_[static_cast<std::size_t>(each.first)];
  }

  /// What a way may end with behind a step: its layer, or a pipeline.
  std::vector<Candidate> ways(std::int32_t step) const {
    std::vector<Candidate> result;
    if (!(streamed_ && step == 0))
      result.push_back({step, step, layers_[static_cast<std::size_t>(step)]});
    const auto known = by_last_.find(step);
    if (known != by_last_.end())
      result.insert(result.end(), known->second.begin(), known->second.end());
    return result;
  }

  const std::vector<std::int64_t>& layers_;
  std::int32_t steps_;
  std::vector<std::int64_t> costs_;  // of all steps before each
  bool streamed_ = false;
  std::map<std::int32_t, std::vector<Candidate>> by_last_;
};

/// What the peak may be.
std::int64_t budget_of(const Program& program, std::int64_t smallest, const PlanOptions& options) {
  if (options.schedule == Schedule::layers) return std::numeric_limits<std::int64_t>::max();
  std::int64_t state = 0;
  for (const Buffer& buffer : program.buffers)
    if (buffer.kind == BufferKind::state && !buffer.alias_of) state += buffer.bytes;
  if (options.ram) return *options.ram - state;
  const auto slack = static_cast<std::int64_t>(static_cast<double>(smallest) * options.slack);
  return options.device_ram > 0 ? std::min(slack, options.device_ram - state) : slack;
}

}  // namespace

std::vector<Segment> schedule(const Program& program, const std::vector<std::int64_t>& layers,
                              const PlanOptions& options) {
  const bool streamed = options.stream == Stream::rows;
  if (streamed && program.inputs.size() != 1) return {};
  if (program.steps.empty() || (options.schedule == Schedule::layers && !streamed)) return {};
  const Search search(program, layers, options);
  const std::int64_t smallest = search.smallest_peak();
  if (smallest == std::numeric_limits<std::int64_t>::max()) return {};
  const std::int64_t budget = std::max(smallest, budget_of(program, smallest, options));
  std::vector<Segment> segments;
  const Candidates candidates(program, options);
  for (const Candidate& each : search.cheapest(budget)) {
    Stages stages = *candidates.stages(each.first, each.last);
    RowRun run = run_rows(stages);
    segments.push_back({each.first, each.last, std::move(stages), std::move(run)});
  }
  return segments;
}

}  // namespace smelt
