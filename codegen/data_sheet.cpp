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

using Row = std::array<std::string, 7>;

std::string steps_of(const Buffer& buffer, std::size_t steps) {
  const auto end = static_cast<std::int32_t>(steps);
  if (buffer.first_step == buffer.last_step) return fmt::format("{}", buffer.first_step);
  if (buffer.last_step == end) return fmt::format("{}-end", buffer.first_step);
  return fmt::format("{}-{}", buffer.first_step, buffer.last_step);
}

std::vector<std::string> aligned(const std::vector<Row>& rows) {
  std::array<std::size_t, 7> widths{};
  for (const Row& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  std::vector<std::string> lines;
  for (const Row& row : rows) {
    lines.push_back(fmt::format("  {:>{}}", row[0], widths[0]));
    for (std::size_t i = 1; i < row.size(); ++i)
      lines.back() += fmt::format("  {:<{}}", row[i], widths[i]);
    lines.back().erase(lines.back().find_last_not_of(' ') + 1);
  }
  return lines;
}

/// A comment; clang-format is told where it would break its lines.
void write_table(CppWriter& writer, const std::vector<std::string>& lines) {
  const bool wide = std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
    return line.size() + 3 > CppWriter::columns;
  });
  if (wide) writer.begin_table();
  for (const std::string& line : lines) writer.table_line(line);
  if (wide) writer.end_table();
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
  std::vector<Row> rows = {{"bytes", "name", "type", "shape", "steps", "scale", "zero"}};
  for (const std::size_t i : order) {
    const Buffer& buffer = program.buffers[i];
    const Quantization& quantization = buffer.quantization;
    const bool quantized = quantization.present() && !quantization.per_channel();
    rows.push_back({fmt::format("{} .. {}", buffer.offset, buffer.offset + buffer.bytes),
                    context.buffers[i], std::string(to_string(buffer.type)),
                    to_string(buffer.shape), steps_of(buffer, program.steps.size()),
                    quantized ? fmt::format("{}", quantization.scale()) : "",
                    quantized ? fmt::format("{}", quantization.zero_point()) : ""});
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
                         "run, \"end\" is the caller after it. A quantized number q stands for "
                         "scale * (q - zero):");
  writer.table_line("");
  write_table(writer, aligned(rows));
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
  if (program.streamed) return text + "; the input comes row by row";
  return text + (program.overwrites_input ? "; run overwrites the input" : "; run keeps the input");
}

/// What coding made of weights; empty: none are coded.
std::string coding_text(const Program& program) {
  WeightCoding sum;
  for (const Step& step : program.steps) {
    if (!step.coding) continue;
    sum.weights += step.coding->weights;
    sum.stream_bytes += step.coding->stream_bytes;
    sum.table_bytes += step.coding->table_bytes;
  }
  if (sum.weights == 0) return {};
  return fmt::format(
      "{} weights are decoded as layers compute, from {} B and {} B of code tables: "
      "{:.2f} bits each",
      with_commas(sum.weights), with_commas(sum.stream_bytes), with_commas(sum.table_bytes),
      8 * static_cast<double>(sum.stream_bytes + sum.table_bytes) /
          static_cast<double>(sum.weights));
}

/// "  key      text", the text broken between words.
std::vector<std::string> entry(std::string_view key, std::string_view text) {
  constexpr std::size_t room = CppWriter::columns - 3 - 11;
  std::vector<std::string> lines;
  while (!text.empty()) {
    std::size_t end = text.size() <= room ? text.size() : text.rfind(' ', room);
    if (end == std::string_view::npos) end = std::min(text.find(' '), text.size());
    lines.push_back(fmt::format("  {:<8} {}", lines.empty() ? key : "", text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace

void write_data_sheet(CppWriter& writer, const EmitContext& context) {
  const EmitOptions& options = context.options;
  const ConstantBytes bytes = constant_bytes(context.program);
  constexpr std::size_t whole = 10000;
  writer.comment("");
  const auto write = [&](std::string_view key, const std::string& text) {
    write_table(writer, entry(key, text));
  };
  if (!options.model_file.empty()) {
    write("model", comment_text(options.model_file));
    write("sha256", options.sha256);
  }
  if (!options.about.empty()) write("run", options.about);
  write("command", comment_text(options.command, whole));
  if (!options.model_file.empty()) write("passes", options.passes);
  write("flash", fmt::format("{} B weights, {} B tables", with_commas(bytes.weights + bytes.single),
                             with_commas(bytes.tables)));
  if (const std::string coding = coding_text(context.program); !coding.empty())
    write("coding", coding);
  write("ram", ram_text(context));
  write("work", fmt::format("{} multiply-accumulates per run", with_commas(macs(context.program))));
  write_map(writer, context, false);
  write_map(writer, context, true);
}

}  // namespace smelt
