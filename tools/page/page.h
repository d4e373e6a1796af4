// SPDX-License-Identifier: Apache-2.0
//
// A compiled model on one page of HTML that needs nothing else: no network, no other file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/layer_noise.h"
#include "tools/model.h"
#include "tools/page/pass_history.h"
#include "tools/page/table.h"
#include "tools/price/price.h"

namespace smelt::tools {

struct PageContents {
  const Compiled& compiled;
  const PassHistory& passes;
  std::vector<Price> prices;                 ///< by target; may be empty
  std::vector<Table> tables;                 ///< what else prices have; may be empty
  std::vector<LayerNoise> noise;             ///< in the order of execution; empty: not known
  std::optional<std::int64_t> flash_budget;  ///< bytes
};

/// Well-formed XML too. The same contents give the same bytes.
std::string page_html(const PageContents& contents);

}  // namespace smelt::tools
