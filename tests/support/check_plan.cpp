// SPDX-License-Identifier: Apache-2.0
#include "tests/support/check_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace smelt::test {
namespace {

/// Appends what the bytes of `part` are made of.
void add_parts(const Program& program, const Part& part, std::vector<Part>& parts) {
  const Buffer& buffer = program[part.value];
  std::int64_t begin = part.begin, left = part.bytes;
  if (buffer.pieces.empty()) {
    if (!buffer.alias_of || is_written(program, part.value)) return parts.push_back(part);
    return add_parts(program, {*buffer.alias_of, begin + buffer.alias_offset, left}, parts);
  }
  for (const BufferId piece : buffer.pieces) {
    const std::int64_t bytes = std::clamp<std::int64_t>(program[piece].bytes - begin, 0, left);
    if (bytes > 0) add_parts(program, {piece, begin, bytes}, parts);
    begin = std::max<std::int64_t>(0, begin - program[piece].bytes);
    left -= bytes;
  }
}

/// Follows which buffer owns each byte of the arena through one run.
class Arena {
 public:
  Arena(const Program& program, const PlanOptions& options)
      : program_(program),
        options_(options),
        bytes_(static_cast<std::size_t>(program.arena_bytes + program.state_bytes), nobody),
        done_(program.steps.size()) {}

  std::string run() {
    for (std::size_t i = 0; i < program_.buffers.size(); ++i) check_place(i);
    for (const Port& port : program_.inputs) take(port.buffer, "the caller");
    for (std::size_t i = 0; i < program_.steps.size(); ++i)
      if (const Pipeline* pipeline = pipeline_of(program_, static_cast<std::int32_t>(i))) {
        run_pipeline(*pipeline);
        i = static_cast<std::size_t>(pipeline->last_step);
      } else {
        run_step(program_.steps[i]);
      }
    for (const Port& port : program_.outputs) require(port.buffer, "the caller");
    if (options_.keep_input)
      for (const Port& port : program_.inputs) require(port.buffer, "the caller, the next time");
    if (input_lost_ && options_.keep_input) report("the input is overwritten");
    if (input_lost_ && !program_.overwrites_input)
      report("the input is overwritten, but the program says that it is not");
    return problem_;
  }

 private:
  static constexpr std::int64_t nobody = -1;
  /// Of the columns beside the rows of a ring.
  static constexpr std::int64_t padding = 1 << 20;

  /// Who owns bytes: a whole buffer, or one of its rows.
  static std::int64_t owner_of(BufferId id) { return static_cast<std::int64_t>(id) << 32; }
  static std::int64_t owner_of(BufferId id, std::int64_t row) {
    return (static_cast<std::int64_t>(id) << 32) + (1 << 24) + row;
  }

  /// State is followed behind the arena.
  std::int64_t place_of(const Buffer& buffer) const {
    return buffer.offset + (buffer.kind == BufferKind::state ? program_.arena_bytes : 0);
  }

  void report(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  }

  std::string name(BufferId id) const {
    return fmt::format("{}.{}", program_[id].layer, program_[id].suffix);
  }

  void check_place(std::size_t i) {
    const Buffer& buffer = program_.buffers[i];
    const bool state = buffer.kind == BufferKind::state;
    const std::int64_t end = state ? program_.state_bytes : program_.arena_bytes;
    const std::string text = name(static_cast<BufferId>(i));
    if (buffer.offset < 0 || buffer.offset + buffer.bytes > end)
      report(fmt::format("{} leaves its memory", text));
    if (buffer.offset % byte_size(buffer.type) != 0)
      report(fmt::format("{} at {} is not aligned to its type", text, buffer.offset));
    if (!buffer.alias_of && buffer.offset % options_.alignment != 0)
      report(fmt::format("{} at {} is not aligned", text, buffer.offset));
    for (std::size_t j = 0; state && j < i; ++j)
      if (storage_of(program_, static_cast<BufferId>(i)) !=
          storage_of(program_, static_cast<BufferId>(j)))
        check_states(buffer, program_.buffers[j], text);
  }

  void check_states(const Buffer& a, const Buffer& b, const std::string& text) {
    if (b.kind == BufferKind::state && a.offset < b.offset + b.bytes &&
        b.offset < a.offset + a.bytes)
      report(fmt::format("{} lies over other state", text));
  }

  /// What is written is a value of its own.
  void take(BufferId id, const std::string& by) {
    take({place_of(program_[id]), program_[id].bytes}, owner_of(id), by);
  }

  struct Bytes {
    std::int64_t offset, count;
  };

  void take(const Bytes& bytes, std::int64_t owner, const std::string& by) {
    for (std::int64_t i = 0; i < bytes.count; ++i) {
      const auto place = static_cast<std::size_t>(bytes.offset + i);
      if (place >= bytes_.size()) return report(fmt::format("{} leaves the arena", by));
      input_lost_ = input_lost_ || (is_input(bytes_[place]) && bytes_[place] != owner);
      bytes_[place] = owner;
    }
  }

