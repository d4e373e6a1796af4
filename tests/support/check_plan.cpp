// SPDX-License-Identifier: Apache-2.0
#include "tests/support/check_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace smelt::test {
namespace {

bool is_written(const Program& program, BufferId id) {
  for (const Step& step : program.steps)
    for (const Operand& operand : step.operands)
      if (operand.access == Access::write && std::get<BufferId>(operand.place) == id) return true;
  return false;
}

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
        bytes_(static_cast<std::size_t>(program.arena_bytes), nobody) {}

  std::string run() {
    for (std::size_t i = 0; i < program_.buffers.size(); ++i) check_place(i);
    for (const Port& port : program_.inputs) take(port.buffer, "the caller");
    for (const Step& step : program_.steps) run_step(step);
    for (const Port& port : program_.outputs) require(port.buffer, "the caller");
    if (options_.keep_input)
      for (const Port& port : program_.inputs) require(port.buffer, "the caller, the next time");
    if (input_lost_ && options_.keep_input) report("the input is overwritten");
    if (input_lost_ && !program_.overwrites_input)
      report("the input is overwritten, but the program says that it is not");
    return problem_;
  }

 private:
  static constexpr std::int32_t nobody = -1;

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
    for (std::size_t j = 0; state && j < i; ++j) check_states(buffer, program_.buffers[j], text);
  }

  void check_states(const Buffer& a, const Buffer& b, const std::string& text) {
    if (b.kind == BufferKind::state && a.offset < b.offset + b.bytes &&
        b.offset < a.offset + a.bytes)
      report(fmt::format("{} lies over other state", text));
  }

  /// What is written is a value of its own.
  void take(BufferId id, const std::string& by) {
    const Buffer& buffer = program_[id];
    const auto owner = static_cast<std::int32_t>(id);
    for (std::int64_t i = 0; i < buffer.bytes; ++i) {
      const auto place = static_cast<std::size_t>(buffer.offset + i);
      if (place >= bytes_.size()) return report(fmt::format("{} leaves the arena", by));
      input_lost_ = input_lost_ || (is_input(bytes_[place]) && bytes_[place] != owner);
      bytes_[place] = owner;
    }
  }

  bool is_input(std::int32_t owner) const {
    return std::any_of(program_.inputs.begin(), program_.inputs.end(), [&](const Port& port) {
      return static_cast<std::int32_t>(port.buffer) == owner;
    });
  }

  void require(BufferId id, const std::string& by) {
    std::int64_t at = program_[id].offset;
    for (const Part& part : parts_of(program_, id))
      for (const std::int64_t end = at + part.bytes; at < end; ++at)
        if (bytes_[static_cast<std::size_t>(at)] != static_cast<std::int32_t>(part.value))
          return report(fmt::format("byte {} of {} is lost when {} reads it",
                                    at - program_[id].offset, name(id), by));
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

  const Program& program_;
  const PlanOptions& options_;
  std::vector<std::int32_t> bytes_;  // owner of each: a BufferId
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
