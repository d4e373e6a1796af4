// SPDX-License-Identifier: Apache-2.0
#include "compiler/import/places.h"

#include <algorithm>

namespace smelt::import {
namespace {

std::int64_t modulo(std::int64_t value, std::int64_t period) {
  return (value % period + period) % period;
}

std::int64_t place(std::int64_t at, std::int64_t extent, Border border) {
  if (border == Border::edge) return std::clamp<std::int64_t>(at, 0, extent - 1);
  if (border == Border::wrap) return modulo(at, extent);
  const std::int64_t last = extent - 1;
  if (border == Border::reflect) {
    if (last == 0) return 0;
    const std::int64_t folded = modulo(at, 2 * last);
    return std::min(folded, 2 * last - folded);
  }
  const std::int64_t folded = modulo(at, 2 * extent);
  return std::min(folded, 2 * extent - 1 - folded);
}

}  // namespace

std::vector<std::int32_t> padded_places(std::int32_t extent, std::int32_t before,
                                        std::int32_t after, Border border) {
  std::vector<std::int32_t> places;
  for (std::int64_t at = -std::int64_t{before}; at < std::int64_t{extent} + after; ++at)
    places.push_back(static_cast<std::int32_t>(place(at, extent, border)));
  return places;
}

std::vector<std::int32_t> all_places(std::int32_t extent) {
  return padded_places(extent, 0, 0, Border::edge);
}

}  // namespace smelt::import
