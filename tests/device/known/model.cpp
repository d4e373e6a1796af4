// SPDX-License-Identifier: Apache-2.0
//
// KNOWN says what the run does:
//
//   COUNT      250 turns of a loop
//   STACK      takes 1000 bytes of stack
//   DEEP       takes more stack than there is
//   FAULT      executes what is no instruction; on AVR, an interrupt that nobody handles
//   UNALIGNED  reads a word at an odd address
//   HANG       does not end
//   MEMORY     100 turns of a loop with loads, stores and a multiplication; not on AVR
//   LAYERS     two layers in the form of emitted code: 200 turns of a loop, 100 in a function
#include "model.h"

#include "board.h"
#include "model_weights.h"
#include "probe.h"

#define COUNT 1
#define STACK 2
#define DEEP 3
#define FAULT 4
#define UNALIGNED 5
#define HANG 6
#define LAYERS 7
#define MEMORY 8

#if KNOWN == COUNT

// 1 + 250 * 2 + 1 instructions; on AVR 1 + 250 + 249 * 2 + 1 cycles and those of the return.
__attribute__((naked)) void model_run(model_model*) {
#if defined(__AVR__)
  __asm volatile("ldi r24, 250\n1: dec r24\n brne 1b\n ret");
#elif defined(__riscv)
  __asm volatile("li a0, 250\n1: addi a0, a0, -1\n bnez a0, 1b\n ret");
#else
  __asm volatile(".syntax unified\n movs r0, #250\n1: subs r0, #1\n bne 1b\n bx lr");
#endif
}

#elif KNOWN == STACK

void model_run(model_model*) {
  volatile uint8_t bytes[1000];
  for (int i = 0; i < 1000; ++i) bytes[i] = smelt::load(model_weights::ones + i);
}

#elif KNOWN == DEEP

static void descend(const volatile unsigned char* end) {
  volatile unsigned char frame[4] = {1, 1, 1, 1};
  if (frame > end) descend(end);
  frame[0] = 2;  // not the last call, lest it became a loop
}

void model_run(model_model*) {
  descend(probe::bottom(board_stack_pointer()));
}

#elif KNOWN == FAULT

void model_run(model_model*) {
#if defined(__AVR__)
  __asm volatile("jmp __vector_1");
#elif defined(__riscv)
  __asm volatile("unimp");
#else
  __asm volatile("udf #0");
#endif
}

#elif KNOWN == UNALIGNED

void model_run(model_model* model) {
  const uintptr_t odd = reinterpret_cast<uintptr_t>(model->arena) + 1;
  (void)*reinterpret_cast<const volatile uint32_t*>(odd);
}

#elif KNOWN == HANG

void model_run(model_model*) {
  for (;;) __asm volatile("");
}

#elif KNOWN == MEMORY

__attribute__((naked)) void model_run(model_model*) {
#if defined(__riscv)
  __asm volatile(
      "li a1, 100\n1: lw a2, 0(a0)\n lw a3, 4(a0)\n mul a2, a3, a2\n sw a2, 0(a0)\n"
      " addi a1, a1, -1\n bnez a1, 1b\n ret");
#elif defined(__arm__)
  __asm volatile(
      ".syntax unified\n movs r1, #100\n1: ldr r2, [r0]\n ldr r3, [r0, #4]\n muls r2, r3, r2\n"
      " str r2, [r0]\n push {r2, r3}\n pop {r2, r3}\n subs r1, #1\n bne 1b\n bx lr");
#endif
}

#elif KNOWN == LAYERS

namespace {

// 2 instructions a turn; on AVR 3 cycles.
template <int turns>
inline void loop() {
#if defined(__AVR__)
  __asm volatile("ldi r24, %0\n1: dec r24\n brne 1b" ::"i"(turns) : "r24");
#elif defined(__riscv)
  __asm volatile("li a0, %0\n1: addi a0, a0, -1\n bnez a0, 1b" ::"i"(turns) : "a0");
#else
  __asm volatile(".syntax unified\n movs r0, %0\n1: subs r0, #1\n bne 1b" ::"i"(turns)
                 : "r0", "cc");
#endif
}

__attribute__((noinline)) void shared() {
  loop<100>();
}

__attribute__((noinline)) void run() {
  // 0  first, 1,000 MACs
  loop<200>();
  // 1  second
  shared();
}

}  // namespace

void model_run(model_model*) {
  run();
}

#endif
