// SPDX-License-Identifier: Apache-2.0
#include "codegen/memory_svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "codegen/context.h"
#include "codegen/memory.h"

namespace smelt {
namespace {

constexpr std::string_view style =
    "text { font-family: 'DejaVu Sans Mono', Menlo, Consolas, monospace; font-size: 10px; "
    "fill: #1f2733; }\n"
    "rect, line, polygon { stroke-width: 1; }\n"
    ".paper { fill: #ffffff; }\n"
    ".plot { fill: #f7f8fa; stroke: #c3c9d2; }\n"
    ".grid { stroke: #e3e6eb; }\n"
    ".title { font-size: 16px; font-weight: bold; }\n"
    ".about { fill: #5a6472; }\n"
    ".label, .middle { text-anchor: middle; }\n"
    ".label { pointer-events: none; }\n"
    ".right { text-anchor: end; }\n"
    ".input { fill: #bcdcf5; stroke: #2c6fa8; }\n"
    ".output { fill: #c3e8c4; stroke: #37813f; }\n"
    ".tensor { fill: #dfe1f4; stroke: #626ba6; }\n"
    ".tensor.other { fill: #d2ebea; }\n"
    ".ring { fill: url(#hatched); stroke: #b4771a; }\n"
    ".scratch { fill: #e4e2df; stroke: #85807a; }\n"
    ".state { fill: #f6d3e2; stroke: #ad4b78; }\n"
    ".half { stroke: none; }\n"
    ".edge { stroke: #3d4450; }\n"
    ".peak { fill: #d62f2f; fill-opacity: 0.07; stroke: #d62f2f; stroke-dasharray: 2 2; "
    "pointer-events: none; }\n"
    ".bound { stroke: #d62f2f; stroke-dasharray: 7 4; }\n"
    ".alarm { fill: #b51f1f; }\n"
    ".bold { font-weight: bold; }\n"
    ".pipeline { fill: none; stroke: #6a3fa0; stroke-width: 1.5; stroke-dasharray: 6 3; "
    "pointer-events: none; }\n"
    ".name { fill: #6a3fa0; }\n"
    ".hatch { fill: #ffe9bf; }\n"
    ".hatching { fill: #f4cf8c; }\n"
    "@media (prefers-color-scheme: dark) {\n"
    "text { fill: #dfe4ea; }\n"
    ".paper { fill: #14181d; }\n"
    ".plot { fill: #1b2027; stroke: #48505b; }\n"
    ".grid { stroke: #2c333c; }\n"
    ".about { fill: #a0a9b5; }\n"
    ".input { fill: #1d4362; stroke: #5fa3da; }\n"
    ".output { fill: #22492a; stroke: #6bb574; }\n"
    ".tensor { fill: #343a66; stroke: #8a93d2; }\n"
    ".tensor.other { fill: #234a4d; }\n"
    ".ring { stroke: #d29a45; }\n"
    ".scratch { fill: #3f3d3a; stroke: #96918a; }\n"
    ".state { fill: #59293f; stroke: #d47ca3; }\n"
    ".half { stroke: none; }\n"
    ".edge { stroke: #aeb6c1; }\n"
    ".peak { fill: #ff6b61; stroke: #ff6b61; }\n"
    ".bound { stroke: #ff6b61; }\n"
    ".alarm { fill: #ff8a80; }\n"
    ".pipeline { stroke: #b79ae6; }\n"
    ".name { fill: #c3aaf0; }\n"
    ".hatch { fill: #4d3a17; }\n"
    ".hatching { fill: #6b5122; }\n"
    "}\n";

constexpr std::string_view hatched =
    "<defs><pattern id=\"hatched\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
    "patternTransform=\"rotate(45)\"><rect class=\"hatch\" width=\"6\" height=\"6\"/>"
    "<rect class=\"hatching\" width=\"1.5\" height=\"6\"/></pattern></defs>";

// Pixels.
constexpr double left = 104, right = 112, plot_height = 520, strip_height = 24;
constexpr double least_width = 780, slant = -55;
/// What stands above the plot: of a file, what it is about; the legend; the peak and pipelines.
constexpr double head_height = 70, legend_height = 62;
constexpr std::size_t longest_layer = 24;

/// 1, 2 or 5 times a power of ten: about `count` of them make `whole`.
std::int64_t tick(std::int64_t whole, std::int64_t count) {
  std::int64_t result = 1;
  for (std::size_t i = 0; result * count < whole; ++i)
    result = i % 3 == 1 ? result / 2 * 5 : result * 2;
  return result;
}

class Picture {
 public:
  Picture(const Program& program, const EmitOptions& options, const SvgPart* part)
      : program_(program),
        context_(program, options),
        memory_(memory_of(program)),
        column_(std::clamp(900 / static_cast<double>(columns()), 30.0, 120.0)),
        head_(part ? 0 : head_height),
        out_(part ? SvgWriter(width(), height(), style, *part)
                  : SvgWriter(width(), height(), style)) {}

