// SPDX-License-Identifier: Apache-2.0
//
// Executes each instruction of instructions_avr.py in many states and prints a checksum of the states
// afterwards.
#include <avr/pgmspace.h>

#include "board.h"

enum Kind { bits, places, code };
enum { STATUS = 32, STATE = 33, AREA = 48 };

typedef void (*Case)(const uint8_t* before, uint8_t* after);
extern const Case cases[] PROGMEM;
extern const uint8_t kinds[] PROGMEM;

uint32_t results[CASES];
uint8_t area[AREA];
static uint8_t before[STATE], after[STATE];

static uint32_t coin = 0x2545F491;

static uint8_t random_byte(void) {
  coin ^= coin << 13;
  coin ^= coin >> 17;
  coin ^= coin << 5;
  return (uint8_t)(coin >> 16);
}

// Sometimes the one before, or one next to where signs change.
static uint8_t number(uint8_t last) {
  const uint8_t choice = random_byte() & 7;
  if (choice == 0) return last;
  if (choice == 1) return (uint8_t)(0x7F + (random_byte() & 1));
  return choice == 2 ? (uint8_t)((random_byte() & 1) - 1) : random_byte();
}

static void set_pointer(uint8_t low, uint16_t address) {
  before[low] = (uint8_t)address;
  before[low + 1] = (uint8_t)(address >> 8);
}

static void prepare(enum Kind kind) {
  before[0] = random_byte();
  for (uint8_t i = 1; i < STATE; ++i) before[i] = number(before[i - 1]);
  before[STATUS] &= 0x7F;  // no interrupts
  if (kind == places)
    for (uint8_t low = 26; low < 32; low += 2)
      set_pointer(low, (uint16_t)(uintptr_t)area + 8 + (random_byte() & 15));
  if (kind == code) set_pointer(30, random_byte());
  for (uint8_t i = 0; i < AREA; ++i) area[i] = random_byte();
}

static uint32_t sum_of(uint32_t sum, const uint8_t* bytes, uint8_t count) {
  for (uint8_t i = 0; i < count; ++i) sum = sum * 31 + bytes[i];
  return sum;
}

void run_all(void) {
  for (uint16_t i = 0; i < CASES; ++i)
    for (uint8_t state = 0; state < STATES; ++state) {
      prepare((enum Kind)pgm_read_byte(&kinds[i]));
      const Case function = (Case)pgm_read_word(&cases[i]);
      function(before, after);
      results[i] = sum_of(sum_of(results[i], after, STATE), area, AREA);
    }
}

static void print_word(uint32_t word) {
  char text[10] = "00000000\n";
  for (int8_t i = 7; i >= 0; --i, word >>= 4) {
    const char digit = (char)(word & 15);
    text[i] = (char)(digit < 10 ? '0' + digit : 'a' + digit - 10);
  }
  board_print(text);
}

int main(void) {
  board_count_begin();
  run_all();
  board_count_end();
  for (uint16_t i = 0; i < CASES; ++i) print_word(results[i]);
  return 0;
}
