// SPDX-License-Identifier: Apache-2.0
#include "tests/machine/thumb_core.h"

using namespace smelt::tools::machine;

TEST_CASE("Thumb: arithmetic") {
  SECTION("subtraction sets flags that others read") {
    Core core({
        0x1A40,          // subs r0, r0, r1
        0xF142, 0x0200,  // adc r2, r2, #0
        0x4193,          // sbcs r3, r3, r2
        0x4770,          // bx lr
    });
    CHECK(core.run({5, 3, 10, 7}) == 4);
    CHECK(core.r(0) == 2);
    CHECK(core.r(2) == 11);
    CHECK(core.r(3) == 0xFFFFFFFC);
    CHECK(core.flags() == N);
  }
  SECTION("overflow") {
    Core core({
        0x1840,  // adds r0, r0, r1
        0x4770,  // bx lr
    });
    CHECK(core.run({0x7FFFFFFF, 1}) == 2);
    CHECK(core.r(0) == 0x80000000);
    CHECK(core.flags() == (N | V));
  }
  SECTION("carry and zero") {
    Core core({
        0x1840,  // adds r0, r0, r1
        0x4770,  // bx lr
    });
    CHECK(core.run({0xFFFFFFFF, 1}) == 2);
    CHECK(core.r(0) == 0);
    CHECK(core.flags() == (Z | C));
  }
  SECTION("immediates and fields") {
    Core core({
        0xF241, 0x2234,  // movw r2, #0x1234
        0xF2C8, 0x7265,  // movt r2, #0x8765
        0xF3C2, 0x1307,  // ubfx r3, r2, #4, #8
        0xF342, 0x7403,  // sbfx r4, r2, #28, #4
        0xF362, 0x2517,  // bfi r5, r2, #8, #16
        0xF382, 0x0608,  // usat r6, #8, r2
        0xF301, 0x0707,  // ssat r7, #8, r1
        0xF040, 0x10AB,  // orr.w r0, r0, #0x00AB00AB
        0x4770,          // bx lr
    });
    CHECK(core.run({0, 300, 0, 0, 0, 0xFFFFFFFF}) == 9);
    CHECK(core.r(2) == 0x87651234);
    CHECK(core.r(3) == 0x23);
    CHECK(core.r(4) == 0xFFFFFFF8);
    CHECK(core.r(5) == 0xFF1234FF);
    CHECK(core.r(6) == 0);
    CHECK(core.r(7) == 127);
    CHECK(core.r(0) == 0x00AB00AB);
  }
  SECTION("shifts and bits") {
    Core core({
        0xEA40, 0x2201,  // orr.w r2, r0, r1, lsl #8
        0xF1C0, 0x0400,  // rsb r4, r0, #0
        0xFAB0, 0xF580,  // clz r5, r0
        0xFA90, 0xF6A0,  // rbit r6, r0
        0xBA07,          // rev r7, r0
        0xEA4F, 0x0330,  // mov.w r3, r0, rrx
        0x0900,          // lsrs r0, r0, #4
        0x4770,          // bx lr
    });
    CHECK(core.run({0x00F0000F, 0x12}) == 8);
    CHECK(core.r(2) == 0x00F0120F);
    CHECK(core.r(4) == 0xFF0FFFF1);
    CHECK(core.r(5) == 8);
    CHECK(core.r(6) == 0xF0000F00);
    CHECK(core.r(7) == 0x0F00F000);
    CHECK(core.r(3) == 0x00780007);
    CHECK(core.r(0) == 0x000F0000);
    CHECK(core.flags() == C);
  }
  SECTION("a choice by a condition") {
    Core core({
        0x4288,          // cmp r0, r1
        0xEA50, 0x82C1,  // csel r2, r0, r1, gt
        0xEA50, 0x93C1,  // csinc r3, r0, r1, gt
        0xEA5F, 0x940F,  // cset r4, ne
        0xEA50, 0xB5B1,  // csneg r5, r0, r1, lt
        0x4770,          // bx lr
    });
    CHECK(core.run({2, 5}) == 6);
    CHECK(core.r(2) == 5);
    CHECK(core.r(3) == 6);
    CHECK(core.r(4) == 1);
    CHECK(core.r(5) == 2);
  }
}

