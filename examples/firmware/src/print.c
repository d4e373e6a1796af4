// SPDX-License-Identifier: Apache-2.0
//
// Numbers as text, without the C library: a program that prints is no larger for it than it must.
#include "board.h"

static void print_number(uint32_t value, uint32_t base) {
  char text[11];
  char* at = text + sizeof text;
  *--at = 0;
  do {
    const char digit = (char)(value % base);
    *--at = (char)(digit < 10 ? '0' + digit : 'a' + digit - 10);
    value /= base;
  } while (value);
  board_print(at);
}

void print_decimal(uint32_t value) {
  print_number(value, 10);
}

void print_hex(uint32_t value) {
  board_print("0x");
  print_number(value, 16);
}
