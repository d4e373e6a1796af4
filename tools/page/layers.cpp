// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "codegen/emit.h"
#include "codegen/xml.h"
#include "tools/page/sections.h"

namespace smelt::tools {
namespace {

constexpr std::size_t longest_name = 42;

std::string shape_of(const Program& program, const Step& step) {
  std::string text;
  for (const Operand& operand : step.operands) {
    if (operand.access != Access::write) continue;
    const Buffer& buffer = program[std::get<BufferId>(operand.place)];
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", to_string(buffer.type),
                        to_string(buffer.shape));
  }
  return text;
}

/// What a layer takes on a target; empty: what is done between steps. By name: the order of steps
/// may differ. Null if it is not known.
const PricedStep* find(const Price& price, std::string_view layer) {
  const auto found = std::find_if(price.steps.begin(), price.steps.end(),
                                  [&](const PricedStep& each) { return each.name == layer; });
  return found == price.steps.end() ? nullptr : &*found;
}

/// A column of what a step takes on a target.
struct Figure {
  TableColumn column;
  std::int64_t (*value)(const PricedStep&);
};

/// Of several targets, those that tell them apart.
std::vector<Figure> figures_of(const Page& page) {
  const bool alone = page.contents.prices.size() == 1;
  std::vector<Figure> figures = {
      {{.title = "Flash, B",
        .bar = true,
        .about = "weights and tables that no step before has, and code of this step alone"},
       [](const PricedStep& step) { return step.constant_bytes + step.code_bytes; }}};
  if (alone || !page.has_cycles())
    figures.push_back({{.title = "Instructions", .bar = true, .about = "of one run, exactly"},
                       [](const PricedStep& step) { return step.instructions; }});
  if (page.has_cycles())
    figures.push_back({{.title = "Cycles", .bar = true, .about = cycles_about},
                       [](const PricedStep& step) { return rounded(step.cycles); }});
  return figures;
}

/// The layers of one target, and what steps take on all of them.
class Layers {
 public:
  explicit Layers(const Page& page)
      : page_(page), figures_(figures_of(page)), constants_(constant_bytes_by_step(page.program)) {
    for (const DevicePrice& each : page.contents.prices)
      if (!each.price.steps.empty() && !has(each.price.target)) prices_.push_back(&each.price);
  }

  Table table() const {
    Table table{.title = fmt::format("Steps of one run, in their order, as compiled for {}",
                                     page_.contents.compiled.target.name),
                .columns = columns()};
    for (std::size_t i = 0; i < page_.program.steps.size(); ++i) table.rows.push_back(row(i));
    if (!prices_.empty() && find(*prices_.front(), {})) table.rows.push_back(between());
    return table;
  }

 private:
  bool has(const std::string& target) const {
    return std::any_of(prices_.begin(), prices_.end(),
                       [&](const Price* price) { return price->target == target; });
  }

  std::vector<TableColumn> columns() const {
    std::vector<TableColumn> columns = {
        {.title = "Layer", .about = "as in the emitted code; below it, as in the model"},
        {.title = "MACs", .bar = true, .about = "multiply-accumulates of one run"},
        {.title = "RAM, B", .bar = true, .about = "of the arena, alive at this step"}};
    if (prices_.empty())
      columns.push_back({.title = "Constants, B",
                         .bar = true,
                         .about = "weights and tables that no step before has"});
    for (const Price* price : prices_)
      for (Figure figure : figures_) {
        if (prices_.size() > 1) figure.column.title += "\n" + price->target;
        columns.push_back(std::move(figure.column));
      }
    columns.push_back({.title = "Kernel", .wide = true});
    columns.push_back({.title = "Output"});
    return columns;
  }

  TableRow row(std::size_t i) const {
    const Step& step = page_.program.steps[i];
    const std::string& name = page_.context.layers[i];
    TableRow row{.cells = {{fmt::format("{}  {}", i, name), static_cast<double>(i)},
                           count_cell(step.macs),
                           count_cell(page_.memory.live[i])},
                 .layer = name,
                 .id = "layer-" + name,
                 .about = abridged(step.layer, longest_name)};
    if (prices_.empty()) row.cells.push_back(count_cell(constants_[i]));
    add_prices(row, name);
    row.cells.push_back(
        {step.summary.empty() ? step.kernel.name : step.kernel.name + ", " + step.summary, {}});
    row.cells.push_back({shape_of(page_.program, step), {}});
    return row;
  }

  /// What runs and is not of any step.
  TableRow between() const {
    TableRow row{
        .cells = {{"between layers", static_cast<double>(page_.program.steps.size())}, {}, {}}};
    add_prices(row, {});
    row.cells.resize(row.cells.size() + 2);
    return row;
  }

  void add_prices(TableRow& row, std::string_view layer) const {
    for (const Price* price : prices_) {
      const PricedStep* const found = find(*price, layer);
      for (const Figure& figure : figures_)
        row.cells.push_back(found ? count_cell(figure.value(*found)) : TableCell{});
    }
  }

  const Page& page_;
  std::vector<Figure> figures_;
  std::vector<std::int64_t> constants_;  ///< by step
  std::vector<const Price*> prices_;     ///< with steps, one of each target
};

}  // namespace

void write_layers(HtmlWriter& html, const Page& page) {
  write_table(html, Layers(page).table());
}

}  // namespace smelt::tools
