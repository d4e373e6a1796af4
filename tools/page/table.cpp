// SPDX-License-Identifier: Apache-2.0
#include "tools/page/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "codegen/cpp_writer.h"
#include "codegen/svg.h"

namespace smelt::tools {
namespace {

/// By column: what a bar of full length is.
std::vector<double> largest_of(const Table& table) {
  std::vector<double> largest(table.columns.size());
  for (const TableRow& row : table.rows)
    for (std::size_t i = 0; i < row.cells.size(); ++i)
      if (const auto value = row.cells[i].value; value && std::isfinite(*value))
        largest[i] = std::max(largest[i], *value);
  return largest;
}

void write_head(HtmlWriter& html, const Table& table) {
  html.open("thead").open("tr");
  for (const TableColumn& column : table.columns)
    html.element("th", column.title,
                 {{"scope", "col"},
                  {"class", column.number || column.bar ? "number" : ""},
                  {"title", column.about}});
  html.close().close();
}

/// A bar behind the figure: what there is of it is said by the figure.
void write_bar(HtmlWriter& html, double value, double largest) {
  const double share =
      largest > 0 && std::isfinite(value) ? std::clamp(value / largest, 0., 1.) : 0;
  html.open("span", {{"class", "bar"}, {"aria-hidden", "true"}})
      .element("span", "", {{"style", fmt::format("width:{}%", svg_number(100 * share))}})
      .close();
}

/// As scripts read numbers.
std::string value_text(const TableCell& cell) {
  if (!cell.value) return {};
  return std::isinf(*cell.value) ? "Infinity" : fmt::format("{}", *cell.value);
}

void write_name(HtmlWriter& html, const TableRow& row) {
  html.open("th", {{"scope", "row"}, {"id", row.id}, {"data-value", value_text(row.cells[0])}});
  html.text(row.cells[0].text);
  if (!row.about.empty() && row.about != row.layer) html.element("small", row.about);
  html.close();
}

void write_cell(HtmlWriter& html, const TableColumn& column, const TableCell& cell,
                double largest) {
  html.open("td", {{"class", column.bar      ? "number barred"
                             : column.number ? "number"
                             : column.wide   ? "wide"
                                             : ""},
                   {"data-value", value_text(cell)}});
  html.text(cell.text);
  if (column.bar && cell.value) write_bar(html, *cell.value, largest);
  html.close();
}

void write_row(HtmlWriter& html, const Table& table, const TableRow& row,
               const std::vector<double>& largest) {
  html.open("tr", {{"data-layer", row.layer}});
  write_name(html, row);
  for (std::size_t i = 1; i < row.cells.size(); ++i)
    write_cell(html, table.columns[i], row.cells[i], largest[i]);
  html.close();
}

}  // namespace

TableCell count_cell(std::int64_t value) {
  return {with_commas(value), static_cast<double>(value)};
}

TableCell number_cell(double value, int digits) {
  return {std::isfinite(value) ? fmt::format("{:.{}f}", value, digits) : "\xe2\x88\x9e", value};
}

void write_table(HtmlWriter& html, const Table& table) {
  const std::vector<double> largest = largest_of(table);
  if (!table.about.empty()) html.element("p", table.about);
  html.open(
      "div",
      {{"class", "scroll"}, {"tabindex", "0"}, {"role", "region"}, {"aria-label", table.title}});
  html.open("table").element("caption", table.title);
  write_head(html, table);
  html.open("tbody");
  for (const TableRow& row : table.rows) write_row(html, table, row, largest);
  html.close().close().close();
}

}  // namespace smelt::tools
