// SPDX-License-Identifier: Apache-2.0
//
// A QEMU plugin that counts the guest's instructions, exactly, between two of its functions, and
// estimates their cycles:
//
//   -plugin icount.so,begin=HEX,end=HEX,core=NAME,out=FILE[,steps=FILE]
//
// `begin` and `end` are addresses; the first instruction of begin counts, that of end does not. The
// file gets a line with both numbers for every such stretch. Instructions that a Cortex-M skips in
// an IT block count, as they are fetched. `core` is one that timings.c knows.
//
// `steps` has the number of steps and lines of an instruction's address, in hex and ascending, and
// the step it is part of. Instructions that are not there are part of the last executed one's step,
// the first of the last step. The line then goes on with both numbers for each step.
//
// QEMU's header is not packaged everywhere: what is used of version 1 of the plugin interface is
// declared here, after https://www.qemu.org/docs/master/devel/tcg-plugins.html
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "timings.h"

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum { CALLBACK_WITHOUT_REGISTERS = 0, INLINE_ADD_U64 = 0 };

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id, void (*)(plugin_id, struct qemu_plugin_tb*));
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb*);
struct qemu_plugin_insn* qemu_plugin_tb_get_insn(const struct qemu_plugin_tb*, size_t);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn*);
const void* qemu_plugin_insn_data(const struct qemu_plugin_insn*);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn*);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb*,
                                          void (*)(unsigned cpu, void* data), int flags,
                                          void* data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn*,
                                            void (*)(unsigned cpu, void* data), int flags,
                                            void* data);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn*, int operation,
                                                void* counter, uint64_t addend);

EXPORT int qemu_plugin_version = 1;

struct place {
  uint64_t address;
  unsigned step;
};

enum { MAX_PLACES = 1 << 20, MAX_STEPS = 4096, NO_STEP = MAX_STEPS };

struct work {
  uint64_t instructions, half_cycles;
};

/// Instructions that are executed one after the other.
struct block {
  uint64_t begin, end;
  bool ends_in_loop;
};

static struct work done;  // before the current instruction
static struct work at_begin;
static uint64_t begin, end;
static FILE* out;
static const struct core* core;
static const struct block* last_block;

static struct place places[MAX_PLACES];
static size_t place_count;
static unsigned step_count = 1;
static unsigned current;                // step
static struct work at_step;             // where it began
static struct work of_step[MAX_STEPS];  // without what was done since

static struct work since(struct work then) {
  return (struct work){done.instructions - then.instructions, done.half_cycles - then.half_cycles};
}

static void print_work(struct work work) {
  fprintf(out, " %" PRIu64 " %" PRIu64, work.instructions, work.half_cycles / 2);
}

static void go_to_step(unsigned step) {
  const struct work more = since(at_step);
  of_step[current].instructions += more.instructions;
  of_step[current].half_cycles += more.half_cycles;
  at_step = done;
  current = step;
}

static void on_block(unsigned cpu, void* data) {
  (void)cpu;
  const struct block* block = data;
  if (last_block && block->begin != last_block->end && !last_block->ends_in_loop)
    done.half_cycles += half_cycles_of_jump(core);
  last_block = block;
}

static void on_begin(unsigned cpu, void* data) {
  (void)cpu, (void)data;
  at_begin = at_step = done;
  memset(of_step, 0, sizeof of_step);
  current = step_count - 1;
}

static void on_step(unsigned cpu, void* data) {
  (void)cpu;
  go_to_step((unsigned)(uintptr_t)data);
}

static void on_end(unsigned cpu, void* data) {
  (void)cpu, (void)data;
  go_to_step(current);
  print_work(since(at_begin));
  for (unsigned i = 0; place_count && i < step_count; ++i) print_work(of_step[i]);
  fprintf(out, "\n");
  fflush(out);
}

static int by_address(const void* address, const void* place) {
  const uint64_t a = *(const uint64_t*)address, b = ((const struct place*)place)->address;
  return a < b ? -1 : a > b;
}