TEST_CASE("Thumb: products") {
  SECTION("of words and of 64 bits") {
    Core core({
        0xFB80, 0x2301,  // smull r2, r3, r0, r1
        0xFBE0, 0x2301,  // umlal r2, r3, r0, r1
        0xFB00, 0xF401,  // mul r4, r0, r1
        0xFB90, 0xF5F1,  // sdiv r5, r0, r1
        0xFBB0, 0xF6F1,  // udiv r6, r0, r1
        0xFB05, 0x0711,  // mls r7, r5, r1, r0
        0x4770,          // bx lr
    });
    CHECK(core.run({0xFFFFFFF0, 5}) == 7);
    CHECK(core.r(2) == 0xFFFFFF60);
    CHECK(core.r(3) == 4);
    CHECK(core.r(4) == 0xFFFFFFB0);
    CHECK(core.r(5) == 0xFFFFFFFD);
    CHECK(core.r(6) == 0x33333330);
    CHECK(core.r(7) == 0xFFFFFFFF);
  }
  SECTION("of halves") {
    Core core({
        0xFB20, 0x0201,  // smlad r2, r0, r1, r0
        0xFB20, 0xF311,  // smuadx r3, r0, r1
        0xFB30, 0x0401,  // smlawb r4, r0, r1, r0
        0xFB50, 0xF511,  // smmulr r5, r0, r1
        0xFB40, 0x1601,  // smlsd r6, r0, r1, r1
        0xFBC0, 0x78C1,  // smlald r7, r8, r0, r1
        0xFB10, 0x1911,  // smlabt r9, r0, r1, r1
        0x4770,          // bx lr
    });
    CHECK(core.run({0x0003FFFE, 0xFFFF0004, 0, 0, 0, 0, 0, 1, 0}) == 8);
    CHECK(core.r(2) == 0x0003FFF3);
    CHECK(core.r(3) == 14);
    CHECK(core.r(4) == 0x0004000D);
    CHECK(core.r(5) == 0xFFFFFFFC);
    CHECK(core.r(6) == 0xFFFEFFFF);
    CHECK(core.r(7) == 0xFFFFFFF6);
    CHECK(core.r(8) == 0xFFFFFFFF);
    CHECK(core.r(9) == 0xFFFF0006);
  }
  SECTION("lanes of a register") {
    Core core({
        0xFA2F, 0xF290,  // sxtb16 r2, r0, ror #8
        0xFA90, 0xF301,  // sadd16 r3, r0, r1
        0xFAC0, 0xF401,  // ssub8 r4, r0, r1
        0xFAC0, 0xF551,  // uqsub8 r5, r0, r1
        0xEAC0, 0x4601,  // pkhbt r6, r0, r1, lsl #16
        0xFA50, 0xF791,  // uxtab r7, r0, r1, ror #8
        0xFA88, 0xF088,  // qadd r0, r8, r8
        0xF321, 0x0803,  // ssat16 r8, #4, r1
        0x4770,          // bx lr
    });
    CHECK(core.run({0x80017FFF, 0x00020102, 0, 0, 0, 0, 0, 0, 0x7FFFFFF0}) == 9);
    CHECK(core.r(2) == 0xFF80007F);
    CHECK(core.r(3) == 0x80038101);
    CHECK(core.r(4) == 0x80FF7EFD);
    CHECK(core.r(5) == 0x80007EFD);
    CHECK(core.r(6) == 0x01027FFF);
    CHECK(core.r(7) == 0x80018000);
    CHECK(core.r(0) == 0x7FFFFFFF);
    CHECK(core.r(8) == 0x00020007);
    CHECK(core.flags() == Q);
  }
  SECTION("a choice by a parallel sum") {
    Core core({
        0xFAC0, 0xF241,  // usub8 r2, r0, r1
        0xFAA0, 0xF381,  // sel r3, r0, r1
        0xF3EF, 0x8400,  // mrs r4, apsr
        0x4770,          // bx lr
    });
    CHECK(core.run({0x05FF0310, 0x06FE0310}) == 4);
    CHECK(core.r(2) == 0xFF010000);
    CHECK(core.r(3) == 0x06FF0310);
    CHECK(core.r(4) == 0x00070000);
  }
  SECTION("shifts that round and saturate") {
    Core core({
        0xEA50, 0x4F2D,  // sqrshr r0, r4
        0xEA53, 0x43AD,  // sqrshrl r2, r3, #48, r4
        0x4770,          // bx lr
    });
    CHECK(core.run({0xFFFFFFF4, 0, 0, 0x00400000, 3}) == 3);
    CHECK(core.r(0) == 0xFFFFFFFF);
    CHECK(core.r(2) == 0xFFFFFFFF);
    CHECK(core.r(3) == 0x00007FFF);
    CHECK(core.flags() == Q);
  }
}

