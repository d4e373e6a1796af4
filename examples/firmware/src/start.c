// SPDX-License-Identifier: Apache-2.0
//
// From reset to main, and the board's services by semihosting: the host prints and ends the run.
// https://github.com/ARM-software/abi-aa/blob/main/semihosting/semihosting.rst
#include "start.h"

#include "board.h"

enum { SYS_WRITE0 = 0x04, SYS_EXIT_EXTENDED = 0x20, APPLICATION_EXIT = 0x20026 };
enum { FAULT_EXIT = 99 };

extern uint32_t __data_start[], __data_end[], __bss_start[], __bss_end[];
extern const uint32_t __data_load[];

int main(void);

void start(void) {
  const uint32_t* from = __data_load;
  for (uint32_t* to = __data_start; to < __data_end;) *to++ = *from++;
  for (uint32_t* to = __bss_start; to < __bss_end;) *to++ = 0;
  board_exit(main());
}

void fault(uint32_t kind, uint32_t pc, uint32_t detail) {
  board_print("FAULT ");
  print_decimal(kind);
  board_print(" pc=");
  print_hex(pc);
  board_print(" detail=");
  print_hex(detail);
  board_print("\n");
  board_exit(FAULT_EXIT);
}

void board_print(const char* text) {
  semihosting(SYS_WRITE0, text);
}

void board_exit(int code) {
  const uintptr_t argument[2] = {APPLICATION_EXIT, (uintptr_t)code};
  for (;;) semihosting(SYS_EXIT_EXTENDED, argument);
}

// The emulator counts from the first instruction of one to the first of the other.
void board_count_begin(void) {}
void board_count_end(void) {}