  std::string text() {
    out_.raw(hatched).rect("paper", {0, 0, width(), height()});
    if (head_ > 0) head();
    legend();
    axis();
    set_types();
    for (const Resident& resident : memory_.residents) box(resident);
    for (const Overlay& overlay : memory_.overlays) over(overlay);
    for (const Resident& resident : memory_.residents) name(resident);
    for (std::size_t i = 0; i < program_.pipelines.size(); ++i) pipeline(i);
    peak();
    bound();
    steps();
    state();
    return out_.finish();
  }

 private:
  std::size_t columns() const { return memory_.live.size(); }
  double x(std::size_t step) const { return left + column_ * static_cast<double>(step); }
  double y(std::int64_t bytes) const {
    const auto whole = static_cast<double>(std::max<std::int64_t>(program_.arena_bytes, 1));
    return top() + plot_height * (1 - static_cast<double>(bytes) / whole);
  }
  double plot_right() const { return x(columns()); }
  double top() const { return head_ + legend_height; }
  double bottom() const { return top() + plot_height; }

  double width() const { return std::max(least_width, plot_right() + right); }
  double height() const { return strip_top() + (program_.state_bytes > 0 ? strip_height + 34 : 0); }
  /// Below the names of the steps.
  double strip_top() const {
    std::size_t longest = 3;
    for (const std::string& layer : context_.layers)
      longest = std::max(longest, std::min(layer.size(), longest_layer));
    const double length = static_cast<double>(longest + 1) * SvgWriter::letter;
    return bottom() + 34 + length * std::sin(-slant * 3.14159265 / 180);
  }

  Rect area(std::int32_t first, std::int32_t last, std::int64_t offset, std::int64_t bytes) const {
    return {x(static_cast<std::size_t>(first)), y(offset + bytes),
            x(static_cast<std::size_t>(last) + 1), y(offset)};
  }
  Rect area(const Resident& resident) const {
    const Buffer& buffer = program_[resident.buffer];
    return area(resident.first_step, resident.last_step, buffer.offset, buffer.bytes);
  }
  Rect area(const Overlay& overlay) const {
    return area(overlay.first_step, overlay.last_step, overlay.offset, overlay.bytes);
  }

  void head() {
    const EmitOptions& options = context_.options;
    out_.text("title", 20, 30, comment_text(options.model_file));
    out_.text("about", 20, 48, comment_text(options.command, 200));
    const std::int64_t gap = program_.arena_bytes - memory_.bound;
    std::string figures = fmt::format(
        "arena {} B, {}", with_commas(program_.arena_bytes),
        gap == 0
            ? "proven to be the least for this order of steps"
            : fmt::format("{} B above what this order of steps needs at least", with_commas(gap)));
    if (program_.state_bytes > 0)
      figures += fmt::format("; state {} B", with_commas(program_.state_bytes));
    out_.text("bold", 20, 64, figures);
  }

  void legend() {
    constexpr std::array<std::string_view, 6> kinds = {"input", "output",  "tensor",
                                                       "ring",  "scratch", "state"};
    const double above = head_ + 4;
    double at = 20;
    for (const std::string_view kind : kinds) {
      out_.rect(kind, {at, above, at + 14, above + 11}).text("", at + 19, above + 9, kind);
      at += 40 + SvgWriter::letter * static_cast<double>(kind.size());
    }
    const Rect both{at, above, at + 14, above + 11};
    out_.rect("tensor other", both).triangle("tensor half", both);
    out_.line_to("edge", both.left, both.bottom, both.right, both.top);
    out_.text("", at + 19, above + 9, "an output over what it is made of");
  }