  bool is_input(std::int64_t owner) const {
    return std::any_of(program_.inputs.begin(), program_.inputs.end(),
                       [&](const Port& port) { return owner_of(port.buffer) == owner; });
  }

  void require(BufferId id, const std::string& by) {
    require(id, {place_of(program_[id]), program_[id].bytes}, by);
  }

  /// Some of the bytes of a buffer.
  void require(BufferId id, const Bytes& bytes, const std::string& by) {
    std::int64_t at = place_of(program_[id]);
    for (const Part& part : parts_of(program_, id)) {
      const std::int64_t begin = std::max(at, bytes.offset);
      const std::int64_t end = std::min(at + part.bytes, bytes.offset + bytes.count);
      require({begin, std::max<std::int64_t>(0, end - begin)}, owner_of(part.value), name(id), by);
      at += part.bytes;
    }
  }

  void require(const Bytes& bytes, std::int64_t owner, const std::string& what,
               const std::string& by) {
    for (std::int64_t i = 0; i < bytes.count; ++i)
      if (bytes_[static_cast<std::size_t>(bytes.offset + i)] != owner)
        return report(fmt::format("byte {} of {} is lost when {} reads it", i, what, by));
  }

  /// No two operands of one step share bytes, but for an output over an input of a step in place,
  /// or one that leads it.
  void check_operands(const Step& step) {
    for (const Operand& a : step.operands)
      for (const Operand& b : step.operands) {
        const auto* x = std::get_if<BufferId>(&a.place);
        const auto* y = std::get_if<BufferId>(&b.place);
        if (!x || !y || &a == &b || a.access == Access::read || !overlap(*x, *y)) continue;
        const bool in_place = step.in_place && program_[*x].offset == program_[*y].offset;
        const bool leads = step.lead && &b == &step.operands[0] &&
                           program_[*x].offset + *step.lead <= program_[*y].offset;
        const bool allowed =
            a.access == Access::write && b.access == Access::read && (in_place || leads);
        if (!allowed) report(fmt::format("{}: {} lies over {}", step.layer, name(*x), name(*y)));
      }
  }

  bool overlap(BufferId a, BufferId b) const {
    const Buffer& x = program_[a];
    const Buffer& y = program_[b];
    return (x.kind == BufferKind::state) == (y.kind == BufferKind::state) &&
           x.offset < y.offset + y.bytes && y.offset < x.offset + x.bytes;
  }

  void run_step(const Step& step) {
    check_operands(step);
    const auto each = [&](auto action) {
      for (const Operand& operand : step.operands)
        if (const auto* id = std::get_if<BufferId>(&operand.place);
            id && program_[*id].kind != BufferKind::state)
          action(*id, operand.access);
    };
    each([&](BufferId id, Access access) {
      if (access == Access::read) require(id, step.layer);
    });
    each([&](BufferId id, Access access) {
      if (access != Access::read) take(id, step.layer);
    });
  }

  // Pipelines, as the device will run them.

  void run_pipeline(const Pipeline& pipeline) {
    for (std::int32_t i = pipeline.first_step; i <= pipeline.last_step; ++i) fill(written(i));
    for (bool any = true; any;) {
      any = false;
      for (std::int32_t i = pipeline.last_step; i >= pipeline.first_step && !any; --i)
        if (ready(i, pipeline)) {
          run_row(i);
          any = true;
        }
    }
    for (std::int32_t i = pipeline.first_step; i <= pipeline.last_step; ++i)
      if (done(i) < rows_of(i))
        report(fmt::format("{} waits for rows that never come", step(i).layer));
  }

  const Step& step(std::int32_t i) const { return program_.steps[static_cast<std::size_t>(i)]; }
  std::int32_t& done(std::int32_t i) { return done_[static_cast<std::size_t>(i)]; }

  BufferId written(std::int32_t i) const {
    for (const Operand& operand : step(i).operands)
      if (operand.access == Access::write) return std::get<BufferId>(operand.place);
    return {};
  }

  std::int32_t rows_of(std::int32_t i) const {
    const auto& ring = program_[written(i)].rows;
    return step(i).row_form->height + (ring ? ring->bottom : 0);
  }

  void fill(BufferId id) {
    const Buffer& buffer = program_[id];
    if (!buffer.rows || !buffer.rows->padded()) return;
    take({place_of(buffer), buffer.bytes}, owner_of(id, padding), name(id));
    for (std::int64_t row = -buffer.rows->top; row < 0; ++row)
      take(ring_row(id, row), owner_of(id, row), name(id));
  }

