// SPDX-License-Identifier: Apache-2.0
//
// Where the elements of a padded dimension come from, for operators that pad with what is there.
#pragma once

#include <cstdint>
#include <vector>

namespace smelt::import {

enum class Border : std::uint8_t {
  edge,       ///< the outermost element again and again
  reflect,    ///< mirrored at the outermost element: c b | a b c
  symmetric,  ///< mirrored behind the outermost element: b a | a b c
  wrap,       ///< from the other end
};

/// The element of each of `before + extent + after` places; `extent` is positive.
std::vector<std::int32_t> padded_places(std::int32_t extent, std::int32_t before,
                                        std::int32_t after, Border border);

/// 0, 1, ..., extent - 1.
std::vector<std::int32_t> all_places(std::int32_t extent);

}  // namespace smelt::import
