// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/row_run.h"

#include <algorithm>
#include <limits>
#include <map>

namespace smelt {
namespace {

constexpr std::int64_t all_rows = std::numeric_limits<std::int64_t>::max();

class Runner {
 public:
  explicit Runner(const Stages& stages)
      : stages_(stages.stages),
        places_(stages.places),
        done_(stages_.size()),
        rows_(places_.size()),
        readers_(places_.size()) {
    for (std::size_t p = 0; p < places_.size(); ++p)
      rows_[p] = places_[p].inside ? places_[p].layout.top : all_rows;
    for (std::size_t s = 0; s < stages_.size(); ++s)
      for (const StageRead& read : stages_[s].reads) readers_[read.place].push_back({s, &read});
    const auto last = static_cast<std::int32_t>(stages_.size()) - 1;
    for (const Place& place : places_) {
      RowRun::Life life{.rows = std::max(place.layout.top, 1),
                        .first = last,
                        .last = 0,
                        .waits = place.layout.padded()};
      // Padding is written before the first row and must stay.
      if (!place.inside || (place.ring && place.layout.padded())) life.first = 0;
      if (!place.dies || (place.ring && place.layout.padded())) life.last = last;
      result_.lives.push_back(life);
    }
  }

  RowRun run() {
    std::size_t at = stages_.size();
    while (at > 0) {
      const std::size_t stage = at - 1;
      if (!ready(stage)) {
        --at;
        continue;
      }
      at = std::max(at, step(stage));
    }
    for (const auto& [pair, lead] : leads_)
      result_.reaches.push_back({pair.first, pair.second, lead});
    row_reaches();
    return std::move(result_);
  }

 private:
  struct Reader {
    std::size_t stage;
    const StageRead* read;
  };

  const RowLayout& layout(const StageRead& read) const { return places_[read.place].layout; }

  std::int32_t rows_of(const Stage& stage) const {
    return stage.rows + (stage.collects ? 0 : places_[stage.write].layout.bottom);
  }

  bool ready(std::size_t s) const {
    const Stage& stage = stages_[s];
    const std::int32_t y = done_[s];
    if (y == rows_of(stage)) return false;
    if (y >= stage.rows) return true;  // padding
    return std::all_of(stage.reads.begin(), stage.reads.end(), [&](const StageRead& read) {
      return rows_[read.place] >= Stage::first(read, layout(read), y) + read.window.span();
    });
  }

  /// The first row of a place, padding included, that is still to be read.
  std::int64_t oldest(std::size_t p) const {
    std::int64_t row = all_rows;
    for (const Reader& reader : readers_[p])
      if (done_[reader.stage] < stages_[reader.stage].rows)
        row = std::min(row, Stage::first(*reader.read, places_[p].layout, done_[reader.stage]));
    return row;
  }

  bool needed(std::size_t p) const {
    if (!places_[p].inside) return oldest(p) != all_rows;
    if (!places_[p].ring) return rows_[p] > 0;
    return oldest(p) < rows_[p];
  }

  /// Runs a stage for one row; the stage after the last that may have become ready.
  std::size_t step(std::size_t s) {
    const Stage& stage = stages_[s];
    const std::size_t out = stage.write;
    const bool writes = !stage.collects || done_[s] + 1 == stage.rows;
    if (!stage.reads.empty() && !places_[stage.reads[0].place].inside)
      for (std::size_t p = 0; p < places_.size(); ++p)
        if (places_[p].inside && needed(p)) result_.lives[p].waits = true;
    if (writes) write(out);
    for (std::size_t p = 0; p < places_.size(); ++p)
      if ((p == out && writes) || needed(p)) extend(p, static_cast<std::int32_t>(s));
    ++done_[s];
    std::size_t next = s + 1;
    for (const Reader& reader : readers_[out]) next = std::max(next, reader.stage + 1);
    return next;
  }

  void write(std::size_t p) {
    const Place& place = places_[p];
    const std::int64_t row = rows_[p];
    const std::int64_t kept = std::min(oldest(p), row);
    result_.lives[p].rows =
        std::max(result_.lives[p].rows, static_cast<std::int32_t>(row - kept + 1));
    if (!place.ring) lead(p, row);
    rows_[p] = row + 1;
  }

  /// By now, `row` may overwrite what is read already of the tensors that die here.
  void lead(std::size_t p, std::int64_t row) {
    for (std::size_t input = 0; input < places_.size(); ++input) {
      if (places_[input].inside || !places_[input].dies) continue;
      const std::int64_t read = oldest(input);
      if (read == all_rows) continue;
      const std::int64_t pitch = places_[p].layout.pitch * size(p);
      std::int64_t& lead = leads_.try_emplace({p, input}, 0).first->second;
      lead = std::max(lead, (row + 1) * pitch - std::max<std::int64_t>(0, read) *
                                                    places_[input].layout.pitch * size(input));
    }
  }

  std::int64_t size(std::size_t p) const { return places_[p].element_bytes; }

  void extend(std::size_t p, std::int32_t stage) {
    RowRun::Life& life = result_.lives[p];
    life.first = std::min(life.first, stage);
    life.last = std::max(life.last, stage);
  }

  bool is_single_row(std::size_t p) const {
    return places_[p].ring && !places_[p].layout.padded() && result_.lives[p].rows == 1;
  }

  /// A row may be laid over the row that it is made of.
  void row_reaches() {
    for (std::size_t s = 0; s < stages_.size(); ++s) {
      const Stage& stage = stages_[s];
      if (!stage.lead || stage.reads.empty() || stage.reads[0].window.operand != 0) continue;
      const std::size_t in = stage.reads[0].place;
      const bool ends = result_.lives[in].last == static_cast<std::int32_t>(s);
      const bool begins = result_.lives[stage.write].first == static_cast<std::int32_t>(s);
      if (is_single_row(in) && is_single_row(stage.write) && ends && begins)
        result_.reaches.push_back({stage.write, in, *stage.lead});
    }
  }

  const std::vector<Stage>& stages_;
  const std::vector<Place>& places_;
  std::vector<std::int32_t> done_;  // rows, by stage
  std::vector<std::int64_t> rows_;  // there, padding included, by place
  std::vector<std::vector<Reader>> readers_;
  std::map<std::pair<std::size_t, std::size_t>, std::int64_t> leads_;
  RowRun result_;
};

}  // namespace

RowRun run_rows(const Stages& stages) {
  return Runner(stages).run();
}

}  // namespace smelt
