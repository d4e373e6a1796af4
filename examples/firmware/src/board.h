// SPDX-License-Identifier: Apache-2.0
//
// What programs ask of a board: a way to print, a way to end, marks around what is to be counted,
// and where the stack is. start.c with cortex_m.c or riscv.S, and avr.c, provide it.
#ifndef FIRMWARE_BOARD_H
#define FIRMWARE_BOARD_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

void board_print(const char* text);

// Ends the emulation; 0 is success.
void board_exit(int code) __attribute__((noreturn));

// The emulator counts instructions or cycles from one to the other.
void board_count_begin(void);
void board_count_end(void);

// In terms of board_print.
void print_decimal(uint32_t value);
void print_hex(uint32_t value);

// The lowest byte that the stack may use.
#ifdef __AVR__
#define BOARD_STACK_BOTTOM __heap_start
#else
#define BOARD_STACK_BOTTOM __stack_bottom
#endif
extern unsigned char BOARD_STACK_BOTTOM[];

// The lowest byte in use: all below is free.
static inline unsigned char* board_stack_pointer(void) {
  unsigned char* pointer;
#ifdef __AVR__
  __asm volatile("in %A0, __SP_L__\n\tin %B0, __SP_H__" : "=r"(pointer));
  ++pointer;  // the next push goes to where SP points
#elif defined(__riscv)
  __asm volatile("mv %0, sp" : "=r"(pointer));
#else
  __asm volatile("mov %0, sp" : "=r"(pointer));
#endif
  return pointer;
}

#ifdef __cplusplus
}
#endif

#endif
