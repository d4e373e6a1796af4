// SPDX-License-Identifier: Apache-2.0
//
// What the weights of linear layers take in flash, coded or not.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "compiler/program/program.h"

namespace smelt::tools {

/// Of one layer, or of several together.
struct WeightsInFlash {
  std::string layer;
  Coding coding = Coding::plain;
  std::int64_t stream_bytes = 0;  ///< the weights themselves
  std::int64_t table_bytes = 0;   ///< what they are decoded by
  double entropy_bits = 0;        ///< of the symbols of the stream; plain: of none

  std::int64_t bytes() const { return stream_bytes + table_bytes; }
};

/// In the order of execution. Biases and multipliers are not among them.
std::vector<WeightsInFlash> weights_in_flash(const Program& program);

WeightsInFlash sum_of(const std::vector<WeightsInFlash>& layers);

nlohmann::json to_json(const std::vector<WeightsInFlash>& layers);

}  // namespace smelt::tools
