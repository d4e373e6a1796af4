// SPDX-License-Identifier: Apache-2.0
#include "codegen/memory_drawing.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace smelt {
namespace {

constexpr char free_bytes = '.', border = '/', nameless = '#';

std::string_view alphabet(const Resident& resident) {
  const bool small = resident.kind == "scratch" || resident.kind == "ring";
  return small ? "abcdefghijklmnopqrstuvwxyz" : "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
}

/// Whether lines of two residents touch.
bool neighbours(const Resident& a, const Resident& b) {
  return a.first_step <= b.last_step + 1 && b.first_step <= a.last_step + 1;
}

/// The columns of an arena, `count` of them.
class Columns {
 public:
  Columns(std::int64_t bytes, std::size_t count) : bytes_(bytes), text_(count, free_bytes) {}

  /// Every column that has a byte of it.
  void fill(std::int64_t offset, std::int64_t bytes, char mark) {
    const auto count = static_cast<std::int64_t>(text_.size());
    const std::int64_t first = offset * count / bytes_;
    const std::int64_t end = std::max((offset + bytes) * count / bytes_, first + 1);
    std::fill(text_.begin() + first, text_.begin() + std::min(end, count), mark);
  }

  const std::string& text() const { return text_; }

 private:
  std::int64_t bytes_;
  std::string text_;
};

/// The output has come half way.
void fill(Columns& columns, const Overlay& overlay, char lower, char upper) {
  const std::int64_t half = overlay.bytes / 2;
  columns.fill(overlay.offset, half, lower);
  columns.fill(overlay.offset + half, overlay.bytes - half, upper);
  columns.fill(overlay.offset + half, 1, border);
}

/// What is in memory at a step; the small over the large, so that all can be seen.
std::string line_of(const EmitContext& context, const Memory& memory,
                    const std::vector<char>& marks, std::int32_t step, std::size_t width) {
  const Program& program = context.program;
  std::vector<std::size_t> here;
  for (std::size_t i = 0; i < memory.residents.size(); ++i)
    if (alive(memory.residents[i], step)) here.push_back(i);
  const auto bytes = [&](std::size_t i) { return program[memory.residents[i].buffer].bytes; };
  std::stable_sort(here.begin(), here.end(),
                   [&](std::size_t a, std::size_t b) { return bytes(a) > bytes(b); });
  const auto mark = [&](BufferId id) {
    for (std::size_t i = 0; i < marks.size(); ++i)
      if (memory.residents[i].buffer == id) return marks[i];
    return nameless;
  };
  Columns columns(program.arena_bytes, width);
  for (const std::size_t i : here)
    columns.fill(program[memory.residents[i].buffer].offset, bytes(i), marks[i]);
  for (const Overlay& overlay : memory.overlays)
    if (overlay.first_step <= step && step <= overlay.last_step)
      fill(columns, overlay, mark(overlay.lower), mark(overlay.upper));
  return columns.text();
}

}  // namespace

std::vector<char> resident_marks(const Memory& memory) {
  std::vector<char> marks;
  std::size_t next[2] = {};
  for (const Resident& resident : memory.residents) {
    const std::string_view letters = alphabet(resident);
    std::size_t& from = next[letters[0] == 'a' ? 1 : 0];
    char mark = nameless;
    for (std::size_t k = 0; k < letters.size() && mark == nameless; ++k) {
      const char wish = letters[(from + k) % letters.size()];
      bool taken = false;
      for (std::size_t i = 0; i < marks.size(); ++i)
        taken = taken || (marks[i] == wish && neighbours(memory.residents[i], resident));
      if (taken) continue;
      mark = wish;
      from = (from + k + 1) % letters.size();
    }
    marks.push_back(mark);
  }
  return marks;
}

char bracket(const Program& program, std::size_t step) {
  const Pipeline* pipeline = pipeline_of(program, static_cast<std::int32_t>(step));
  if (!pipeline) return ' ';
  const auto at = static_cast<std::int32_t>(step);
  return at == pipeline->first_step || at == pipeline->last_step ? '+' : '|';
}

std::size_t layer_width(const EmitContext& context, std::size_t most) {
  std::size_t width = 5;
  for (const std::string& layer : context.layers) width = std::max(width, layer.size());
  return std::min(width, most);
}

std::string arena_drawing(const EmitContext& context, const Memory& memory,
                          const std::vector<char>& marks) {
  const Program& program = context.program;
  const std::size_t layers = layer_width(context, 18);
  const std::size_t width = CppWriter::columns - layers - 21;
  const std::string end = with_commas(program.arena_bytes);
  std::string text = fmt::format("{:{}}0{:>{}}  live\n", "", layers + 9, end, width - 1);
  for (std::size_t i = 0; i < memory.live.size(); ++i) {
    const bool last = i == program.steps.size();
    const bool peak = !last && static_cast<std::int32_t>(i) == program.peak_step;
    text += fmt::format("{} {:>4}  {:<{}}|{}|{:>9}{}\n", bracket(program, i),
                        last ? "end" : fmt::format("{}", i),
                        last ? "" : shortened(context.layers[i], layers), layers,
                        line_of(context, memory, marks, static_cast<std::int32_t>(i), width),
                        with_commas(memory.live[i]), peak ? "<" : "");
  }
  text += fmt::format(
      "A column is {:.1f} bytes; '{}': free; '{}': an output grows over what it is made of; '<': "
      "the "
      "peak.\n"
      "{}",
      static_cast<double>(program.arena_bytes) / static_cast<double>(width), free_bytes, border,
      program.pipelines.empty() ? "" : "Steps between '+' and '+' take turns, row by row.\n");
  return text;
}

}  // namespace smelt
