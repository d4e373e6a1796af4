// SPDX-License-Identifier: Apache-2.0
//
// The comment at the top of NAME.h: provenance, costs and the memory map.
#include "codegen/data_sheet.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace smelt {
namespace {

using Row = std::array<std::string, 6>;

std::string steps_of(const Buffer& buffer, std::size_t steps) {
  const auto end = static_cast<std::int32_t>(steps);
  if (buffer.first_step == buffer.last_step) return fmt::format("{}", buffer.first_step);
  if (buffer.last_step == end) return fmt::format("{}-end", buffer.first_step);
  return fmt::format("{}-{}", buffer.first_step, buffer.last_step);
}

std::string quantization_of(const Buffer& buffer) {
  if (!buffer.quantization.present() || buffer.quantization.per_channel()) return "";
  return fmt::format("{} * (q - {})", buffer.quantization.scale(),
                     buffer.quantization.zero_point());
}

void write_table(CppWriter& writer, const std::vector<Row>& rows) {
  std::array<std::size_t, 6> widths{};
  for (const Row& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  for (const Row& row : rows) {
    std::string line = fmt::format("  {:>{}}", row[0], widths[0]);
    for (std::size_t i = 1; i < row.size(); ++i) line += fmt::format("  {:<{}}", row[i], widths[i]);
    writer.table_line(line);
  }
}

/// Rows of the buffers of one region, in the order in which they come alive.
std::vector<Row> memory_rows(const EmitContext& context, bool state) {
  const Program& program = context.program;
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < program.buffers.size(); ++i)
    if ((program.buffers[i].kind == BufferKind::state) == state && program.buffers[i].bytes > 0)
      order.push_back(i);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(program.buffers[a].first_step, a) <
           std::pair(program.buffers[b].first_step, b);
  });
  std::vector<Row> rows = {{"bytes", "name", "type", "shape", "steps", "real value"}};
  for (const std::size_t i : order) {
    const Buffer& buffer = program.buffers[i];
    rows.push_back({fmt::format("{} .. {}", buffer.offset, buffer.offset + buffer.bytes),
                    context.buffers[i], std::string(to_string(buffer.type)),
                    to_string(buffer.shape), steps_of(buffer, program.steps.size()),
                    quantization_of(buffer)});
  }
  return rows;
}

void write_map(CppWriter& writer, const EmitContext& context, bool state) {
  const std::vector<Row> rows = memory_rows(context, state);
  if (rows.size() == 1) return;
  writer.table_line("");
  writer.comment(state ? "Memory map of the state, which survives from run to run:"
                       : "Memory map of the arena. A buffer owns its bytes from the step that "
                         "first writes it to the last that reads it; the steps are the calls in "
                         "run, \"end\" is the caller after it:");
  writer.table_line("");
  write_table(writer, rows);
}

std::int64_t macs(const Program& program) {
  std::int64_t sum = 0;
  for (const Step& step : program.steps) sum += step.macs;
  return sum;
}

std::string ram_text(const EmitContext& context) {
  const Program& program = context.program;
  std::string text = fmt::format("{} B arena", with_commas(program.arena_bytes));
  if (!program.steps.empty()) text += fmt::format(", fullest at step {}", program.peak_step);
  if (program.state_bytes > 0)
    text += fmt::format("; {} B state", with_commas(program.state_bytes));
  return text + (program.overwrites_input ? "; run overwrites the input" : "; run keeps the input");
}

}  // namespace

void write_data_sheet(CppWriter& writer, const EmitContext& context) {
  const EmitOptions& options = context.options;
  const ConstantBytes bytes = constant_bytes(context.program);
  const auto entry = [&](std::string_view key, std::string_view text) {
    writer.table_line(fmt::format("  {:<8} {}", key, text));
  };
  writer.table_line("");
  entry("model", fmt::format("{}  sha256", comment_text(options.model_file)));
  entry("", options.sha256);
  entry("command", comment_text(options.command));
  entry("passes", options.passes);
  entry("flash", fmt::format("{} B weights, {} B tables", with_commas(bytes.weights),
                             with_commas(bytes.tables)));
  entry("ram", ram_text(context));
  entry("work", fmt::format("{} multiply-accumulates per run", with_commas(macs(context.program))));
  write_map(writer, context, false);
  write_map(writer, context, true);
}

}  // namespace smelt
