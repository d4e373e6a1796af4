// SPDX-License-Identifier: Apache-2.0
//
// An estimate of the cycles that instructions take, by the cores' published timings: with memories
// that never let the core wait, of what an instruction is and what stands before it, and nothing
// else. See timings.c for what is taken where a timing depends on more, or is not published.
#ifndef TIMINGS_H
#define TIMINGS_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// NOLINTBEGIN(readability-identifier-naming): constants as C spells them
/// What instructions are, as far as their timing tells them apart.
enum kind {
  ALU,
  LOAD,
  STORE,
  LOAD_MANY,
  STORE_MANY,
  MULTIPLY,
  MULTIPLY_ADD,
  LONG_MULTIPLY,
  LONG_MULTIPLY_ADD,
  DIVIDE,
  CALL,
  FLOAT,
  FLOAT_MULTIPLY_ADD,
  FLOAT_DIVIDE,
  VECTOR_MEMORY,
  VECTOR,
  PROGRAM_LOAD,  ///< of AVR: constants, and jumps over any distance
  FAR_JUMP,
  FAR_CALL,
  RETURN,
  LOOP_END,  ///< of a low-overhead loop: going back to its beginning takes nothing more
  KINDS
};
// NOLINTEND(readability-identifier-naming)

struct core;

/// By the name of smelt's target; NULL if there is none.
const struct core* find_core(const char* target);

/// Whether its timings are those of a manual, rather than what cores like it suggest.
bool is_published(const struct core* core);

/// Whether the first halfword of an instruction of four bytes is the upper half of what the
/// functions below are given: so in Thumb.
bool upper_half_first(const struct core* core);

/// What an instruction is.
enum kind kind_of(const struct core* core, uint32_t instruction, unsigned bytes);

/// In half cycles; a branch as if not taken. `before` is the kind of the instruction before it, ALU
/// if that is not known.
unsigned half_cycles(const struct core* core, uint32_t instruction, unsigned bytes,
                     enum kind before);

/// In half cycles, what it takes more if another instruction follows than the next in memory.
unsigned half_cycles_of_jump(const struct core* core);

#ifdef __cplusplus
}
#endif

#endif
