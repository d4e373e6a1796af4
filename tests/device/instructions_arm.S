// SPDX-License-Identifier: Apache-2.0
//
// What is around an instruction that is tested: a function of two pointers, the state before and the
// one after, as instructions.c has them.
.syntax unified
.thumb

.macro enter
  push {r4-r11, lr}
  push {r1, r2}
  vldmia r0!, {d0-d15}
  ldr r1, [r0], #4
  msr APSR_nzcvqg, r1
  ldr r1, [r0], #4
  vmsr p0, r1
  ldm r0, {r0-r12, lr}
.endm

.macro leave
  push {r0}
  ldr r0, [sp, #4]
  vstmia r0!, {d0-d15}
  str r1, [r0, #12]
  mrs r1, APSR
  str r1, [r0]
  vmrs r1, p0
  str r1, [r0, #4]
  add r1, r0, #16
  stmia r1!, {r2-r12, lr}
  vmrs APSR_nzcv, fpscr
  mrs r2, APSR
  and r2, r2, #0xF0000000
  str r2, [r1]
  pop {r2}
  str r2, [r0, #8]
  pop {r1, r2}
  pop {r4-r11, pc}
.endm