  /// Addresses.
  void axis() {
    out_.rect("plot", {left, top(), plot_right(), bottom()});
    const std::int64_t step = tick(program_.arena_bytes, 8);
    for (std::int64_t bytes = 0; bytes <= program_.arena_bytes; bytes += step) {
      out_.line_to("grid", left, y(bytes), plot_right(), y(bytes));
      out_.text("right", left - 6, y(bytes) + 3, with_commas(bytes));
    }
    out_.text("about middle", 24, top() + plot_height / 2, "address in the arena, bytes", -90);
  }

  std::string title(BufferId id) const {
    const Buffer& buffer = program_[id];
    std::string text =
        fmt::format("{}: {} B at {}\n{} {} {}, steps {} to {}\n{} of \"{}\"", context_.buffer(id),
                    with_commas(buffer.bytes), with_commas(buffer.offset), kind_of(program_, id),
                    to_string(buffer.type), to_string(buffer.shape), buffer.first_step,
                    static_cast<std::size_t>(buffer.last_step) == program_.steps.size()
                        ? "the end"
                        : fmt::format("{}", buffer.last_step),
                    buffer.suffix, comment_text(buffer.layer));
    if (buffer.rows)
      text += fmt::format("\n{} of {} rows", buffer.rows->count, buffer.rows->height);
    for (std::size_t i = 0; i < program_.buffers.size(); ++i)
      if (const auto other = static_cast<BufferId>(i);
          other != id && value_of(program_, other) == id)
        text +=
            fmt::format("\nalso {} {}", context_.buffer(other), to_string(program_[other].shape));
    return text;
  }

  /// Tensors take turns between two colours, since they lie over each other.
  void set_types() {
    bool other = false;
    types_.resize(program_.buffers.size());
    for (const Resident& resident : memory_.residents) {
      std::string& type = types_[static_cast<std::size_t>(resident.buffer)];
      type = resident.kind;
      if (resident.kind != "tensor") continue;
      if (other) type += " other";
      other = !other;
    }
  }
  const std::string& type(BufferId id) const { return types_[static_cast<std::size_t>(id)]; }

  std::string_view layer(BufferId id) const { return context_.layer(program_[id].layer); }

  void box(const Resident& resident) {
    out_.open("buffer", context_.buffer(resident.buffer), title(resident.buffer),
              layer(resident.buffer));
    out_.rect(type(resident.buffer), area(resident)).close();
  }

  void over(const Overlay& overlay) {
    const Rect both = area(overlay);
    out_.open("overlay", "",
              fmt::format("{} grows over {} B of {}, which are read by then",
                          context_.buffer(overlay.lower), with_commas(overlay.bytes),
                          context_.buffer(overlay.upper)));
    out_.triangle(type(overlay.upper) + " half", both);
    out_.line_to("edge", both.left, both.bottom, both.right, both.top).close();
  }

  void name(const Resident& resident) {
    Rect room = free_room(resident, area(resident), nullptr);
    for (const Overlay& overlay : memory_.overlays)
      if (!has_room(room))
        room = roomier(room, free_room(resident, half(resident, overlay), &overlay));
    out_.label(room, context_.buffer(resident.buffer),
               with_commas(program_[resident.buffer].bytes) + " B");
  }

  /// What is left of a resident's rectangle where no overlay is drawn, but for `own`.
  Rect free_room(const Resident& resident, Rect room, const Overlay* own) const {
    for (const Overlay& overlay : memory_.overlays)
      if (&overlay != own && (overlay.lower == resident.buffer || overlay.upper == resident.buffer))
        room = without(room, area(overlay));
    return room;
  }

  /// A rectangle in a resident's half of an overlay; empty if it has none.
  Rect half(const Resident& resident, const Overlay& overlay) const {
    constexpr double across = 0.45, upwards = 1 - across;
    const Rect both = area(overlay);
    Rect result = both;
    if (overlay.upper == resident.buffer) {
      result.right = both.left + across * both.width();
      result.bottom = both.top + upwards * both.height();
    } else if (overlay.lower == resident.buffer) {
      result.left = both.right - across * both.width();
      result.top = both.bottom - upwards * both.height();
    } else {
      result.right = result.left;
    }
    return result;
  }