  /// The bytes of a row without padding beside it.
  Bytes ring_row(BufferId id, std::int64_t row) const {
    const Buffer& buffer = program_[id];
    const RowLayout& ring = *buffer.rows;
    const std::int64_t size = byte_size(buffer.type);
    const std::int64_t place = (row + ring.top) % ring.count;
    return {place_of(buffer) + (place * ring.pitch + ring.left) * size, ring.elements * size};
  }

  bool ready(std::int32_t i, const Pipeline& pipeline) {
    const std::int32_t y = done(i);
    if (y >= rows_of(i)) return false;
    if (y >= step(i).row_form->height) return true;
    for (const RowWindow& window : step(i).row_form->windows) {
      const auto id =
          storage_of(program_, std::get<BufferId>(step(i).operands[window.operand].place));
      for (std::int32_t w = pipeline.first_step; w <= pipeline.last_step; ++w)
        if (storage_of(program_, written(w)) == id && done(w) < window.first(y) + window.span())
          return false;
    }
    return true;
  }

  void run_row(std::int32_t i) {
    const std::int32_t y = done(i)++;
    const RowForm& form = *step(i).row_form;
    const BufferId out = written(i);
    const Bytes to = output_row(i, y);
    if (y >= form.height) return take(to, owner_of(out, y), step(i).layer);
    for (std::size_t k = 0; k < step(i).operands.size(); ++k) {
      const auto* id = std::get_if<BufferId>(&step(i).operands[k].place);
      const Access access = step(i).operands[k].access;
      if (!id || access == Access::write) continue;
      const auto window = std::find_if(form.windows.begin(), form.windows.end(),
                                       [&](const RowWindow& w) { return w.operand == k; });
      if (access == Access::scratch)
        use_scratch(i, *id, form.collects && y > 0);
      else if (window == form.windows.end())
        require(*id, step(i).layer);
      else
        read_window(i, *id, *window, y, to);
    }
    if (form.collects && y + 1 < form.height) return;
    take(to, program_[out].rows ? owner_of(out, y) : owner_of(out), step(i).layer);
  }

  Bytes output_row(std::int32_t i, std::int64_t y) const {
    const BufferId out = written(i);
    if (program_[out].rows) return ring_row(out, y);
    if (step(i).row_form->collects) return {place_of(program_[out]), program_[out].bytes};
    const std::int64_t bytes = step(i).row_form->elements * byte_size(program_[out].type);
    return {place_of(program_[out]) + y * bytes, bytes};
  }

  void use_scratch(std::int32_t i, BufferId id, bool kept) {
    if (kept) require(id, step(i).layer);
    take(id, step(i).layer);
  }

  void read_window(std::int32_t i, BufferId id, const RowWindow& window, std::int32_t y,
                   const Bytes& to) {
    // What the caller pushes is not in the arena.
    if (program_.streamed && program_.streamed->step == i) return;
    // A ring goes by other shapes as well.
    if (program_[storage_of(program_, id)].rows) id = storage_of(program_, id);
    for (std::int32_t k = 0; k < window.rows; ++k) {
      const std::int64_t row = window.first(y) + std::int64_t{k} * window.dilation;
      Bytes from{};
      if (program_[id].rows) {
        from = ring_row(id, row);
        require(from, owner_of(id, row), fmt::format("row {} of {}", row, name(id)), step(i).layer);
        const std::int64_t size = byte_size(program_[id].type);
        const Bytes left{from.offset - window.left * size, window.left * size};
        const Bytes right{from.offset + from.count, window.right * size};
        for (const Bytes& beside : {left, right})
          require(beside, owner_of(id, padding), "padding of " + name(id), step(i).layer);
      } else {
        const std::int64_t bytes = window.elements * byte_size(program_[id].type);
        from = {place_of(program_[id]) + row * bytes, bytes};
        if (row < 0 || row >= window.height)
          report(fmt::format("{} reads row {} of {}", step(i).layer, row, name(id)));
        require(id, from, step(i).layer);
      }
      const bool apart =
          to.offset + to.count <= from.offset || from.offset + from.count <= to.offset;
      const auto& lead = step(i).row_form->lead;
      if (!apart && !(lead && to.offset + *lead <= from.offset) && !step(i).row_form->collects)
        report(fmt::format("{}: row {} lies over what it is made of", step(i).layer, y));
    }
  }

  const Program& program_;
  const PlanOptions& options_;
  std::vector<std::int64_t> bytes_;  // owner of each, of arena and state
  std::vector<std::int32_t> done_;   // rows, by step
  bool input_lost_ = false;
  std::string problem_;
};

}  // namespace

std::vector<Part> parts_of(const Program& program, BufferId id) {
  std::vector<Part> parts;
  add_parts(program, {id, 0, program[id].bytes}, parts);
  return parts;
}

std::string plan_problem(const Program& program, const PlanOptions& options) {
  return Arena(program, options).run();
}

}  // namespace smelt::test
