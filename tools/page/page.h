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
#include "tools/price/price.h"

namespace smelt::tools {

/// What a model takes on a device.
struct DevicePrice {
  Target target;
  Price price;
};

struct PageContents {
  const Compiled& compiled;  ///< for the first target
  const PassHistory& passes;
  std::vector<DevicePrice> prices;  ///< by device; the first is of `compiled`, if that has one
  std::vector<double> every;        ///< seconds from inference to inference
  std::vector<LayerNoise> noise;    ///< in the order of execution; empty: not known
  std::optional<std::int64_t> flash_budget;  ///< bytes of constants
};

/// Well-formed XML too. The same contents give the same bytes.
std::string page_html(const PageContents& contents);

}  // namespace smelt::tools
