// SPDX-License-Identifier: Apache-2.0
//
// Sum of two operands of 8 bits and one shape with Helium, four elements at a time. As add_s8
// otherwise.
#ifndef SMELT_ADD_HELIUM_H
#define SMELT_ADD_HELIUM_H

#include "smelt/add.h"
#include "smelt/arch/helium.h"

namespace smelt {

using add_s8_helium_layer = quantized_add_layer;

/// requantize() by one scale that is at most 1. Only shifts to the right have a -1 for negative
/// numbers, see there.
struct helium_scaling {
  const int32_t multiplier, shift;
  const helium::s32x4 negative;

  explicit SMELT_INLINE helium_scaling(const scaling &by)
      : multiplier(by.multiplier),
        shift(by.shift),
        negative(helium::broadcast_s32(by.shift < 0 ? -1 : 0)) {}
  SMELT_INLINE helium::s32x4 operator()(helium::s32x4 x) const {
    const helium::s32x4 correction = helium::both(helium::sign(x), negative);
    return helium::shift(helium::add(helium::multiply_high(x, multiplier), correction), shift);
  }
};

static inline SMELT_SHARED void add_s8_helium(const add_s8_helium_layer &layer, const int8_t *a,
                                              const int8_t *b, int8_t *output) {
  const helium_scaling scale_a(layer.a), scale_b(layer.b), scale_sum(layer.sum);
  const helium::s32x4 min = helium::broadcast_s32(layer.output.min);
  const helium::s32x4 max = helium::broadcast_s32(layer.output.max);
  const int32_t zero_a = layer.a_zero_point, zero_b = layer.b_zero_point;
  const int32_t zero_point = layer.output.zero_point;
  for (int32_t left = layer.shape.extents[3]; left > 0; left -= 4, a += 4, b += 4, output += 4) {
    const helium::s32x4 u = scale_a(
        helium::shift_left<sum_bits_8>(helium::subtract(helium::load_bytes(a, left), zero_a)));
    const helium::s32x4 v = scale_b(
        helium::shift_left<sum_bits_8>(helium::subtract(helium::load_bytes(b, left), zero_b)));
    const helium::s32x4 sum = helium::add(scale_sum(helium::add(u, v)), zero_point);
    helium::store_bytes(output, helium::clamp(sum, min, max), left);
  }
}

}  // namespace smelt

#endif