TEST_CASE("Thumb: jumps") {
  SECTION("an IT block; what it skips counts") {
    Core core({
        0x4288,  // cmp r0, r1
        0xBFCC,  // ite gt
        0x4602,  // movgt r2, r0
        0x460A,  // movle r2, r1
        0x1C53,  // adds r3, r2, #1
        0x4770,  // bx lr
    });
    CHECK(core.run({2, 5, 0, 0}) == 6);
    CHECK(core.r(2) == 5);
    CHECK(core.r(3) == 6);
    CHECK_FALSE(core.depends(1));
    CHECK(core.depends(2));
    CHECK(core.depends(3));
    CHECK_FALSE(core.depends(4));
  }
  SECTION("a loop") {
    Core core({
        0x2200,  // movs r2, #0
        0x3203,  // 1: adds r2, #3
        0x3801,  // subs r0, #1
        0xD1FC,  // bne 1b
        0x4610,  // mov r0, r2
        0x4770,  // bx lr
    });
    CHECK(core.run({4}) == 15);
    CHECK(core.r(0) == 12);
  }
  SECTION("a call, and a branch at zero") {
    Core core({
        0xB510,          // push {r4, lr}
        0xF000, 0xF803,  // bl 1f
        0xB100,          // cbz r0, 2f
        0x3001,          // adds r0, #1
        0xBD10,          // 2: pop {r4, pc}
        0x2004,          // 1: movs r0, #4
        0x4770,          // bx lr
    });
    CHECK(core.run({0}) == 7);
    CHECK(core.r(0) == 5);
    CHECK(core.lowest() == 8);
  }
  SECTION("by a table") {
    Core core({
        0xE8DF, 0xF000,  // tbb [pc, r0]
        0x0402,          // .byte 2, 4
        0xBF00,          // .hword 0xBF00
        0x2007,          // 1: movs r0, #7
        0x4770,          // bx lr
        0x2009,          // movs r0, #9
        0x4770,          // bx lr
    });
    CHECK(core.run({1}) == 3);
    CHECK(core.r(0) == 9);
  }
  SECTION("loops of Armv8.1-M") {
    Core core({
        0xB510,          // push {r4, lr}
        0xF042, 0xE001,  // dls lr, r2
        0x4603,          // mov r3, r0
        0x3002,          // 1: adds r0, #2
        0xF00F, 0xC803,  // le lr, 1b
        0xF043, 0xC801,  // wls lr, r3, 2f
        0x3064,          // adds r0, #100
        0xBD10,          // 2: pop {r4, pc}
    });
    CHECK(core.run({0, 0, 3}) == 11);
    CHECK(core.r(0) == 6);
  }
}

TEST_CASE("Thumb: memory") {
  SECTION("addresses that move on") {
    Core core({
        0xF810, 0x2B01,  // ldrb r2, [r0], #1
        0xF910, 0x3F01,  // ldrsb r3, [r0, #1]!
        0xF930, 0x4C02,  // ldrsh r4, [r0, #-2]
        0xE9E1, 0x2302,  // strd r2, r3, [r1, #8]!
        0x684D,          // ldr r5, [r1, #4]
        0xC9C0,          // ldmia r1!, {r6, r7}
        0xF851, 0x8022,  // ldr r8, [r1, r2, lsl #2]
        0x4770,          // bx lr
    });
    core.write({1, 2, 0x83});
    CHECK(core.run({data, data + 32}) == 8);
    CHECK(core.r(0) == data + 2);
    CHECK(core.r(1) == data + 48);
    CHECK(core.r(2) == 1);
    CHECK(core.r(3) == 0xFFFFFF83);
    CHECK(core.r(4) == 0x0201);
    CHECK(core.r(5) == 0xFFFFFF83);
    CHECK(core.r(6) == 1);
    CHECK(core.r(7) == 0xFFFFFF83);
    CHECK(core.r(8) == 0);
  }
  SECTION("the stack") {
    Core core({
        0xB530,  // push {r4, r5, lr}
        0xB085,  // sub sp, #20
        0x9001,  // str r0, [sp, #4]
        0x9D01,  // ldr r5, [sp, #4]
        0xB005,  // add sp, #20
        0x4628,  // mov r0, r5
        0xBD30,  // pop {r4, r5, pc}
    });
    CHECK(core.run({77, 0, 0, 0, 4, 5}) == 7);
    CHECK(core.r(0) == 77);
    CHECK(core.r(4) == 4);
    CHECK(core.r(5) == 5);
    CHECK(core.lowest() == 32);
  }
  SECTION("what is not known stays so") {
    Core core({
        0x6802,  // ldr r2, [r0]
        0x2300,  // movs r3, #0
        0x600A,  // str r2, [r1]
        0x78CC,  // ldrb r4, [r1, #3]
        0x70CB,  // strb r3, [r1, #3]
        0x78CD,  // ldrb r5, [r1, #3]
        0x4770,  // bx lr
    });
    CHECK(core.run({unknown, data}) == 7);
    CHECK(!core.knows(2));
    CHECK(!core.knows(4));
    CHECK(core.r(5) == 0);
  }
}

