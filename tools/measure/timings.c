// SPDX-License-Identifier: Apache-2.0
#include "timings.h"

#include <stddef.h>
#include <string.h>

/// How many words are moved.
enum words { ONE, TWO, LIST8, LIST9, LIST16, NUMBER8 };

/// Instructions whose bits under the mask are the value. The first that fits says what one is.
struct encoding {
  uint32_t mask, value;
  enum kind kind;
  enum words words;
};

// After the Armv8-M Architecture Reference Manual, which has all of Armv6-M and Armv7-M.
static const struct encoding thumb_16[] = {
    {0xF800, 0x4800, LOAD, ONE},          // LDR of a literal
    {0xFE00, 0x5600, LOAD, ONE},          // LDRSB
    {0xF800, 0x5800, LOAD, ONE},          // LDR, LDRH, LDRB, LDRSH by two registers
    {0xF000, 0x5000, STORE, ONE},         // STR, STRH, STRB by two registers
    {0xE800, 0x6800, LOAD, ONE},          // LDR, LDRB
    {0xE800, 0x6000, STORE, ONE},         // STR, STRB
    {0xE800, 0x8800, LOAD, ONE},          // LDRH, LDR from the stack
    {0xE800, 0x8000, STORE, ONE},         // STRH, STR to the stack
    {0xFE00, 0xB400, STORE_MANY, LIST9},  // PUSH
    {0xFE00, 0xBC00, LOAD_MANY, LIST9},   // POP
    {0xF800, 0xC000, STORE_MANY, LIST8},  // STM
    {0xF800, 0xC800, LOAD_MANY, LIST8},   // LDM
    {0xFFC0, 0x4340, MULTIPLY, ONE},      // MULS
    {0, 0, ALU, ONE},
};

static const struct encoding thumb_32[] = {
    {0xFE500000, 0xE8100000, LOAD_MANY, LIST16},        // LDM, POP
    {0xFE500000, 0xE8000000, STORE_MANY, LIST16},       // STM, PUSH
    {0xFFF0FFE0, 0xE8D0F000, LOAD, ONE},                // TBB, TBH
    {0xFE500000, 0xE8500000, LOAD_MANY, TWO},           // LDRD
    {0xFE500000, 0xE8400000, STORE_MANY, TWO},          // STRD
    {0xFE100000, 0xF8100000, LOAD, ONE},                // LDR, LDRB, LDRH, LDRSB, LDRSH
    {0xFE100000, 0xF8000000, STORE, ONE},               // STR, STRB, STRH
    {0xFFF0F0F0, 0xFB00F000, MULTIPLY, ONE},            // MUL
    {0xFFF000E0, 0xFB000000, MULTIPLY_ADD, ONE},        // MLA, MLS
    {0xFF800000, 0xFB000000, MULTIPLY, ONE},            // SMLAD, SMMLA, SMULBB and the like
    {0xFFD000F0, 0xFB9000F0, DIVIDE, ONE},              // SDIV, UDIV
    {0xFFD00000, 0xFB800000, LONG_MULTIPLY, ONE},       // SMULL, UMULL
    {0xFF800000, 0xFB800000, LONG_MULTIPLY_ADD, ONE},   // SMLAL, UMLAL, SMLALD, UMAAL
    {0xF800D000, 0xF000D000, CALL, ONE},                // BL
    {0xFFCFF001, 0xF00FC001, LOOP_END, ONE},            // LE, LETP
    {0xFF300F00, 0xED100A00, LOAD, ONE},                // VLDR
    {0xFF300F00, 0xED100B00, LOAD_MANY, TWO},           // VLDR of a double
    {0xFF300F00, 0xED000A00, STORE, ONE},               // VSTR
    {0xFF300F00, 0xED000B00, STORE_MANY, TWO},          // VSTR of a double
    {0xFFE00E00, 0xEC400A00, FLOAT, ONE},               // VMOV of two registers
    {0xFE100E00, 0xEC100A00, LOAD_MANY, NUMBER8},       // VLDM, VPOP
    {0xFE100E00, 0xEC000A00, STORE_MANY, NUMBER8},      // VSTM, VPUSH
    {0xFFB00E50, 0xEE800A00, FLOAT_DIVIDE, ONE},        // VDIV
    {0xFFBF0ED0, 0xEEB10AC0, FLOAT_DIVIDE, ONE},        // VSQRT
    {0xFFA00E10, 0xEE000A00, FLOAT_MULTIPLY_ADD, ONE},  // VMLA, VMLS, VNMLA, VNMLS
    {0xFFB00E10, 0xEE900A00, FLOAT_MULTIPLY_ADD, ONE},  // VFNMA, VFNMS
    {0xFFB00E10, 0xEEA00A00, FLOAT_MULTIPLY_ADD, ONE},  // VFMA, VFMS
    {0xFF900F10, 0xEE800B10, VECTOR, ONE},              // VDUP
    {0xEF000E00, 0xEE000A00, FLOAT, ONE},               // other arithmetic, moves of lanes
    {0xFFE01FE0, 0xEC000F00, FLOAT, ONE},               // VMOV of two lanes
    {0xEE000E00, 0xEC000E00, VECTOR_MEMORY, ONE},       // VLDR, VSTR, VLD2, VLD4 of Helium
    {0xEE000000, 0xEE000000, VECTOR, ONE},              // Helium
    {0, 0, ALU, ONE},
};

