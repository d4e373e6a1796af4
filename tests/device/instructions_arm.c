// SPDX-License-Identifier: Apache-2.0
//
// Executes each instruction of instructions_arm.py in many states and prints the states afterwards.
#include "board.h"

enum { SINGLES = 32, GENERAL = SINGLES + 2, BEFORE = GENERAL + 14, SUM = BEFORE + 1, WORDS };
enum Kind { bits, floats, counts, places, offsets8, offsets16, offsets32, addresses };
enum { AREA = 128 };

typedef void (*Case)(const uint32_t* before, uint32_t* after);
extern const Case cases[];
extern const uint8_t kinds[];

uint32_t results[CASES * STATES][WORDS];
static uint32_t area[AREA], before[BEFORE];

static uint32_t coin = 0x2545F491;

static uint32_t random_bits(void) {
  coin ^= coin << 13;
  coin ^= coin >> 17;
  coin ^= coin << 5;
  return coin;
}

static const uint32_t corners[] = {0,          0xFFFFFFFF, 0x80000000, 0x7FFFFFFF,
                                   0x80008000, 0x7FFF7FFF, 0x80808080, 0x7F7F7F7F};
static const uint32_t corners_of_floats[] = {0,          0x80000000, 0x3F800000, 0xBF000000,
                                             0x7F800000, 0xFF800000, 0x4F000000, 0x00000123};

// A number as instructions of a kind have it: sometimes the one before.
static uint32_t number(enum Kind kind, uint32_t last) {
  const uint32_t x = random_bits(), choice = random_bits() >> 8 & 7;
  if (choice == 0) return last;
  if (kind == floats && choice == 1) return corners_of_floats[x >> 16 & 7];
  if (kind == floats) return (x & 0x807FFFFF) | (118 + (x >> 24 & 15)) << 23;
  if (kind == counts && choice < 5) return (x >> 16 & 63) - (x >> 24 & 63);
  return choice == 1 ? corners[x >> 16 & 7] : x;
}

// Places in the area with some before and behind, of 8 bytes each.
static uint32_t place(void) {
  return (uint32_t)(uintptr_t)(area + AREA / 2) + 8 * (random_bits() >> 16 & 7);
}

static uint32_t offsets(enum Kind kind) {
  const uint32_t x = random_bits() >> 4;
  if (kind == offsets8) return x & 0x7F7F7F7F;
  if (kind == offsets16) return x & 0x001E001E;
  return kind == offsets32 ? x & 0x18 : place();
}

// Each lane of 32 bits as a whole, or any bytes.
static uint32_t lanes_chosen(enum Kind kind) {
  const uint32_t x = random_bits(), y = x >> 16 & 15;
  if (kind == bits && (x & 3) == 0) return x >> 12 & 0xFFFF;
  return ((y & 1) | (y & 2) << 3 | (y & 4) << 6 | (y & 8) << 9) * 15;
}

static void prepare(enum Kind kind) {
  for (int i = 0; i < BEFORE; ++i) {
    const uint32_t last = i > 0 ? before[i - 1] : 0;
    before[i] = number(kind, last);
    if (kind >= places && i >= GENERAL) before[i] = place();
    if (kind >= offsets8 && i < SINGLES) before[i] = offsets(kind);
  }
  before[SINGLES] = random_bits() & 0xF80F0000;
  before[SINGLES + 1] = lanes_chosen(kind);
  for (int i = 0; i < AREA; ++i) area[i] = random_bits();
}

static uint32_t sum_of_area(void) {
  uint32_t sum = 0;
  for (int i = 0; i < AREA; ++i) sum = (sum << 1 | sum >> 31) ^ area[i];
  return sum;
}

void run_all(void) {
  for (int i = 0; i < CASES; ++i)
    for (int state = 0; state < STATES; ++state) {
      uint32_t* const after = results[i * STATES + state];
      prepare((enum Kind)kinds[i]);
      cases[i](before, after);
      after[SUM] = sum_of_area();
    }
}

static void print_word(uint32_t word) {
  char text[10] = "00000000\n";
  for (int i = 7; i >= 0; --i, word >>= 4) text[i] = "0123456789abcdef"[word & 15];
  board_print(text);
}

int main(void) {
  board_count_begin();
  run_all();
  board_count_end();
  for (int i = 0; i < CASES * STATES; ++i)
    for (int word = 0; word < WORDS; ++word) print_word(results[i][word]);
  return 0;
}
