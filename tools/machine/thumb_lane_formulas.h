// SPDX-License-Identifier: Apache-2.0
//
// Formulas of lanes that have two vectors or one and an immediate.
#pragma once

#include <algorithm>

#include "tools/machine/thumb_vector.h"

namespace smelt::tools::machine::thumb_code {

inline Lane bit_clear(const Terms& x) {
  return x.a & ~x.b;
}
inline Lane bit_or(const Terms& x) {
  return x.a | x.b;
}

/// To the left by the lowest byte of b, to the right if that is negative.
template <bool rounds>
Lane shift(const Terms& x) {
  const Lane by = static_cast<std::int8_t>(x.b);
  if (by >= 0) return by >= x.width ? 0 : x.a << by;
  const Lane right = std::min<Lane>(-by, 40);
  return (x.a + (rounds ? Lane{1} << (right - 1) : 0)) >> right;
}
template <bool rounds>
Lane shift_saturated(const Terms& x) {
  const Lane by = static_cast<std::int8_t>(x.b);
  if (by < 0) return shift<rounds>(x);
  if (by < x.width) return saturated(x.a << by, x.width, x.is_signed);
  constexpr Lane far = Lane{1} << 40;
  return x.a == 0 ? 0 : saturated(x.a < 0 ? -far : far, x.width, x.is_signed);
}

}  // namespace smelt::tools::machine::thumb_code