// After The RISC-V Instruction Set Manual, volume I.
static const struct encoding riscv_16[] = {
    {0xC001, 0x4000, LOAD, ONE},   // c.lw, c.lwsp, c.flw, c.flwsp
    {0xC001, 0xC000, STORE, ONE},  // c.sw, c.swsp, c.fsw, c.fswsp
    {0x6003, 0x2001, CALL, ONE},   // c.j, c.jal
    {0xE07F, 0x8002, CALL, ONE},   // c.jr, c.jalr
    {0, 0, ALU, ONE},
};

static const struct encoding riscv_32[] = {
    {0x0000007B, 0x00000003, LOAD, ONE},                // lw, lh, lb, lhu, lbu, flw
    {0x0000007B, 0x00000023, STORE, ONE},               // sw, sh, sb, fsw
    {0x00000077, 0x00000067, CALL, ONE},                // jal, jalr
    {0xFE00707F, 0x02000033, MULTIPLY, ONE},            // mul
    {0xFE00407F, 0x02000033, LONG_MULTIPLY, ONE},       // mulh, mulhu, mulhsu
    {0xFE00407F, 0x02004033, DIVIDE, ONE},              // div, divu, rem, remu
    {0x00000073, 0x00000043, FLOAT_MULTIPLY_ADD, ONE},  // fmadd.s, fmsub.s, fnmadd.s, fnmsub.s
    {0xBE00007F, 0x18000053, FLOAT_DIVIDE, ONE},        // fdiv.s, fsqrt.s
    {0x0000007F, 0x00000053, FLOAT, ONE},
    {0, 0, ALU, ONE},
};

// After the AVR Instruction Set Manual. What takes two cycles is told apart by what it does alone.
static const struct encoding avr_16[] = {
    {0xFF00, 0x0200, MULTIPLY, ONE},      // MULS
    {0xFF00, 0x0300, MULTIPLY, ONE},      // MULSU, FMUL, FMULS, FMULSU
    {0xFC00, 0x9C00, MULTIPLY, ONE},      // MUL
    {0xFE00, 0x9600, MULTIPLY, ONE},      // ADIW, SBIW
    {0xD200, 0x8000, LOAD, ONE},          // LD, LDD by Y and Z
    {0xD200, 0x8200, STORE, ONE},         // ST, STD by Y and Z
    {0xFE0C, 0x9004, PROGRAM_LOAD, ONE},  // LPM, ELPM
    {0xFFEF, 0x95C8, PROGRAM_LOAD, ONE},  // to r0
    {0xFE00, 0x9000, LOAD, ONE},          // other LD, POP
    {0xFE00, 0x9200, STORE, ONE},         // other ST, PUSH
    {0xFD00, 0x9800, STORE, ONE},         // CBI, SBI
    {0xF000, 0xD000, CALL, ONE},          // RCALL
    {0xFFEF, 0x9509, CALL, ONE},          // ICALL, EICALL
    {0xFFEF, 0x9508, RETURN, ONE},        // RET, RETI
    {0, 0, ALU, ONE},
};

static const struct encoding avr_32[] = {
    {0xFE0E, 0x940C, FAR_JUMP, ONE},  // JMP
    {0xFE0E, 0x940E, FAR_CALL, ONE},  // CALL
    {0xFE00, 0x9000, LOAD, ONE},      // LDS
    {0, 0, STORE, ONE},               // STS
};