  void pipeline(std::size_t number) {
    const Pipeline& pipeline = program_.pipelines[number];
    const Rect frame{x(static_cast<std::size_t>(pipeline.first_step)), top() - 18,
                     x(static_cast<std::size_t>(pipeline.last_step) + 1), bottom()};
    out_.rect("pipeline", frame);
    out_.text("name", frame.left + 5, top() - 6,
              shortened(fmt::format("pipeline_{}: row by row", number),
                        static_cast<std::size_t>((frame.width() - 8) / SvgWriter::letter)));
  }

  void peak() {
    if (program_.steps.empty()) return;
    const auto step = static_cast<std::size_t>(program_.peak_step);
    out_.rect("peak", {x(step), top() - 2, x(step + 1), bottom()});
    const std::string text =
        fmt::format("peak: {} B alive at step {}, {}", with_commas(memory_.live[step]), step,
                    shortened(context_.layers[step], longest_layer));
    const double half = SvgWriter::letter * static_cast<double>(text.size()) / 2;
    const double middle = (x(step) + x(step + 1)) / 2;
    out_.text("alarm bold middle", std::max(middle, half + 20), top() - 24, text);
  }

  void bound() {
    const double at = y(memory_.bound);
    out_.line_to("bound", left - 4, at, plot_right() + 6, at);
    if (memory_.bound < program_.arena_bytes) {
      out_.text("", plot_right() + 10, top() - 18, "arena");
      out_.text("", plot_right() + 10, top() - 6, with_commas(program_.arena_bytes) + " B");
    }
    out_.text("alarm", plot_right() + 10, at + 12, "bound");
    out_.text("alarm", plot_right() + 10, at + 24, with_commas(memory_.bound) + " B");
  }

  /// Names under their columns.
  void steps() {
    for (std::size_t i = 0; i < columns(); ++i) {
      const bool end = i == program_.steps.size();
      const bool peak = !end && static_cast<std::int32_t>(i) == program_.peak_step;
      const double middle = (x(i) + x(i + 1)) / 2;
      out_.line_to("edge", x(i), bottom(), x(i), bottom() + 4);
      out_.open("step", "", end ? "the caller, afterwards" : step_text(i),
                end ? "" : context_.layers[i]);
      const std::string_view colour = peak ? "alarm bold" : "";
      out_.text(fmt::format("middle {}", colour), middle, bottom() + 15,
                end ? "end" : fmt::format("{}", i));
      if (!end)
        out_.text(fmt::format("right {}", colour), middle + 4, bottom() + 28,
                  shortened(context_.layers[i], longest_layer), slant);
      out_.close();
    }
  }

  std::string step_text(std::size_t step) const {
    const Step& each = program_.steps[step];
    return fmt::format("step {}: \"{}\"\n{}\n{} MACs, {} B alive", step, comment_text(each.layer),
                       comment_text(each.summary), with_commas(each.macs),
                       with_commas(memory_.live[step]));
  }

  /// A strip of its own, addresses to the right.
  void state() {
    if (program_.state_bytes == 0) return;
    const double scale = (plot_right() - left) / static_cast<double>(program_.state_bytes);
    out_.text("about", left, strip_top() + 8,
              fmt::format("state, {} B, kept from run to run; addresses to the right",
                          with_commas(program_.state_bytes)));
    for (std::size_t i = 0; i < program_.buffers.size(); ++i) {
      const Buffer& buffer = program_.buffers[i];
      const auto id = static_cast<BufferId>(i);
      if (buffer.kind != BufferKind::state || buffer.bytes == 0 || buffer.alias_of) continue;
      const Rect room{left + scale * static_cast<double>(buffer.offset), strip_top() + 14,
                      left + scale * static_cast<double>(buffer.offset + buffer.bytes),
                      strip_top() + 14 + strip_height};
      out_.open("buffer", context_.buffer(id), title(id), layer(id)).rect("state", room);
      out_.label(room, context_.buffer(id), with_commas(buffer.bytes) + " B").close();
    }
  }

  const Program& program_;
  EmitContext context_;
  Memory memory_;
  double column_, head_;
  std::vector<std::string> types_;  // class by BufferId
  SvgWriter out_;
};

}  // namespace

std::string memory_svg(const Program& program, const EmitOptions& options) {
  return Picture(program, options, nullptr).text();
}

std::string memory_svg(const Program& program, const EmitOptions& options, const SvgPart& part) {
  return Picture(program, options, &part).text();
}

}  // namespace smelt
