// SPDX-License-Identifier: Apache-2.0
//
// A class of devices as data: what lowering, planning and emission need to know of it.
#pragma once

#include <cstdint>
#include <string_view>

namespace smelt {

struct Target {
  std::string_view name;
  std::string_view description;
  std::int32_t pointer_bytes = 4;
  /// Strictest alignment of arena and constants: no buffer asks for more.
  std::int32_t max_alignment = 4;
};

}  // namespace smelt