struct core {
  const char* target;
  const struct encoding *narrow, *wide;  ///< instructions of two and of four bytes
  bool guessed;                          ///< its timings are not published
  // In half cycles:
  uint8_t each;         ///< word of LOAD_MANY and STORE_MANY, beside their own
  uint8_t jump;         ///< what a taken branch, call or return takes more
  uint8_t next_load;    ///< a load right behind another or a store
  uint8_t next_vector;  ///< a vector instruction right behind one of the other kind
  uint8_t kinds[KINDS];
};

// In half cycles. Where data decide, the middle: DIVIDE 2 to 12 cycles on Cortex-M3 to M33.
#define CORTEX_M4                                                             \
  .narrow = thumb_16, .wide = thumb_32, .each = 2, .jump = 4, .next_load = 2, \
  .kinds = {[ALU] = 2,                                                        \
            [LOAD] = 4,                                                       \
            [STORE] = 2,                                                      \
            [LOAD_MANY] = 2,                                                  \
            [STORE_MANY] = 2,                                                 \
            [MULTIPLY] = 2,                                                   \
            [MULTIPLY_ADD] = 2,                                               \
            [LONG_MULTIPLY] = 2,                                              \
            [LONG_MULTIPLY_ADD] = 2,                                          \
            [DIVIDE] = 14,                                                    \
            [CALL] = 2,                                                       \
            [FLOAT] = 2,                                                      \
            [FLOAT_MULTIPLY_ADD] = 6,                                         \
            [FLOAT_DIVIDE] = 28}
#define CV32E40P                                                   \
  .narrow = riscv_16, .wide = riscv_32, .jump = 4, .next_load = 2, \
  .kinds = {[ALU] = 2,                                             \
            [LOAD] = 2,                                            \
            [STORE] = 2,                                           \
            [MULTIPLY] = 2,                                        \
            [LONG_MULTIPLY] = 10,                                  \
            [DIVIDE] = 38,                                         \
            [FLOAT] = 2,                                           \
            [FLOAT_MULTIPLY_ADD] = 2,                              \
            [FLOAT_DIVIDE] = 24}

// `large`: half cycles that it takes to save one byte more of an address.
#define MEGA_AVR(large)                                            \
  .narrow = avr_16, .wide = avr_32, .jump = 2, .next_load = 4,     \
  .kinds = {[ALU] = 2,                                             \
            [LOAD] = 4,                                            \
            [STORE] = 4,                                           \
            [MULTIPLY] = 4,                                        \
            [PROGRAM_LOAD] = 6,                                    \
            [CALL] = 4 + (large),                                  \
            [FAR_JUMP] = 4,                                        \
            [FAR_CALL] = 6 + (large),                              \
            [RETURN] = 6 + (large)}

