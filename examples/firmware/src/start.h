// SPDX-License-Identifier: Apache-2.0
//
// Between the lines that every architecture needs of its own and start.c.
#ifndef FIRMWARE_START_H
#define FIRMWARE_START_H

#include <stdint.h>

// From reset, with a stack: initial values, then main.
void start(void) __attribute__((noreturn));

// From any trap that nobody asked for: says so and ends.
void fault(uint32_t kind, uint32_t pc, uint32_t detail) __attribute__((noreturn));

// Asks the debugger or emulator to do something, by Arm's semihosting interface.
intptr_t semihosting(intptr_t operation, const void* argument);

#endif
