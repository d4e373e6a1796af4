// SPDX-License-Identifier: Apache-2.0
//
// Tables of the page: all of them can be sorted, and those of layers know whose rows they are.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/page/html.h"

namespace smelt::tools {

struct TableColumn {
  std::string title;    ///< perhaps in lines
  bool number = false;  ///< set to the right
  bool bar = false;     ///< drawn beside it, as a part of the column's largest
  bool wide = false;    ///< whose texts are long, and may be broken
  std::string about;    ///< what its figures are, where the title does not say all
};

struct TableCell {
  std::string text;
  std::optional<double> value;  ///< what it is sorted by; absent: its text
};

struct TableRow {
  std::vector<TableCell> cells;  ///< one for each column; the first names the row
  std::string layer;             ///< identifier, if it is of one
  std::string id;                ///< that it can be reached by; empty: none
  std::string about;             ///< what the row's name stands for
};

struct Table {
  std::string title;
  std::string about;  ///< a sentence or two above it; may be empty
  std::vector<TableColumn> columns;
  std::vector<TableRow> rows;
};

/// 1,234
TableCell count_cell(std::int64_t value);
/// With so many digits behind the point.
TableCell number_cell(double value, int digits);

void write_table(HtmlWriter& html, const Table& table);

}  // namespace smelt::tools