TEST_CASE("Thumb: floats") {
  SECTION("arithmetic, comparison and conversion") {
    Core core({
        0xEEB7, 0x0A08,  // vmov.f32 s0, #1.5
        0xEE00, 0x0A90,  // vmov s1, r0
        0xEEF8, 0x0AE0,  // vcvt.f32.s32 s1, s1
        0xEEA0, 0x0AA0,  // vfma.f32 s0, s1, s1
        0xEE80, 0x1A20,  // vdiv.f32 s2, s0, s1
        0xEEB4, 0x1AE0,  // vcmpe.f32 s2, s1
        0xEEF1, 0xFA10,  // vmrs APSR_nzcv, fpscr
        0xBFB8,          // it lt
        0x2201,          // movlt r2, #1
        0xFE70, 0x1A20,  // vselgt.f32 s3, s0, s1
        0xEEBD, 0x2AE1,  // vcvt.s32.f32 s4, s3
        0xEE12, 0x3A10,  // vmov r3, s4
        0xFEFC, 0x2AC1,  // vcvta.s32.f32 s5, s2
        0xEE12, 0x6A90,  // vmov r6, s5
        0x4770,          // bx lr
    });
    CHECK(core.run({0xFFFFFFFE, 0, 0}) == 15);
    CHECK(core.r(3) == 0xFFFFFFFE);
    CHECK(core.r(2) == 1);
    CHECK(core.r(6) == 0xFFFFFFFD);
  }
  SECTION("moves") {
    Core core({
        0xEE00, 0x0A10,  // vmov s0, r0
        0xEE00, 0x1A90,  // vmov s1, r1
        0xED2D, 0x0A02,  // vpush {s0-s1}
        0xECBD, 0x3B02,  // vpop {d3}
        0xEC53, 0x2A13,  // vmov r2, r3, s6, s7
        0xEC55, 0x4B10,  // vmov r4, r5, d0
        0xEEB1, 0x4A40,  // vneg.f32 s8, s0
        0xEEF0, 0x4AC4,  // vabs.f32 s9, s8
        0xEE14, 0x6A10,  // vmov r6, s8
        0xEE14, 0x7A90,  // vmov r7, s9
        0x4770,          // bx lr
    });
    CHECK(core.run({0x3F800000, 7}) == 11);
    CHECK(core.r(2) == 0x3F800000);
    CHECK(core.r(3) == 7);
    CHECK(core.r(4) == 0x3F800000);
    CHECK(core.r(5) == 7);
    CHECK(core.r(6) == 0xBF800000);
    CHECK(core.r(7) == 0x3F800000);
    CHECK(core.lowest() == 8);
  }
  SECTION("of double precision") {
    Core core({
        0xEE00, 0x0A10,  // vmov s0, r0
        0xEEB7, 0x1AC0,  // vcvt.f64.f32 d1, s0
        0xEEB6, 0x2B00,  // vmov.f64 d2, #0.5
        0xEEA2, 0x1B02,  // vfma.f64 d1, d2, d2
        0xEC53, 0x2B11,  // vmov r2, r3, d1
        0xEEB7, 0x0BC1,  // vcvt.f32.f64 s0, d1
        0xEE10, 0x4A10,  // vmov r4, s0
        0x4770,          // bx lr
    });
    CHECK(core.run({0x3F800000}) == 8);
    CHECK(core.r(2) == 0);
    CHECK(core.r(3) == 0x3FF40000);
    CHECK(core.r(4) == 0x3FA00000);
  }
  SECTION("halves") {
    Core core({
        0xEE00, 0x0A10,  // vmov s0, r0
        0xEEF3, 0x0A40,  // vcvtb.f16.f32 s1, s0
        0xEEF3, 0x0AC0,  // vcvtt.f16.f32 s1, s0
        0xEEB2, 0x1AE0,  // vcvtt.f32.f16 s2, s1
        0xEE10, 0x1A90,  // vmov r1, s1
        0xEE11, 0x2A10,  // vmov r2, s2
        0x4770,          // bx lr
    });
    CHECK(core.run({0x40490FDB}) == 7);
    CHECK(core.r(1) == 0x42484248);
    CHECK(core.r(2) == 0x40490000);
  }
}

TEST_CASE("Thumb: what is not modelled is remembered, and passed over") {
  Memory memory;
  memory.map(code, 4, true);
  memory.store(code, 2, {0xDE00});      // udf #0
  memory.store(code + 2, 2, {0x4770});  // bx lr
  State state(memory);
  thumb.call(state, code, stack, {});
  for (const Operation& operation : thumb.decode(memory, code)) operation.execute(state, operation);
  CHECK(state.not_modelled == code);
  CHECK(state.pc == InstructionSet::end);
}