static unsigned step_at(uint64_t address) {
  const struct place* found = bsearch(&address, places, place_count, sizeof *places, by_address);
  return found ? found->step : NO_STEP;
}

/// As timings.h has it.
static uint32_t bits_of(const struct qemu_plugin_insn* instruction, unsigned bytes) {
  uint16_t half[2] = {0, 0};
  memcpy(half, qemu_plugin_insn_data(instruction), bytes);
  if (bytes == 2) return half[0];
  return upper_half_first(core) ? (uint32_t)half[0] << 16 | half[1]
                                : (uint32_t)half[1] << 16 | half[0];
}

/// Adds an instruction's work whenever it is executed; what it is.
static enum kind count(struct qemu_plugin_insn* instruction, enum kind before) {
  const unsigned bytes = (unsigned)qemu_plugin_insn_size(instruction);
  const uint32_t bits = bits_of(instruction, bytes);
  qemu_plugin_register_vcpu_insn_exec_inline(instruction, INLINE_ADD_U64, &done.instructions, 1);
  qemu_plugin_register_vcpu_insn_exec_inline(instruction, INLINE_ADD_U64, &done.half_cycles,
                                             half_cycles(core, bits, bytes, before));
  return kind_of(core, bits, bytes);
}

static void watch(struct qemu_plugin_insn* instruction, unsigned* last_step) {
  const uint64_t address = qemu_plugin_insn_vaddr(instruction);
  if (address == begin || address == end)
    qemu_plugin_register_vcpu_insn_exec_cb(instruction, address == begin ? on_begin : on_end,
                                           CALLBACK_WITHOUT_REGISTERS, NULL);
  const unsigned step = step_at(address);
  if (step == NO_STEP || step == *last_step) return;
  qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_step, CALLBACK_WITHOUT_REGISTERS,
                                         (void*)(uintptr_t)step);
  *last_step = step;
}

static void on_translation(plugin_id id, struct qemu_plugin_tb* tb) {
  (void)id;
  const size_t instructions = qemu_plugin_tb_n_insns(tb);
  unsigned last_step = NO_STEP;
  enum kind kind = ALU;
  struct block* block = calloc(1, sizeof *block);  // for as long as the program runs
  if (!block) abort();
  for (size_t i = 0; i < instructions; ++i) {
    struct qemu_plugin_insn* instruction = qemu_plugin_tb_get_insn(tb, i);
    if (i == 0) block->begin = qemu_plugin_insn_vaddr(instruction);
    block->end = qemu_plugin_insn_vaddr(instruction) + qemu_plugin_insn_size(instruction);
    watch(instruction, &last_step);
    kind = count(instruction, kind);
  }
  block->ends_in_loop = kind == LOOP_END;
  qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, CALLBACK_WITHOUT_REGISTERS, block);
}

static bool read_steps(const char* path) {
  FILE* file = fopen(path, "r");
  if (!file || fscanf(file, "%u", &step_count) != 1 || step_count > MAX_STEPS) return false;
  struct place* next = places;
  while (fscanf(file, "%" SCNx64 " %u", &next->address, &next->step) == 2) {
    if (++place_count == MAX_PLACES || next++->step >= step_count) return false;
  }
  fclose(file);
  return step_count > 0;
}

static bool read_argument(const char* argument) {
  if (strncmp(argument, "begin=", 6) == 0)
    begin = strtoull(argument + 6, NULL, 16);
  else if (strncmp(argument, "end=", 4) == 0)
    end = strtoull(argument + 4, NULL, 16);
  else if (strncmp(argument, "core=", 5) == 0)
    core = find_core(argument + 5);
  else if (strncmp(argument, "out=", 4) == 0)
    out = fopen(argument + 4, "w");
  else if (strncmp(argument, "steps=", 6) == 0)
    return read_steps(argument + 6);
  else
    return false;
  return true;
}

EXPORT int qemu_plugin_install(plugin_id id, const void* info, int argc, char** argv) {
  (void)info;
  for (int i = 0; i < argc; ++i)
    if (!read_argument(argv[i])) return -1;
  if (!out || !begin || !end || !core) return -1;
  qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
  return 0;
}
