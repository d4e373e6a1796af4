// SPDX-License-Identifier: Apache-2.0
//
// Floats of vectors, of which those that are too small for their exponent are zeros.
#pragma once

#include "tools/machine/thumb_float.h"
#include "tools/machine/thumb_vector.h"

namespace smelt::tools::machine::thumb_code {

inline float flushed(float x) {
  return std::fpclassify(x) == FP_SUBNORMAL ? std::copysign(0.0f, x) : x;
}
inline float float_of_lane(Lane lane) {
  return flushed(as_float(static_cast<Bits>(lane)));
}
inline Lane lane_of_float(float x) {
  return std::isnan(x) ? Lane{0x7fc00000} : Lane{bits_of(flushed(x))};
}

/// Of a number and what is none, the number; zero is greater than its negative.
inline float greater_number(float a, float b) {
  if (std::isnan(a)) return b;
  return std::isnan(b) || a > b || (a == b && std::signbit(b)) ? a : b;
}
inline float lesser_number(float a, float b) {
  if (std::isnan(a)) return b;
  return std::isnan(b) || a < b || (a == b && std::signbit(a)) ? a : b;
}

}  // namespace smelt::tools::machine::thumb_code
