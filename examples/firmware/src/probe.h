// SPDX-License-Identifier: Apache-2.0
//
// Measures a call: the board counts its instructions or cycles, and the stack below it, painted
// before, shows how deep it went. An interrupt would disturb it; none is enabled.
#ifndef FIRMWARE_PROBE_H
#define FIRMWARE_PROBE_H

#include "board.h"

namespace probe {

constexpr unsigned char paint = 0xA5;
constexpr uint32_t overflow = 0xFFFFFFFF;
constexpr int margin = 16;  // of untouched bytes, without which the stack may have gone further

// What is painted: all that the stack may use, at most this.
constexpr uint32_t max_stack = 0x10000;

inline volatile unsigned char* bottom(unsigned char* stack) {
  const uint32_t room = static_cast<uint32_t>(stack - BOARD_STACK_BOTTOM);
  return stack - (room < max_stack ? room : max_stack);
}

// Bytes of stack that function(argument) takes, its return address included where the call pushes
// it; `overflow` if too little is left. Calls nothing else and is not inlined, so that the stack
// pointer stays where it is and all below it is free to paint.
template <typename T>
__attribute__((noinline)) uint32_t stack_of(void (*volatile function)(T*), T* argument) {
  unsigned char* const stack = board_stack_pointer();
  volatile unsigned char* const end = bottom(stack);
  for (volatile unsigned char* at = stack; at > end;) *--at = paint;
  board_count_begin();
  function(argument);
  board_count_end();
  volatile unsigned char* at = end;
  while (at < stack && *at == paint) ++at;
  return at - end < margin ? overflow : static_cast<uint32_t>(stack - at);
}

}  // namespace probe

#endif
