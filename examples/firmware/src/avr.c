// SPDX-License-Identifier: Apache-2.0
//
// AVR with start-up by avr-libc. Prints on UART 0, 1 Mbaud at 16 MHz; ends by sleeping with
// interrupts off, which an emulator takes for the end. Three general-purpose registers, without
// effect on real hardware, tell it more: GPIOR0 is 1 while it should count, GPIOR1 the exit code.
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include <stdlib.h>

#include "board.h"

enum { FAULT_EXIT = 99 };

static void print_byte(char byte) {
  UCSR0A |= _BV(U2X0);
  UCSR0B |= _BV(TXEN0);
  UBRR0 = 1;
  while (!(UCSR0A & _BV(UDRE0))) continue;
  UDR0 = (uint8_t)byte;
}

void board_print(const char* text) {
  while (*text) print_byte(*text++);
}

void board_exit(int code) {
  GPIOR1 = (uint8_t)code;
  cli();
  sleep_enable();
  for (;;) sleep_cpu();
}

void board_count_begin(void) {
  GPIOR0 = 1;
}
void board_count_end(void) {
  GPIOR0 = 0;
}

// No interrupt is ever enabled.
ISR(BADISR_vect) {
  board_print("FAULT: an interrupt\n");
  board_exit(FAULT_EXIT);
}

// avr-libc jumps here with what main returned.
void exit(int code) {
  board_exit(code);
}
