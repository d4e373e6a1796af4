// SPDX-License-Identifier: Apache-2.0
//
// RISC-V in machine mode: reset, traps, and semihosting's breakpoint.

.option arch, +zicsr

.section .vectors, "ax"
.global reset
reset:
  la sp, __stack_top
  la t0, trap
  csrw mtvec, t0
#ifdef __riscv_flen
  li t0, 1 << 13  // mstatus.FS: floating point is on, its registers as after reset
  csrs mstatus, t0
  fscsr zero
#endif
  tail start

.balign 4
trap:
  csrr a0, mcause
  csrr a1, mepc
  csrr a2, mtval
  tail fault

// What tells the breakpoint from others are its neighbours, uncompressed and on the same page.
.section .text.semihosting, "ax"
.global semihosting
.balign 16
.option norvc
semihosting:
  slli zero, zero, 0x1f
  ebreak
  srai zero, zero, 7
  ret
