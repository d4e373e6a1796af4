// SPDX-License-Identifier: Apache-2.0
//
// A QEMU plugin that counts the guest's instructions, exactly, between two of its functions:
//
//   -plugin icount.so,begin=HEX,end=HEX,out=FILE
//
// `begin` and `end` are addresses; the first instruction of begin counts, that of end does not. The
// file gets a line with the number for every such stretch. Instructions that a Cortex-M skips in
// an IT block count, as they are fetched.
//
// QEMU's header is not packaged everywhere: what is used of version 1 of the plugin interface is
// declared here, after https://www.qemu.org/docs/master/devel/tcg-plugins.html
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum { CALLBACK_WITHOUT_REGISTERS = 0, INLINE_ADD_U64 = 0 };

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id, void (*)(plugin_id, struct qemu_plugin_tb*));
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb*);
struct qemu_plugin_insn* qemu_plugin_tb_get_insn(const struct qemu_plugin_tb*, size_t);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn*);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn*,
                                            void (*)(unsigned cpu, void* data), int flags,
                                            void* data);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn*, int operation,
                                                void* counter, uint64_t addend);

EXPORT int qemu_plugin_version = 1;

static uint64_t executed;  // instructions before the current one
static uint64_t at_begin;
static uint64_t begin, end;
static FILE* out;

static void on_begin(unsigned cpu, void* data) {
  (void)cpu, (void)data;
  at_begin = executed;
}

static void on_end(unsigned cpu, void* data) {
  (void)cpu, (void)data;
  fprintf(out, "%" PRIu64 "\n", executed - at_begin);
  fflush(out);
}

static void on_translation(plugin_id id, struct qemu_plugin_tb* block) {
  (void)id;
  const size_t count = qemu_plugin_tb_n_insns(block);
  for (size_t i = 0; i < count; ++i) {
    struct qemu_plugin_insn* instruction = qemu_plugin_tb_get_insn(block, i);
    const uint64_t address = qemu_plugin_insn_vaddr(instruction);
    if (address == begin || address == end)
      qemu_plugin_register_vcpu_insn_exec_cb(instruction, address == begin ? on_begin : on_end,
                                             CALLBACK_WITHOUT_REGISTERS, NULL);
    qemu_plugin_register_vcpu_insn_exec_inline(instruction, INLINE_ADD_U64, &executed, 1);
  }
}

static bool read_argument(const char* argument) {
  if (strncmp(argument, "begin=", 6) == 0)
    begin = strtoull(argument + 6, NULL, 16);
  else if (strncmp(argument, "end=", 4) == 0)
    end = strtoull(argument + 4, NULL, 16);
  else if (strncmp(argument, "out=", 4) == 0)
    out = fopen(argument + 4, "w");
  else
    return false;
  return true;
}

EXPORT int qemu_plugin_install(plugin_id id, const void* info, int argc, char** argv) {
  (void)info;
  for (int i = 0; i < argc; ++i)
    if (!read_argument(argv[i])) return -1;
  if (!out || !begin || !end) return -1;
  qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
  return 0;
}
