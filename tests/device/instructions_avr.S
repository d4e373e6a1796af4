// SPDX-License-Identifier: Apache-2.0
//
// What is around an instruction that is tested: a function of two pointers, the state before and the
// one after, as instructions_avr.c has them.
#define SREG 0x3f
#define SPL 0x3d
#define SPH 0x3e

.macro enter
  .irp number, 2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,28,29,22,23
  push r\number
  .endr
  movw r30, r24
  ldd r0, Z+32
  out SREG, r0
  ldd r0, Z+31
  push r0
  ldd r0, Z+30
  push r0
  .irp number, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29
  ldd r\number, Z+\number
  .endr
  pop r30
  pop r31
.endm

.macro leave
  push r31
  push r30
  in r30, SREG
  push r30
  push r29
  push r28
  in r30, SPL
  in r31, SPH
  ldd r28, Z+7
  ldd r29, Z+6
  .irp number, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27
  std Y+\number, r\number
  .endr
  .irp number, 28,29,32,30,31
  pop r0
  std Y+\number, r0
  .endr
  pop r0
  pop r0
  .irp number, 29,28,17,16,15,14,13,12,11,10,9,8,7,6,5,4,3,2
  pop r\number
  .endr
  clr r1
  ret
.endm
