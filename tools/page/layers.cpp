// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "codegen/emit.h"
#include "tools/page/sections.h"

namespace smelt::tools {
namespace {

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

const PricedStep* find(const Price& price, std::size_t step) {
  for (const PricedStep& each : price.steps)
    if (each.step == static_cast<std::int32_t>(step)) return &each;
  return nullptr;
}

std::vector<TableColumn> columns_of(const std::vector<Price>& prices) {
  std::vector<TableColumn> columns = {
      {.title = "Layer", .about = "as in the emitted code; below it, as in the model"},
      {.title = "Kernel", .wide = true},
      {.title = "Output"},
      {.title = "MACs", .bar = true, .about = "multiply-accumulates of one run"},
      {.title = "Constants, B", .bar = true, .about = "weights and tables that no step before has"},
      {.title = "RAM, B", .bar = true, .about = "alive at this step"}};
  for (const Price& price : prices)
    for (const char* what : {"Instructions", "Cycles", "Code, B"})
      columns.push_back({.title = fmt::format("{}, {}", what, price.target), .bar = true});
  return columns;
}

void add_price(TableRow& row, const PricedStep* step) {
  if (!step) return row.cells.resize(row.cells.size() + 3);
  row.cells.push_back(count_cell(step->instructions));
  row.cells.push_back(count_cell(static_cast<std::int64_t>(step->cycles + 0.5)));
  row.cells.push_back(count_cell(step->code_bytes));
}

TableRow row_of(const Page& page, std::size_t i, std::int64_t constants) {
  const Step& step = page.program.steps[i];
  std::string kernel = step.kernel.name;
  if (!step.summary.empty()) kernel += ", " + step.summary;
  TableRow row{.cells = {{fmt::format("{}  {}", i, page.context.layers[i]), static_cast<double>(i)},
                         {kernel, {}},
                         {shape_of(page.program, step), {}},
                         count_cell(step.macs),
                         count_cell(constants),
                         count_cell(page.memory.live[i])},
               .layer = page.context.layers[i],
               .id = "layer-" + page.context.layers[i],
               .about = step.layer};
  for (const Price& price : page.contents.prices) add_price(row, find(price, i));
  return row;
}

}  // namespace

void write_layers(HtmlWriter& html, const Page& page) {
  Table table{.title = "Steps of one run, in their order",
              .columns = columns_of(page.contents.prices)};
  const std::vector<std::int64_t> constants = constant_bytes_by_step(page.program);
  for (std::size_t i = 0; i < page.program.steps.size(); ++i)
    table.rows.push_back(row_of(page, i, constants[i]));
  write_table(html, table);
}

}  // namespace smelt::tools
