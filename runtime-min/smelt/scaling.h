// SPDX-License-Identifier: Apache-2.0
//
// Scales of quantized tensors as kernels apply them: one multiplier and shift each, and the stage
// that turns a scaled result into an output element.
#ifndef SMELT_SCALING_H
#define SMELT_SCALING_H

#include "smelt/fixed_point.h"

namespace smelt {

/// The real number multiplier * 2^(shift - 31).
struct scaling {
  int32_t multiplier;
  int32_t shift;  ///< negative: to the right
};

SMELT_INLINE int32_t requantize(int32_t x, const scaling &by) {
  return requantize(x, by.multiplier, by.shift);
}

/// Where results go: the zero point, and the clamp of fused activation and type.
struct output_range {
  int32_t zero_point;
  int32_t min, max;
};

template <typename T>
SMELT_INLINE T finish(int32_t scaled, const output_range &out) {
  return static_cast<T>(clamp(scaled + out.zero_point, out.min, out.max));
}

}  // namespace smelt

#endif
