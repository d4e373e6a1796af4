// SPDX-License-Identifier: Apache-2.0
#include "codegen/memory_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "codegen/calls.h"
#include "codegen/memory.h"
#include "codegen/memory_drawing.h"

namespace smelt {
namespace {

class MapWriter {
 public:
  MapWriter(const Program& program, const EmitOptions& options)
      : program_(program), context_(program, options), memory_(memory_of(program)) {}

  std::string text() {
    summary();
    if (program_.arena_bytes == 0) return text_;
    if (!program_.steps.empty()) peak();
    const std::vector<char> marks = resident_marks(memory_);
    table(marks);
    state();
    text_ += "\n" + arena_drawing(context_, memory_, marks);
    return text_;
  }

 private:
  const std::string& name(BufferId id) const { return context_.buffer(id); }

  /// Without the spaces at its end.
  void line(std::string text) {
    text.erase(text.find_last_not_of(' ') + 1);
    text_ += text + "\n";
  }

  void summary() {
    const std::size_t width = with_commas(program_.arena_bytes).size();
    const auto figure = [&](std::string_view what, std::int64_t bytes, const std::string& about) {
      line(fmt::format("{:<7} {:>{}} B  {}", what, with_commas(bytes), width, about));
    };
    line(context_.options.command);
    const std::int64_t gap = program_.arena_bytes - memory_.bound;
    figure("arena", program_.arena_bytes,
           program_.overwrites_input ? "run overwrites the input" : "");
    if (!program_.steps.empty())
      figure("peak", memory_.live[static_cast<std::size_t>(program_.peak_step)],
             fmt::format("alive at step {}, {}", program_.peak_step,
                         shortened(layer(program_.peak_step), 40)));
    figure("bound", memory_.bound, "no plan of this order of steps needs less");
    figure("gap", gap,
           gap == 0
               ? ""
               : fmt::format("{:.1f} % of the bound",
                             100.0 * static_cast<double>(gap) /
                                 static_cast<double>(std::max<std::int64_t>(memory_.bound, 1))));
    figure("state", program_.state_bytes, program_.state_bytes ? "kept from run to run" : "");
    if (program_.streamed)
      line(fmt::format("The input comes row by row: {} rows of {} elements.",
                       program_.streamed->rows, program_.streamed->elements));
  }

  const std::string& layer(std::int32_t step) const {
    return context_.layers[static_cast<std::size_t>(step)];
  }

  // What makes the peak.

  void peak() {
    const std::int32_t step = program_.peak_step;
    const std::vector<Resident> residents = residents_at(program_, memory_, step);
    line("");
    line(fmt::format("Alive at step {}",
                     shortened(step_title(context_, static_cast<std::size_t>(step)), 80)));
    if (const Pipeline* pipeline = pipeline_of(program_, step))
      line(fmt::format("which runs row by row with steps {} to {}", pipeline->first_step,
                       pipeline->last_step));
    line("");
    const std::size_t widest = widest_name(residents, 32);
    line(fmt::format("{:>10} {:>10}  {:<{}}  {:<7}", "bytes", "offset", "buffer", widest, "kind") +
         "  at this step");
    std::int64_t sum = 0;
    for (const Resident& resident : residents) {
      const Buffer& buffer = program_[resident.buffer];
      sum += buffer.bytes;
      line(fmt::format("{:>10} {:>10}  {:<{}}  {:<7}  {}", with_commas(buffer.bytes),
                       with_commas(buffer.offset), shortened(name(resident.buffer), widest), widest,
                       resident.kind, use(resident.buffer, step)));
      overlays(resident.buffer, step, widest);
    }
    const std::int64_t live = memory_.live[static_cast<std::size_t>(step)];
    if (sum != live)
      line(fmt::format("{:>10} {:>10}  may lie over others", with_commas(live - sum), ""));
    line(fmt::format("{:>10} {:>10}  alive at once", with_commas(live), ""));
  }

  std::size_t widest_name(const std::vector<Resident>& residents, std::size_t most) const {
    std::size_t widest = std::string_view("comes alive").size();
    for (const Resident& resident : residents)
      widest = std::max(widest, name(resident.buffer).size());
    return std::min(widest, most);
  }

  void overlays(BufferId id, std::int32_t step, std::size_t indent) {
    for (const Overlay& overlay : memory_.overlays)
      if (overlay.lower == id && overlay.first_step <= step && step <= overlay.last_step)
        line(fmt::format("{:{}}over {} B of {}, read by then", "", 34 + indent,
                         with_commas(overlay.bytes), shortened(name(overlay.upper), 24)));
  }