static const struct core cores[] = {
    // Cortex-M0+ TRM (DDI 0484), table 3-1, with the multiplier of one cycle. BL takes 3.
    {.target = "cortex-m0plus",
     .narrow = thumb_16,
     .wide = thumb_32,
     .each = 2,
     .jump = 2,
     .next_load = 4,
     .kinds = {[ALU] = 2,
               [LOAD] = 4,
               [STORE] = 4,
               [LOAD_MANY] = 2,
               [STORE_MANY] = 2,
               [MULTIPLY] = 2,
               [CALL] = 4}},
    // Cortex-M3 TRM (DDI 0337), table 3-1: long multiplication takes 3 to 5, with addition 4 to 7.
    {.target = "cortex-m3",
     .narrow = thumb_16,
     .wide = thumb_32,
     .each = 2,
     .jump = 4,
     .next_load = 2,
     .kinds = {[ALU] = 2,
               [LOAD] = 4,
               [STORE] = 2,
               [LOAD_MANY] = 2,
               [STORE_MANY] = 2,
               [MULTIPLY] = 2,
               [MULTIPLY_ADD] = 4,
               [LONG_MULTIPLY] = 8,
               [LONG_MULTIPLY_ADD] = 11,
               [DIVIDE] = 14,
               [CALL] = 2}},
    // Cortex-M4 TRM (DDI 0439), tables 3-1 and 7-1. A pipeline refill takes 1 to 3: taken is 2.
    {.target = "cortex-m4", CORTEX_M4},
    // Not published; it has a pipeline as long as that of Cortex-M4.
    {.target = "cortex-m33", CORTEX_M4, .guessed = true},
    // Not published. As if every second instruction that is no memory access and no multiplication
    // were issued along with another, and all branches were foreseen.
    {.target = "cortex-m7",
     .narrow = thumb_16,
     .wide = thumb_32,
     .guessed = true,
     .each = 1,
     .jump = 1,
     .next_load = 2,
     .kinds = {[ALU] = 1,
               [LOAD] = 2,
               [STORE] = 2,
               [MULTIPLY] = 2,
               [MULTIPLY_ADD] = 2,
               [LONG_MULTIPLY] = 2,
               [LONG_MULTIPLY_ADD] = 2,
               [DIVIDE] = 14,
               [CALL] = 1,
               [FLOAT] = 2,
               [FLOAT_MULTIPLY_ADD] = 2,
               [FLOAT_DIVIDE] = 32}},
    // Two beats of a vector instruction a cycle, and the last two along with the first two of the
    // next, if one of them is a load or store and the other is not. 64 bits of memory a cycle.
    {.target = "cortex-m55",
     .narrow = thumb_16,
     .wide = thumb_32,
     .guessed = true,
     .each = 1,
     .jump = 4,
     .next_load = 2,
     .next_vector = 2,
     .kinds = {[ALU] = 2,
               [LOAD] = 2,
               [STORE] = 2,
               [MULTIPLY] = 2,
               [MULTIPLY_ADD] = 2,
               [LONG_MULTIPLY] = 2,
               [LONG_MULTIPLY_ADD] = 2,
               [DIVIDE] = 14,
               [CALL] = 2,
               [FLOAT] = 2,
               [FLOAT_MULTIPLY_ADD] = 2,
               [FLOAT_DIVIDE] = 28,
               [VECTOR_MEMORY] = 4,
               [VECTOR] = 4}},
    // CV32E40P User Manual, "Pipeline Details": mul 1, mulh 5, division 3 to 35, jumps 2, branches
    // 3 where taken; without the cycle that waits for a load that is used right away.
    {.target = "rv32imc", CV32E40P},
    {.target = "rv32imafc", CV32E40P},
    // But for skipping an instruction of two words, which takes a cycle more.
    {.target = "atmega328p", MEGA_AVR(0)},
    {.target = "atmega2560", MEGA_AVR(2)},
};

const struct core* find_core(const char* target) {
  for (size_t i = 0; i < sizeof cores / sizeof *cores; ++i)
    if (strcmp(cores[i].target, target) == 0) return &cores[i];
  return NULL;
}

bool is_published(const struct core* core) {
  return !core->guessed;
}

bool upper_half_first(const struct core* core) {
  return core->wide == thumb_32;
}

static const struct encoding* encoding_of(const struct core* core, uint32_t instruction,
                                          unsigned bytes) {
  const struct encoding* row = bytes == 2 ? core->narrow : core->wide;
  while ((instruction & row->mask) != row->value) ++row;
  return row;
}

enum kind kind_of(const struct core* core, uint32_t instruction, unsigned bytes) {
  return encoding_of(core, instruction, bytes)->kind;
}

static unsigned words_of(enum words words, uint32_t instruction) {
  switch (words) {
    case ONE: return 1;
    case TWO: return 2;
    case LIST8: return (unsigned)__builtin_popcount(instruction & 0xFF);
    case LIST9: return (unsigned)__builtin_popcount(instruction & 0x1FF);
    case LIST16: return (unsigned)__builtin_popcount(instruction & 0xFFFF);
    case NUMBER8: return instruction & 0xFF;
  }
  return 0;
}

unsigned half_cycles(const struct core* core, uint32_t instruction, unsigned bytes,
                     enum kind before) {
  const struct encoding* row = encoding_of(core, instruction, bytes);
  const unsigned cost = core->kinds[row->kind];
  if (row->kind == LOAD_MANY || row->kind == STORE_MANY)
    return cost + core->each * words_of(row->words, instruction);
  if (row->kind == LOAD && (before == LOAD || before == STORE)) return core->next_load;
  if ((row->kind == VECTOR && before == VECTOR_MEMORY) ||
      (row->kind == VECTOR_MEMORY && before == VECTOR))
    return core->next_vector;
  return cost;
}

unsigned half_cycles_of_jump(const struct core* core) {
  return core->jump;
}
