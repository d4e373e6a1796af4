// SPDX-License-Identifier: Apache-2.0
#include "tools/page/sections.h"

namespace smelt::tools {

void write_prices(HtmlWriter& html, const Page& page) {
  for (const Table& table : page.contents.tables) write_table(html, table);
}

}  // namespace smelt::tools
