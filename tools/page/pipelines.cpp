// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "codegen/cpp_writer.h"
#include "codegen/svg.h"
#include "tools/page/sections.h"

namespace smelt::tools {
namespace {

/// What a stage reads rows of.
struct Source {
  std::string name;
  std::optional<std::size_t> stage;  ///< of the pipeline; absent: it was there before
  std::int32_t rows = 1, stride = 1;
};

/// A step that runs row by row, and what it leaves.
struct Stage {
  std::size_t step = 0;
  std::string name, layer;
  std::int32_t height = 1;  ///< rows of the tensor
  std::int32_t kept = 1;    ///< of them, at any one time
  std::int64_t bytes = 0;   ///< that these take
  std::vector<Source> sources;
};

std::vector<Stage> stages_of(const Page& page, const Pipeline& pipeline) {
  std::vector<Stage> stages;
  for (std::int32_t i = pipeline.first_step; i <= pipeline.last_step; ++i) {
    const Step& step = page.program.steps[static_cast<std::size_t>(i)];
    const RowForm& form = *step.row_form;
    const Buffer& buffer = page.program[written_by(step)];
    const std::int32_t height = form.collects ? 1 : form.height;
    const std::string& layer = page.context.layers[static_cast<std::size_t>(i)];
    Stage stage{.step = static_cast<std::size_t>(i),
                .name = layer,
                .layer = layer,
                .height = height,
                .kept = buffer.rows ? std::min(buffer.rows->count, height) : height,
                .bytes = buffer.bytes};
    for (const RowWindow& window : form.windows) {
      const BufferId id = std::get<BufferId>(step.operands[window.operand].place);
      const auto from = writer_in(page.program, pipeline, id);
      stage.sources.push_back({from ? page.context.layers[*from] : page.context.buffer(id), from,
                               window.rows, window.stride});
    }
    stages.push_back(std::move(stage));
  }
  return stages;
}

std::string sources_text(const Stage& stage) {
  std::string text;
  for (const Source& source : stage.sources)
    text +=
        fmt::format("{}{} of {}", text.empty() ? "" : ", ",
                    source.rows == 1 ? "a row" : fmt::format("{} rows", source.rows), source.name);
  return text;
}

Table table_of(const std::vector<Stage>& stages, const std::string& title) {
  Table table{.title = title,
              .columns = {{.title = "Layer"},
                          {.title = "Rows", .number = true, .about = "of the whole tensor"},
                          {.title = "Kept", .bar = true, .about = "rows in memory at one time"},
                          {.title = "Bytes", .bar = true, .about = "of the rows that are kept"},
                          {.title = "A row is made of", .wide = true}}};
  for (const Stage& stage : stages)
    table.rows.push_back(
        {.cells = {{fmt::format("{}  {}", stage.step, stage.name), static_cast<double>(stage.step)},
                   count_cell(stage.height),
                   count_cell(stage.kept),
                   count_cell(stage.bytes),
                   {sources_text(stage), {}}},
         .layer = stage.layer});
  return table;
}

// Pixels.
constexpr double column = 132, box_width = 64, tallest = 150, top = 26, text_height = 50;

/// Every tensor as high as its rows, the rows that are in memory filled, and who reads how many.
class Picture {
 public:
  Picture(const std::vector<Stage>& stages, const SvgPart& part)
      : stages_(stages),
        highest_(std::max_element(stages.begin(), stages.end(),
                                  [](const auto& a, const auto& b) { return a.height < b.height; })
                     ->height),
        out_(column * static_cast<double>(stages.size()), top + tallest + text_height, "", part) {}

  std::string text() {
    for (std::size_t i = 0; i < stages_.size(); ++i) stage(i);
    for (std::size_t i = 0; i < stages_.size(); ++i)
      for (const Source& source : stages_[i].sources)
        if (source.stage) read(*source.stage - stages_[0].step, i, source);
    return out_.finish();
  }

 private:
  /// All rows of a stage, in the middle of its column.
  Rect whole(std::size_t i) const {
    const double height = std::max(
        4.0, tallest * static_cast<double>(stages_[i].height) / static_cast<double>(highest_));
    const double middle = column * (static_cast<double>(i) + 0.5);
    return {middle - box_width / 2, top + (tallest - height) / 2, middle + box_width / 2,
            top + (tallest + height) / 2};
  }

  void stage(std::size_t i) {
    const Stage& stage = stages_[i];
    const Rect box = whole(i);
    const double row = box.height() / static_cast<double>(stage.height);
    const double kept = std::max(2.0, row * static_cast<double>(stage.kept));
    const double middle = (box.top + box.bottom) / 2, x = (box.left + box.right) / 2;
    out_.open("stage", "",
              fmt::format("{}: {} of {} rows are kept, {} B\na row is made of {}", stage.name,
                          stage.kept, stage.height, with_commas(stage.bytes), sources_text(stage)),
              stage.layer);
    out_.rect("whole", box);
    out_.rect("kept", {box.left, middle - kept / 2, box.right, middle + kept / 2});
    const double base = top + tallest;
    const auto letters = static_cast<std::size_t>((column - 8) / SvgWriter::letter);
    out_.text("op", x, base + 16, shortened(stage.name, letters));
    out_.text("shape", x, base + 30, fmt::format("{} of {} rows", stage.kept, stage.height));
    out_.text("shape", x, base + 43, with_commas(stage.bytes) + " B");
    out_.close();
  }

  void read(std::size_t from, std::size_t to, const Source& source) {
    const Rect a = whole(from), b = whole(to);
    const double middle = top + tallest / 2;
    const bool next = to == from + 1;
    const std::string label = source.stride == 1
                                  ? fmt::format("{}", source.rows)
                                  : fmt::format("{}, by {}", source.rows, source.stride);
    if (next) {
      out_.path("edge", fmt::format("M{0} {1}H{2}m-4 -4l4 4l-4 4", svg_number(a.right),
                                    svg_number(middle), svg_number(b.left)));
      out_.text("shape", (a.right + b.left) / 2, middle - 7, label);
      return;
    }
    const double x1 = (a.left + a.right) / 2, x2 = (b.left + b.right) / 2;
    out_.path("edge", fmt::format("M{0} {1}C{0} 4 {2} 4 {2} {3}m-4 -4l4 4l4 -4", svg_number(x1),
                                  svg_number(a.top), svg_number(x2), svg_number(b.top)));
    out_.text("shape", (x1 + x2) / 2, 10, label);
  }

  const std::vector<Stage>& stages_;
  const std::int32_t highest_;
  SvgWriter out_;
};

}  // namespace

void write_pipelines(HtmlWriter& html, const Page& page) {
  html.element("p",
               "These steps take turns, row by row, and keep of each tensor only the rows that the "
               "next ones still read. Each box is a tensor, as high as its rows; filled is what is "
               "in memory at one time. Numbers on the arrows: rows that one row is made of, and by "
               "how many they move on.");
  for (std::size_t i = 0; i < page.program.pipelines.size(); ++i) {
    const std::vector<Stage> stages = stages_of(page, page.program.pipelines[i]);
    const std::string title =
        fmt::format("Pipeline {}: steps {} to {}", i, stages.front().step, stages.back().step);
    drawing(html, title,
            Picture(stages, {"rings", title + "; the table below has the figures"}).text());
    write_table(html, table_of(stages, fmt::format("Rows of pipeline {}", i)));
  }
}

}  // namespace smelt::tools
