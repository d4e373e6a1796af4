// SPDX-License-Identifier: Apache-2.0
//
// What a board said of its layers: lines of runtime-min/smelt/crc_log.h in whatever a terminal
// recorded.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace smelt::tools {

/// Checksums of one run, as far as they are known.
struct CrcRun {
  std::optional<std::uint32_t> input;
  std::map<std::int32_t, std::uint32_t> steps;

  bool operator==(const CrcRun&) const = default;
};

struct CrcLog {
  std::vector<CrcRun> runs;      ///< of the model that was asked for
  std::set<std::string> others;  ///< models that have lines as well
};

/// Reads the lines of `model`, "smelt kws 3 8f2a11c0" or "smelt kws input 8f2a11c0", whatever
/// stands around them; those that were cut off are ignored. A line that the run has already begins
/// the next one; where `input_first`, so does an input. A step that no int32 holds becomes the
/// largest.
CrcLog parse_crc_log(std::string_view text, std::string_view model, bool input_first);

}  // namespace smelt::tools
