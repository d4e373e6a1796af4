// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/stages.h"

#include <algorithm>
#include <map>

namespace smelt {
namespace {

const BufferId* buffer_of(const Operand& operand) {
  return std::get_if<BufferId>(&operand.place);
}

bool wants_padding(const RowWindow& window, std::int32_t bottom) {
  return window.top > 0 || bottom > 0 || window.left > 0 || window.right > 0;
}

/// Rows of padding that the window of the last row reaches into.
std::int32_t bottom_of(const RowWindow& window, std::int32_t rows) {
  const std::int64_t end = window.first(rows - 1) + window.span();
  return static_cast<std::int32_t>(std::max<std::int64_t>(0, end - window.height));
}

class Builder {
 public:
  Builder(const Program& program, const std::vector<Use>& uses, std::int32_t first,
          std::int32_t last, bool keep_input, bool streamed)
      : program_(program),
        uses_(uses),
        first_(first),
        last_(last),
        keep_input_(keep_input),
        streamed_(streamed) {}

  std::optional<Stages> run() {
    for (std::int32_t step = first_; step <= last_; ++step)
      if (!program_.steps[static_cast<std::size_t>(step)].row_form || !add(step))
        return std::nullopt;
    if (streamed_ && !takes_all_rows()) return std::nullopt;
    // Rows that are read would be given up while others still read all of them.
    for (const BufferId whole : result_.wholes)
      if (by_storage_.count(whole)) return std::nullopt;
    if (!pad()) return std::nullopt;
    return std::move(result_);
  }

 private:
  const Use& use(BufferId storage) const { return uses_[static_cast<std::size_t>(storage)]; }

  bool within(std::int32_t step) const { return first_ <= step && step <= last_; }

  bool add(std::int32_t index) {
    const RowForm& form = *program_.steps[static_cast<std::size_t>(index)].row_form;
    Stage stage{.step = index,
                .collects = form.collects,
                .rows = form.height,
                .reads = {},
                .lead = form.lead};
    for (std::size_t i = 0; i < form.operands.size(); ++i) {
      const BufferId* id = buffer_of(form.operands[i]);
      if (!id) continue;
      const Access access = form.operands[i].access;
      const bool content = access == Access::read      ? read(form, i, *id, stage)
                           : access == Access::write   ? write(form, *id, stage)
                           : access == Access::scratch ? scratch(*id, stage)
                                                       : false;
      if (!content) return false;
    }
    result_.stages.push_back(std::move(stage));
    return true;
  }

  /// Whether what comes row by row is needed nowhere else.
  bool takes_all_rows() const {
    for (std::size_t i = 0; i < uses_.size(); ++i) {
      const Use& use = uses_[i];
      if (!use.input || use.readers.empty()) continue;
      const bool here = by_storage_.count(static_cast<BufferId>(i)) > 0;
      if (here && (use.output || first_ > 0 || use.readers.back() > last_)) return false;
      if (!here && first_ == 0) return false;
    }
    return true;
  }

  bool scratch(BufferId id, Stage& stage) const {
    stage.scratch += program_[id].bytes;
    return true;
  }

  bool read(const RowForm& form, std::size_t operand, BufferId id, Stage& stage) {
    const BufferId storage = storage_of(program_, id);
    const auto window = std::find_if(form.windows.begin(), form.windows.end(),
                                     [&](const RowWindow& w) { return w.operand == operand; });
    // What is not read by rows must be whole before.
    if (window == form.windows.end()) {
      result_.wholes.push_back(storage);
      return written_before(storage);
    }
    const bool part = program_[id].bytes != program_[storage].bytes;
    if (part || program_[storage].kind != BufferKind::tensor) return false;
    const std::size_t place = place_of(storage, window->height, window->elements);
    const RowLayout& layout = result_.places[place].layout;
    if (layout.height != window->height || layout.elements != window->elements) return false;
    if (result_.places[place].inside && collected_[place]) return false;
    stage.reads.push_back({place, *window});
    return true;
  }

  bool written_before(BufferId storage) const {
    const Use& use = this->use(storage);
    return std::all_of(use.writers.begin(), use.writers.end(),
                       [&](std::int32_t step) { return step < first_; });
  }

  bool write(const RowForm& form, BufferId id, Stage& stage) {
    const BufferId storage = storage_of(program_, id);
    const Use& use = this->use(storage);
    if (storage != id || use.input || use.writers.size() != 1 || by_storage_.count(storage))
      return false;
    const std::int32_t height = form.collects ? 1 : form.height;
    const std::int64_t elements =
        form.collects ? program_[id].bytes / byte_size(program_[id].type) : form.elements;
    stage.write = place_of(storage, height, elements);
    Place& place = result_.places[stage.write];
    place.inside = true;
    place.dies = !use.output && std::all_of(use.readers.begin(), use.readers.end(),
                                            [&](std::int32_t step) { return within(step); });
    place.ring = place.dies && !form.collects;
    collected_[stage.write] = form.collects;
    return true;
  }

