// SPDX-License-Identifier: Apache-2.0
//
// Orders of steps: as good as the best of all, the same results, and the file's own without need.
#include "compiler/plan/order.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <map>
#include <numeric>
#include <random>
#include <string>

using namespace smelt;

namespace {

void nothing(const HostCall&) {}

BufferId add_buffer(Program& program, std::int32_t count, ElementType type = ElementType::s8,
                    BufferKind kind = BufferKind::tensor) {
  program.buffers.push_back({.layer = "b" + std::to_string(program.buffers.size()),
                             .kind = kind,
                             .type = type,
                             .shape = {count},
                             .bytes = count * byte_size(type)});
  return static_cast<BufferId>(program.buffers.size() - 1);
}

Step& add_step(Program& program, const std::vector<BufferId>& read, BufferId written) {
  Step step{.layer = "s" + std::to_string(program.steps.size()), .kernel = {"k", "h", nothing}};
  for (const BufferId id : read) step.operands.push_back({id, Access::read});
  step.operands.push_back({written, Access::write});
  program.steps.push_back(std::move(step));
  return program.steps.back();
}

std::string names(const Program& program) {
  std::string names;
  for (const Step& step : program.steps) names += step.layer + " ";
  return names;
}

/// Two tensors become pieces of one, which a last step reads.
void join(Program& program) {
  const BufferId whole = add_buffer(program, 0);
  for (std::size_t i = 1; i < program.buffers.size(); ++i) {
    Buffer& piece = program.buffers[i];
    const auto id = static_cast<BufferId>(i);
    if (id == whole || piece.kind != BufferKind::tensor || piece.alias_of ||
        storage_of(program, program.outputs[0].buffer) == id || program[whole].pieces.size() == 2)
      continue;
    piece.alias_of = whole;
    piece.alias_offset = program[whole].bytes;
    program[whole].bytes += piece.bytes;
    program[whole].shape[0] += static_cast<std::int32_t>(piece.bytes);
    program[whole].pieces.push_back(id);
  }
  if (program[whole].pieces.empty()) return;
  const BufferId end = add_buffer(program, 1);
  add_step(program, {whole}, end);
  program.outputs.push_back({"end", end});
}

/// Steps that read one or two earlier values, some in place, leading, with scratch, on one state,
/// of the user's own, or writing a part of what another has written.
Program random_program(std::mt19937& random, int steps, std::uint32_t reach) {
  const auto one_of = [&](std::uint32_t n) { return random() % n == 0; };
  Program program;
  std::vector<BufferId> values = {add_buffer(program, 8)};
  program.inputs = {{"in", values[0]}};
  const BufferId state = add_buffer(program, 4, ElementType::s8, BufferKind::state);
  for (int i = 0; i < steps; ++i) {
    const auto any = [&] {
      const std::size_t last = std::min<std::size_t>(values.size(), reach);
      return values[values.size() - 1 - random() % last];
    };
    std::vector<BufferId> read = {any()};
    if (one_of(2)) read.push_back(any());
    const Buffer first = program[read[0]];
    const bool as_many = one_of(2);
    const auto count = as_many ? first.shape[0] : static_cast<std::int32_t>(1 + random() % 12);
    const bool again = one_of(8) && values.back() != read[0] && values.back() != read.back();
    const ElementType type = one_of(6) ? ElementType::s16 : ElementType::s8;
    const BufferId written = again ? values.back() : add_buffer(program, count, type);
    Step& step = add_step(program, read, written);
    if (!again) values.push_back(written);
    step.in_place = !again && one_of(2);
    if (!step.in_place && one_of(3)) step.lead = random() % 4;
    if (one_of(10)) step.kernel.invoke = nullptr;
    if (one_of(10)) step.operands.push_back({state, Access::state});
    if (one_of(5)) {
      const BufferId scratch = add_buffer(program, 5, ElementType::s8, BufferKind::scratch);
      program.steps.back().operands.push_back({scratch, Access::scratch});
    }
    if (one_of(6)) {  // the same bytes under another name
      values.push_back(add_buffer(program, program[written].shape[0], program[written].type));
      program[values.back()].alias_of = written;
    }
  }
  program.outputs = {{"out", values.back()}};
  if (one_of(3)) join(program);
  return program;
}

/// Buffers with a value of their own that make up `id`.
std::vector<BufferId> values_of(const Program& program, BufferId id) {
  while (program[id].alias_of && program[*program[id].alias_of].pieces.empty())
    id = *program[id].alias_of;
  return program[id].pieces.empty() ? std::vector<BufferId>{id} : program[id].pieces;
}

/// What a run leaves: a text for each value that says how it came about.
std::map<BufferId, std::string> run(const Program& program) {
  std::map<BufferId, std::string> values;
  std::string world;
  for (const Step& step : program.steps) {
    std::string made = step.layer + "(";
    for (const Operand& operand : step.operands)
      if (operand.access != Access::scratch)
        for (const BufferId id : values_of(program, std::get<BufferId>(operand.place)))
          made += values[id] + ",";
    if (!step.kernel.invoke) made += world = step.layer + "<" + world + ">";
    made = step.layer + std::to_string(std::hash<std::string>()(made));
    for (const Operand& operand : step.operands)
      if (operand.access != Access::read)
        for (const BufferId id : values_of(program, std::get<BufferId>(operand.place)))
          values[id] = made;
  }
  return values;
}

bool conflict(const Program& program, const Step& a, const Step& b) {
  if (!a.kernel.invoke && !b.kernel.invoke) return true;
  for (const Operand& x : a.operands)
    for (const Operand& y : b.operands)
      for (const BufferId v : values_of(program, std::get<BufferId>(x.place)))
        for (const BufferId w : values_of(program, std::get<BufferId>(y.place)))
          if (v == w && (x.access != Access::read || y.access != Access::read)) return true;
  return false;
}

/// The smallest peak of all orders, found by trying each.
std::int64_t least_peak(const Program& program, const PlanOptions& options) {
  std::vector<std::size_t> order(program.steps.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::int64_t least = INT64_MAX;
  do {
    bool valid = true;
    for (std::size_t i = 0; i < order.size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        valid = valid && (order[j] < order[i] ||
                          !conflict(program, program.steps[order[j]], program.steps[order[i]]));
    if (!valid) continue;
    Program other = program;
    for (std::size_t i = 0; i < order.size(); ++i) other.steps[i] = program.steps[order[i]];
    least = std::min(least, peak_bytes(other, options));
  } while (std::next_permutation(order.begin(), order.end()));
  return least;
}

/// From one input, branches of two steps each; their ends are added up one by one.
Program branches(const std::vector<std::int32_t>& widths) {
  Program program;
  const BufferId input = add_buffer(program, 10);
  std::vector<BufferId> ends;
  for (const std::int32_t width : widths) {
    const BufferId wide = add_buffer(program, width);
    add_step(program, {input}, wide);
    ends.push_back(add_buffer(program, 10));
    add_step(program, {wide}, ends.back());
  }
  BufferId sum = ends[0];
  for (std::size_t i = 1; i < ends.size(); ++i) {
    const BufferId next = add_buffer(program, 10);
    add_step(program, {sum, ends[i]}, next).in_place = true;
    sum = next;
  }
  program.inputs = {{"in", input}};
  program.outputs = {{"out", sum}};
  return program;
}

}  // namespace

TEST_CASE("the widest branch comes first", "[plan]") {
  const Program program = branches({20, 30, 90});
  CHECK(peak_bytes(program, {}) == 10 + 2 * 10 + 90 + 10 - 10);
  const Program better = reorder(program, {});
  CHECK(peak_bytes(better, {}) == 10 + 90 + 10);
  CHECK(run(better) == run(program));
}

TEST_CASE("without gain the file's order stays", "[plan]") {
  const Program narrow = branches({90, 30, 20});
  CHECK(names(reorder(narrow, {})) == names(narrow));
  const Program once = reorder(branches({20, 30, 90}), {});
  CHECK(names(reorder(once, {})) == names(once));
}

TEST_CASE("of all orders of random programs the best is found", "[plan]") {
  std::mt19937 random(2);
  int better = 0;
  for (int trial = 0; trial < 600; ++trial) {
    CAPTURE(trial);
    const Program program = random_program(random, 3 + trial % 5, 5);
    const PlanOptions options{.keep_input = trial % 2 == 0};
    const Program found = reorder(program, options);
    const std::int64_t before = peak_bytes(program, options), after = peak_bytes(found, options);
    CHECK(after == least_peak(program, options));
    CHECK(run(found) == run(program));
    if (after == before) CHECK(names(found) == names(program));
    better += after < before;
  }
  CHECK(better > 40);
}

TEST_CASE("long programs are put in order in time", "[plan]") {
  std::mt19937 random(3);
  for (const std::uint32_t reach : {1u, 3u, 10u, 1000u}) {
    CAPTURE(reach);
    const Program program = random_program(random, 500, reach);
    const auto start = std::chrono::steady_clock::now();
    const Program found = reorder(program, {});
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    CHECK(seconds.count() < 5);  // 0.2 on an idle machine
    CHECK(peak_bytes(found, {}) <= peak_bytes(program, {}));
    CHECK(run(found) == run(program));
  }
}
