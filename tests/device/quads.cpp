// SPDX-License-Identifier: Apache-2.0
//
// What smelt/arch offers to layers over quads, in assembly, against the plain form of it: extreme
// and random sums by extreme and random multipliers, and patches of any length.
#include "smelt/quads.h"

#include "board.h"
#ifdef __AVR__
#include "smelt/arch/avr.h"
using core = smelt::avr;
#else
#include "smelt/arch/armv6m.h"
using core = smelt::armv6m;
#endif

namespace {

constexpr int32_t multipliers[] SMELT_CONSTANT = {0x40000000, 0x40000001, 0x7fffffff,
                                                  0x7fff0000, 0x7ffeffff, 0x5a5a8001};
constexpr int8_t shifts[] SMELT_CONSTANT = {-1,  -2,  -7,  -8,  -9,  -12, -15,
                                            -16, -17, -22, -23, -24, -31};
constexpr int32_t zero_points[] = {-128, 0, 127};

uint32_t state = 1;

uint32_t random_bits() {
  state = state * 1664525U + 1013904223U;
  return state ^ state >> 15;
}

/// Half of them next to the limit of sums, to 0 or to a multiple of 2^15.
int32_t draw_sum() {
  const int32_t limit = core::sum_limit - 1, near = static_cast<int32_t>(random_bits() % 5) - 2;
  const int32_t any = static_cast<int32_t>(random_bits() % (2 * uint32_t{core::sum_limit} - 1));
  switch (random_bits() % 8) {
    case 0: return limit - 2 + near;
    case 1: return 2 + near - limit;
    case 2: return near;
    case 3: return static_cast<int32_t>(random_bits() % 32 * 32768) + near;
    default: return (any - limit) >> random_bits() % 23;
  }
}

bool outputs_differ(int32_t zero_point, const int32_t* multiplier, const int8_t* shift) {
  const smelt::quad_stage stage = {nullptr, multiplier, shift, zero_point, -128, 127};
  const int32_t sum = draw_sum();
  int8_t output = 0;
  core::finish(stage, 0, 1, &sum, &output);
  const int32_t scaled = smelt::requantize(sum, smelt::load(multiplier), smelt::load(shift));
  return output != smelt::clamp(scaled + zero_point, int32_t{-128}, int32_t{127});
}

bool patches_differ(int count) {
  int8_t from[48];
  uint8_t expected[48] = {}, actual[48] = {};
  for (int8_t& each : from) each = static_cast<int8_t>(random_bits());
  const int32_t sum = smelt::gather_bytes(from + 1, count, expected);
  return core::gather(from + 1, count, actual) != sum ||
         memcmp(actual, expected, sizeof actual) != 0;
}

}  // namespace

int main() {
  board_count_begin();
  board_count_end();
  uint32_t differ = 0;
  for (int round = 0; round < 8; ++round)
    for (const int32_t zero_point : zero_points)
      for (const int32_t& multiplier : multipliers)
        for (const int8_t& shift : shifts)
          differ += outputs_differ(zero_point, &multiplier, &shift) ? 1 : 0;
  for (int count = 0; count < 40; ++count) differ += patches_differ(count) ? 1 : 0;
  print_decimal(differ);
  board_print(" differ\n");
  board_exit(differ == 0 ? 0 : 1);
}
