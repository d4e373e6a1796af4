// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "codegen/xml.h"
#include "tools/page/sections.h"
#include "tools/price/price_list.h"

namespace smelt::tools {
namespace {

/// Functions that are listed one by one.
constexpr std::size_t most_functions = 20;
constexpr std::size_t longest_text = 200;

/// A column of the table of devices.
struct Figure {
  TableColumn column;
  std::function<TableCell(const Price&)> cell;
};

double share(std::int64_t part, std::int64_t whole) {
  return static_cast<double>(part) / static_cast<double>(std::max<std::int64_t>(whole, 1));
}

void add_work(const Page& page, std::vector<Figure>& figures) {
  if (page.has_cycles())
    figures.push_back({{.title = "Cycles", .bar = true, .about = cycles_about},
                       [](const Price& price) { return count_cell(rounded(price.cycles)); }});
  figures.push_back({{.title = "Instructions", .bar = true, .about = "of one run, counted exactly"},
                     [](const Price& price) { return count_cell(price.instructions); }});
  figures.push_back(
      {{.title = "Per MAC", .number = true, .about = "instructions for a multiply-accumulate"},
       [](const Price& price) {
         return price.macs == 0 ? TableCell{"\xe2\x80\x93", {}}
                                : number_cell(share(price.instructions, price.macs), 2);
       }});
}

bool any(const Page& page, bool (*known)(const Price&)) {
  return std::any_of(page.contents.prices.begin(), page.contents.prices.end(),
                     [&](const DevicePrice& each) { return known(each.price); });
}

bool has_clock(const Price& price) {
  return price.supply.mhz > 0 && price.cycles > 0;
}

bool has_power(const Price& price) {
  return price.supply.run_uw_per_mhz > 0 && price.cycles > 0;
}

/// As far as clocks and power are known.
void add_supply(const Page& page, std::vector<Figure>& figures) {
  if (any(page, has_clock))
    figures.push_back(
        {{.title = "Time, ms", .bar = true, .about = "of one run, by cycles and clock"},
         [](const Price& price) {
           const Supply& supply = price.supply;
           return has_clock(price) ? number_cell(milliseconds(price.cycles, supply), 2)
                                   : TableCell{};
         }});
  if (!any(page, has_power)) return;
  figures.push_back(
      {{.title = "Energy, \xc2\xb5J", .bar = true, .about = "of one run"}, [](const Price& price) {
         const Supply& supply = price.supply;
         return has_power(price) ? number_cell(microjoules(price.cycles, supply), 1) : TableCell{};
       }});
  for (const double seconds : page.contents.every)
    figures.push_back({{.title = fmt::format("CR2032 at one\nevery {:g} s", seconds),
                        .number = true,
                        .about = "how long a cell lasts"},
                       [seconds](const Price& price) {
                         const std::string text = life(price, seconds);
                         if (text.empty()) return TableCell{};
                         return TableCell{text,
                                          coin_cell_days(price.cycles, price.supply, seconds)};
                       }});
}

/// What matters most first: what it is made of is last.
std::vector<Figure> figures_of(const Page& page) {
  std::vector<Figure> figures = {
      {{.title = "Flash, B", .bar = true, .about = "code, weights and tables"},
       [](const Price& price) { return count_cell(price.flash_bytes()); }},
      {{.title = "RAM, B", .bar = true, .about = "arena, state and stack"},
       [](const Price& price) { return count_cell(price.ram_bytes()); }}};
  add_work(page, figures);
  add_supply(page, figures);
  const auto part = [&](const char* title, const char* about, TableCell (*cell)(const Price&)) {
    figures.push_back({{.title = title, .number = true, .about = about}, cell});
  };
  part("Code, B", "with what it needs of libraries",
       [](const Price& price) { return count_cell(price.code_bytes); });
  part("Constants, B", "weights and tables",
       [](const Price& price) { return count_cell(price.constant_bytes); });
  part("Arena, B", "tensors and scratch, inputs and outputs",
       [](const Price& price) { return count_cell(price.arena_bytes); });
  if (page.program.state_bytes > 0)
    part("State, B", "kept from run to run",
         [](const Price& price) { return count_cell(price.state_bytes); });
  part("Stack, B", "the deepest, of reset and run",
       [](const Price& price) { return count_cell(price.stack_bytes); });
  return figures;
}

std::string about(const DevicePrice& device) {
  const Chip* const chip = device.price.chip;
  if (!chip) return abridged(device.target.description, longest_text);
  return chip->boards.empty() ? device.target.name
                              : fmt::format("{}: {}", device.target.name, chip->boards);
}

Table devices_table(const Page& page) {
  const std::vector<Figure> figures = figures_of(page);
  Table table{.title = "One run, read from the machine code", .columns = {{.title = "Device"}}};
  for (const Figure& figure : figures) table.columns.push_back(figure.column);
  for (const DevicePrice& each : page.contents.prices) {
    TableRow row{.cells = {{name_of(each.price), {}}}, .about = about(each)};
    for (const Figure& figure : figures) row.cells.push_back(figure.cell(each.price));
    table.rows.push_back(std::move(row));
  }
  return table;
}

TableRow function_row(const std::string& name, const PricedFunction& sum, const Price& price) {
  return {.cells = {{name, {}},
                    count_cell(sum.instructions),
                    number_cell(100 * share(sum.instructions, price.instructions), 1),
                    count_cell(sum.calls),
                    count_cell(sum.bytes)}};
}

Table functions_table(const Price& price) {
  Table table{
      .title = fmt::format("Functions on {}, what is inlined in them included", name_of(price)),
      .columns = {{.title = "Function"},
                  {.title = "Instructions", .bar = true, .about = "of one run"},
                  {.title = "Share, %", .number = true, .about = "of all instructions"},
                  {.title = "Calls", .number = true, .about = "in one run"},
                  {.title = "Bytes", .bar = true, .about = "of code"}}};
  PricedFunction others;
  for (std::size_t i = 0; i < price.functions.size(); ++i) {
    const PricedFunction& function = price.functions[i];
    if (i < most_functions) {
      table.rows.push_back(function_row(bare_name(function.name), function, price));
      continue;
    }
    others.instructions += function.instructions;
    others.calls += function.calls;
    others.bytes += function.bytes;
  }
  if (price.functions.size() > most_functions)
    table.rows.push_back(function_row(
        fmt::format("{} others", price.functions.size() - most_functions), others, price));
  return table;
}

Table sections_table(const Price& price) {
  Table table{.title = fmt::format("Sections on {}", name_of(price)),
              .columns = {{.title = "Section"}, {.title = "Bytes", .bar = true}}};
  for (const PricedSection& section : price.sections)
    table.rows.push_back({.cells = {{section.name, {}}, count_cell(section.bytes)}});
  return table;
}

}  // namespace

void write_devices(HtmlWriter& html, const Page& page) {
  write_table(html, devices_table(page));
  for (const DevicePrice& each : page.contents.prices) {
    html.open("details");
    html.element("summary", fmt::format("Functions and sections on {}, {}", name_of(each.price),
                                        each.price.compiler));
    write_table(html, functions_table(each.price));
    write_table(html, sections_table(each.price));
    html.close();
  }
}

}  // namespace smelt::tools
