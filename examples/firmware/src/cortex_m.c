// SPDX-License-Identifier: Apache-2.0
//
// Cortex-M, ARMv6-M to ARMv8.1-M: the vector table, reset, faults, and semihosting's breakpoint.
#include "board.h"
#include "start.h"

#define CPACR (*(volatile uint32_t*)0xE000ED88)  // Coprocessor Access Control Register
#define CFSR (*(volatile uint32_t*)0xE000ED28)   // Configurable Fault Status Register

extern unsigned char __stack_top[];

void __attribute__((noreturn)) reset(void) {
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
  CPACR |= 0xFu << 20;  // floating point and Helium: full access
  __asm volatile("dsb\n\tisb" ::: "memory");
#endif
  start();
}

// The frame that the core has pushed: r0 to r3, r12, lr, pc, xPSR.
static void __attribute__((noreturn, used)) report(const uint32_t* frame, uint32_t exception) {
#if __ARM_ARCH >= 7
  fault(exception, frame[6], CFSR);
#else
  fault(exception, frame[6], frame[5]);
#endif
}

static void __attribute__((naked)) trap(void) {
  __asm volatile(
      "mrs r0, msp\n\t"
      "mrs r1, ipsr\n\t"
      "bl report");
}

intptr_t semihosting(intptr_t operation, const void* argument) {
  register intptr_t r0 __asm("r0") = operation;
  register const void* r1 __asm("r1") = argument;
  __asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

typedef void (*vector)(void);

// No interrupt is ever enabled, so there are exceptions only.
__attribute__((section(".vectors"), used)) static const vector vectors[16] = {
    (vector)(uintptr_t)__stack_top,
    reset,
    trap,
    trap,
    trap,
    trap,
    trap,
    trap,
    trap,
    trap,
    trap,
    trap,
    trap,
    trap,
    trap,
    trap,
};