  std::size_t place_of(BufferId storage, std::int32_t height, std::int64_t elements) {
    const auto known = by_storage_.find(storage);
    if (known != by_storage_.end()) return known->second;
    const Use& use = this->use(storage);
    Place place{
        .storage = storage,
        .element_bytes = byte_size(program_[storage].type),
        .layout = {.count = height, .height = height, .pitch = elements, .elements = elements}};
    // A pushed row is copied, and a whole input gone with its last reader.
    place.dies = !use.output && !(use.input && keep_input_) &&
                 (use.readers.empty() || use.readers.back() <= last_);
    by_storage_[storage] = result_.places.size();
    result_.places.push_back(place);
    collected_.push_back(false);
    return result_.places.size() - 1;
  }

  /// Rings get the padding of their readers; whole tensors whose readers want some, a ring that
  /// rows are copied into. False if readers want different ones.
  bool pad() {
    for (std::size_t p = 0; p < by_storage_.size(); ++p) {
      Place wanted = result_.places[p];
      if (!merge(p, wanted)) return false;
      const bool pushed = streamed_ && use(wanted.storage).input;
      if (wanted.ring)
        result_.places[p] = wanted;
      else if (wanted.layout.padded() || pushed)
        copy(p, wanted);
    }
    return true;
  }

  /// Whether readers agree on what padding is.
  bool merge(std::size_t p, Place& place) const {
    bool padded = false;
    std::int64_t right = 0;
    RowLayout& layout = place.layout;
    for (const Stage& stage : result_.stages)
      for (const StageRead& read : stage.reads) {
        if (read.place != p) continue;
        const RowWindow& window = read.window;
        const std::int32_t bottom = bottom_of(window, stage.rows);
        if (!wants_padding(window, bottom)) continue;
        if (padded && layout.padding != window.padding) return false;
        padded = true;
        layout.padding = window.padding;
        layout.top = std::max(layout.top, window.top);
        layout.bottom = std::max(layout.bottom, bottom);
        layout.left = std::max(layout.left, window.left);
        right = std::max(right, window.right);
      }
    layout.pitch = layout.left + layout.elements + right;
    return true;
  }

  void copy(std::size_t p, Place ring) {
    ring.ring = ring.copied = ring.inside = ring.dies = true;
    const std::size_t made = result_.places.size();
    Stage stage{.copies = true,
                .rows = ring.layout.height,
                .reads = {{p, {.height = ring.layout.height, .elements = ring.layout.elements}}},
                .write = made,
                .lead = {}};
    result_.places.push_back(ring);
    auto before = result_.stages.end();
    for (auto each = result_.stages.end(); each-- != result_.stages.begin();)
      for (StageRead& read : each->reads)
        if (read.place == p && !each->copies) {
          read.place = made;
          before = each;
        }
    stage.step = before->step;
    result_.stages.insert(before, std::move(stage));
  }

  const Program& program_;
  const std::vector<Use>& uses_;
  std::int32_t first_, last_;
  bool keep_input_, streamed_;
  Stages result_;
  std::vector<bool> collected_;  // by place: whole after the last row only
  std::map<BufferId, std::size_t> by_storage_;
};

}  // namespace

std::vector<Use> uses_of(const Program& program) {
  std::vector<Use> uses(program.buffers.size());
  const auto of = [&](BufferId id) -> Use& {
    return uses[static_cast<std::size_t>(storage_of(program, id))];
  };
  for (std::size_t i = 0; i < program.steps.size(); ++i)
    for (const Operand& operand : program.steps[i].operands) {
      const BufferId* id = buffer_of(operand);
      if (!id) continue;
      Use& use = of(*id);
      const auto step = static_cast<std::int32_t>(i);
      if (operand.access != Access::write) use.readers.push_back(step);
      if (operand.access != Access::read) use.writers.push_back(step);
    }
  for (const Port& port : program.inputs) of(port.buffer).input = true;
  for (const Port& port : program.outputs) of(port.buffer).output = true;
  return uses;
}

std::optional<Stages> stages_of(const Program& program, const std::vector<Use>& uses,
                                std::int32_t first, std::int32_t last, bool keep_input,
                                bool streamed) {
  return Builder(program, uses, first, last, keep_input, streamed).run();
}

}  // namespace smelt