  /// What a buffer is in memory for at a step.
  std::string use(BufferId id, std::int32_t step) const {
    for (const Operand& operand : program_.steps[static_cast<std::size_t>(step)].operands)
      if (const auto* place = std::get_if<BufferId>(&operand.place);
          place && value_of(program_, *place) == id)
        return operand.access == Access::read    ? "read"
               : operand.access == Access::write ? "written"
                                                 : "worked in";
    if (const auto next = reader(id, step))
      return fmt::format("for step {}, {}", *next, shortened(layer(*next), 24));
    return "for the caller";
  }

  /// The next step that reads a buffer, or in a pipeline the last, if any does.
  std::optional<std::int32_t> reader(BufferId id, std::int32_t step) const {
    std::optional<std::int32_t> before;
    for (std::size_t i = 0; i < program_.steps.size(); ++i)
      for (const Operand& operand : program_.steps[i].operands) {
        const auto* place = std::get_if<BufferId>(&operand.place);
        if (!place || operand.access == Access::write || value_of(program_, *place) != id) continue;
        before = static_cast<std::int32_t>(i);
        if (*before > step) return before;
      }
    return before;
  }

  // All steps.

  struct Widths {
    std::size_t layers, macs, live, bytes, names;
  };

  Widths widths() const {
    Widths widths{layer_width(context_, 18), 4, 4, with_commas(program_.arena_bytes).size(), 0};
    widths.bytes = std::max<std::size_t>(widths.bytes, 6);
    for (const Step& step : program_.steps)
      widths.macs = std::max(widths.macs, with_commas(step.macs).size());
    for (const std::int64_t live : memory_.live)
      widths.live = std::max(widths.live, with_commas(live).size());
    const std::size_t others = 30 + widths.layers + widths.macs + widths.live + 2 * widths.bytes;
    widths.names = widest_name(memory_.residents, CppWriter::columns - others);
    return widths;
  }

  void table(const std::vector<char>& marks) {
    const Widths widths = this->widths();
    line("");
    line(fmt::format("  {:>4}  {:<{}}  {:>{}}  {:>{}}     {:>{}}  {:>{}}  {:<{}}  {:>5}", "step",
                     "layer", widths.layers, "MACs", widths.macs, "live", widths.live, "bytes",
                     widths.bytes, "offset", widths.bytes, "comes alive", widths.names, "until"));
    for (std::size_t i = 0; i < memory_.live.size(); ++i) rows(i, marks, widths);
  }

  /// A step, and the buffers that come alive with it, one in a line.
  void rows(std::size_t step, const std::vector<char>& marks, const Widths& widths) {
    const bool end = step == program_.steps.size();
    const std::int64_t macs = end ? 0 : program_.steps[step].macs;
    std::string head = fmt::format("{} {:>4}  {:<{}}  {:>{}}  {:>{}}", bracket(program_, step),
                                   end ? "end" : fmt::format("{}", step),
                                   end ? "" : shortened(context_.layers[step], widths.layers),
                                   widths.layers, macs > 0 ? with_commas(macs) : "", widths.macs,
                                   with_commas(memory_.live[step]), widths.live);
    const std::size_t width = head.size();
    for (std::size_t i = 0; i < memory_.residents.size(); ++i) {
      const Resident& resident = memory_.residents[i];
      if (resident.first_step != static_cast<std::int32_t>(step)) continue;
      const Buffer& buffer = program_[resident.buffer];
      line(fmt::format("{:<{}}  {}  {:>{}}  {:>{}}  {:<{}}  {:>5}", head, width, marks[i],
                       with_commas(buffer.bytes), widths.bytes, with_commas(buffer.offset),
                       widths.bytes, shortened(name(resident.buffer), widths.names), widths.names,
                       until(resident)));
      head = goes_on(step) ? "|" : "";
    }
    if (head.size() == width) line(head);
  }

  /// Whether the next step is of the same pipeline.
  bool goes_on(std::size_t step) const {
    const Pipeline* pipeline = pipeline_of(program_, static_cast<std::int32_t>(step));
    return pipeline && static_cast<std::int32_t>(step) < pipeline->last_step;
  }

  std::string until(const Resident& resident) const {
    const auto end = static_cast<std::int32_t>(program_.steps.size());
    return resident.last_step == end ? "end" : fmt::format("{}", resident.last_step);
  }

  void state() {
    if (program_.state_bytes == 0) return;
    line("");
    line("State, kept from run to run:");
    for (std::size_t i = 0; i < program_.buffers.size(); ++i) {
      const Buffer& buffer = program_.buffers[i];
      if (buffer.kind != BufferKind::state || buffer.alias_of || buffer.bytes == 0) continue;
      line(fmt::format("{:>10} {:>10}  {}", with_commas(buffer.bytes), with_commas(buffer.offset),
                       shortened(context_.buffers[i], 70)));
    }
  }

  const Program& program_;
  EmitContext context_;
  Memory memory_;
  std::string text_;
};

}  // namespace

std::string memory_map(const Program& program, const EmitOptions& options) {
  return MapWriter(program, options).text();
}

}  // namespace smelt
