// SPDX-License-Identifier: Apache-2.0
#include "tests/machine/thumb_core.h"

using namespace smelt::tools::machine;

TEST_CASE("Thumb: vectors") {
  SECTION("a loop whose last turn has fewer lanes") {
    Core core({
        0xB510,          // push {r4, lr}
        0xF002, 0xE001,  // dlstp.8 lr, r2
        0xECB0, 0x1E10,  // 1: vldrb.u8 q0, [r0], #16
        0xECA1, 0x1E10,  // vstrb.8 q0, [r1], #16
        0xF01F, 0xC007,  // letp lr, 1b
        0xBD10,          // pop {r4, pc}
    });
    core.write({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 4, 5, 6});
    CHECK(core.run({data, data + 32, 18}) == 9);
    CHECK(core.r(0) == data + 32);
    CHECK(core.r(1) == data + 64);
    CHECK(core.byte(32 + 0) == 1);
    CHECK(core.byte(32 + 17) == 5);
    CHECK(core.byte(32 + 18) == 0);
  }
  SECTION("what they do to general registers") {
    Core core({
        0xEEA0, 0x0B10,  // vdup.32 q0, r0
        0xEE31, 0x2B10,  // vmov.32 r2, q0[3]
        0xEE40, 0x1B30,  // vmov.8 q0[1], r1
        0xEED0, 0x3B30,  // vmov.u8 r3, q0[1]
        0xEE25, 0x2FEE,  // vidup.u32 q1, r4, #4
        0xEEF9, 0x6F02,  // vaddv.s32 r6, q1
        0xEEE2, 0x7F02,  // vmaxv.s8 r7, q1
        0xFE71, 0x0F4D,  // vpst
        0xECB5, 0x5E10,  // vldrbt.u8 q2, [r5], #16
        0xEE14, 0x8B10,  // vmov.32 r8, q2[0]
        0x4770,          // bx lr
    });
    CHECK(core.run({0x01020304, 0x77, 0, 0, 100, data, 6, 7, 8}) == 11);
    CHECK(core.r(2) == 0x01020304);
    CHECK(core.r(3) == 0x77);
    CHECK(core.r(4) == 116);
    CHECK(core.r(6) == 424);
    CHECK(core.r(7) == 112);
    CHECK(core.r(5) == data + 16);
    CHECK(!core.knows(8));
  }
  SECTION("shifts of 64 bits") {
    Core core({
        0xEA50, 0x110F,  // lsll r0, r1, #4
        0xEA52, 0x03EF,  // asrl r2, r3, #3
        0xEA54, 0x650D,  // lsll r4, r5, r6
        0x4770,          // bx lr
    });
    CHECK(core.run({0xF0000001, 0x2, 0, 0x80000000, 0xF0, 0, 0xFFFFFFFC}) == 4);
    CHECK(core.r(0) == 0x10);
    CHECK(core.r(1) == 0x2F);
    CHECK(core.r(2) == 0);
    CHECK(core.r(3) == 0xF0000000);
    CHECK(core.r(4) == 0xF);
    CHECK(core.r(5) == 0);
  }
  SECTION("lanes that kernels compute with") {
    Core core({
        0xED90, 0x0F00,  // vldrb.s32 q0, [r0]
        0xEF80, 0x2053,  // vmov.i32 q1, #3
        0xEF20, 0x4842,  // vadd.i32 q2, q0, q1
        0xEF20, 0x6952,  // vmul.i32 q3, q0, q1
        0xEEF0, 0x2F22,  // vmlava.s8 r2, q0, q1
        0xEEF9, 0x8F06,  // vaddv.s32 r8, q3
        0xEF22, 0x2650,  // vmin.s32 q1, q1, q0
        0xEEF9, 0x4F02,  // vaddv.s32 r4, q1
        0xEE34, 0x5B10,  // vmov.32 r5, q2[1]
        0xEFB8, 0x0550,  // vshl.i32 q0, q0, #24
        0xEF84, 0x8650,  // vmov.i32 q4, #0x40000000
        0xFF20, 0xAB48,  // vqrdmulh.s32 q5, q0, q4
        0xEE3A, 0x6B10,  // vmov.32 r6, q5[1]
        0xEEA8, 0x1B10,  // vdup.32 q4, r1
        0xEF28, 0xA54A,  // vrshl.s32 q5, q5, q4
        0xEE3A, 0x7B10,  // vmov.32 r7, q5[1]
        0x4770,          // bx lr
    });
    core.write({1, 0xFE, 5, 0xFB});
    CHECK(core.run({data, 0xFFFFFFE9, 10}) == 17);
    CHECK(core.r(2) == 7);
    CHECK(core.r(8) == 0xFFFFFFFD);
    CHECK(core.r(4) == 0xFFFFFFFD);
    CHECK(core.r(5) == 1);
    CHECK(core.r(6) == 0xFF000000);
    CHECK(core.r(7) == 0xFFFFFFFE);
  }
  SECTION("a predicate") {
    Core core({
        0xF002, 0xE801,  // vctp.8 r2
        0xFE71, 0x0F4D,  // vpst
        0xED90, 0x1E00,  // vldrbt.u8 q0, [r0]
        0xFEF1, 0x4F00,  // vaddv.u8 r4, q0
        0xFE31, 0x0F4D,  // vpnot
        0xFE71, 0x0F4D,  // vpst
        0xED81, 0x1E00,  // vstrbt.8 q0, [r1]
        0xEF80, 0x2E59,  // vmov.i8 q1, #9
        0xFE71, 0x0F4D,  // vpst
        0xED81, 0x3E00,  // vstrbt.8 q1, [r1]
        0x4770,          // bx lr
    });
    core.write({1, 2, 3, 4});
    CHECK(core.run({data, data + 32, 3}) == 11);
    CHECK(core.r(4) == 6);
    CHECK(core.byte(32 + 2) == 0);
    CHECK(core.byte(32 + 3) == 9);
    CHECK(core.byte(32 + 15) == 9);
  }
  SECTION("lanes that become wider and narrower") {
    Core core({
        0xED90, 0x1E00,  // vldrb.u8 q0, [r0]
        0xEEA8, 0x2F40,  // vmovlb.s8 q1, q0
        0xEEA8, 0x5F40,  // vmovlt.s8 q2, q0
        0xEE01, 0x6E00,  // vmullb.s8 q3, q0, q0
        0xEE92, 0x2B70,  // vmov.u16 r2, q1[1]
        0xEE94, 0x3B30,  // vmov.u16 r3, q2[0]
        0xEE96, 0x4B70,  // vmov.u16 r4, q3[1]
        0xEE33, 0x0E07,  // vqmovnb.s16 q0, q3
        0xEED0, 0x5B50,  // vmov.u8 r5, q0[2]
        0xEED0, 0x6B30,  // vmov.u8 r6, q0[1]
        0x4770,          // bx lr
    });
    core.write({1, 2, 0x80, 4});
    CHECK(core.run({data}) == 11);
    CHECK(core.r(2) == 0xFF80);
    CHECK(core.r(3) == 2);
    CHECK(core.r(4) == 0x4000);
    CHECK(core.r(5) == 0x7F);
    CHECK(core.r(6) == 2);
  }
  SECTION("floats") {
    Core core({
        0xED90, 0x1F00,  // vldrw.u32 q0, [r0]
        0xED90, 0x3F04,  // vldrw.u32 q1, [r0, #16]
        0xEF00, 0x2C50,  // vfma.f32 q1, q0, q0
        0xEE31, 0x4E61,  // vmul.f32 q2, q0, r1
        0xEE35, 0x1F01,  // vcmp.f32 gt, q2, q0
        0xEEFD, 0x5A10,  // vmrs r5, p0
        0xFFBB, 0x6742,  // vcvt.s32.f32 q3, q1
        0xEE36, 0x6B10,  // vmov.32 r6, q3[1]
        0xEEEE, 0x7F04,  // vmaxnmv.f32 r7, q2
        0xFFBA, 0x46C4,  // vrintm.f32 q2, q2
        0xEE35, 0x8B10,  // vmov.32 r8, q2[3]
        0x4770,          // bx lr
    });
    core.write_words(0, {0x3F800000, 0xC0000000, 0x40600000, 0xBFC00000,    // 1, -2, 3.5, -1.5
                         0x3F800000, 0x40A00000, 0x3F800000, 0x3F800000});  // 1, 5, 1, 1
    CHECK(core.run({data, 0x3FC00000, 0, 0, 0, 0, 0, 0xC0E00000}) == 12);   // 1.5, -7
    CHECK(core.r(5) == 0x0F0F);
    CHECK(core.r(6) == 9);
    CHECK(core.r(7) == 0x40A80000);  // 5.25
    CHECK(core.r(8) == 0xC0400000);  // -3
  }
  SECTION("lanes that a block leaves to others") {
    Core core({
        0xED90, 0x1E00,  // vldrb.u8 q0, [r0]
        0xFE41, 0x9F61,  // vpte.s8 gt, q0, r1
        0xEF00, 0x2840,  // vaddt.i8 q1, q0, q0
        0xEF80, 0x2E57,  // vmove.i8 q1, #0x7
        0xFE31, 0x4F03,  // vpsel q2, q0, q1
        0xED82, 0x3E00,  // vstrb.8 q1, [r2]
        0xED82, 0x5E10,  // vstrb.8 q2, [r2, #16]
        0x4770,          // bx lr
    });
    core.write({1, 0xFF, 100, 4});
    CHECK(core.run({data, 3, data + 32}) == 8);
    CHECK(core.word(32) == 0x08C80707);
    CHECK(core.word(36) == 0x07070707);
    CHECK(core.word(48) == 0x08C8FF01);
    CHECK(core.word(52) == 0);
  }
  SECTION("places that are not one behind the other") {
    Core core({
        0xFD90, 0x0F00,  // vldrb.u32 q0, [r0]
        0xFC90, 0x2F40,  // vldrw.u32 q1, [r0, q0]
        0xEC81, 0x2F00,  // vstrb.32 q1, [r1, q0]
        0xEE21, 0x4F41,  // vadd.i32 q2, q0, r1
        0xFDA4, 0x1E08,  // vstrw.32 q0, [q2, #32]!
        0xEE14, 0x2B10,  // vmov.32 r2, q2[0]
        0xEE32, 0x3B10,  // vmov.32 r3, q1[1]
        0x4770,          // bx lr
    });
    core.write({16, 24, 20, 28});
    core.write_words(16, {0x11, 0x22, 0x33, 0x44});
    CHECK(core.run({data, data + 64}) == 8);
    CHECK(core.r(2) == data + 112);
    CHECK(core.r(3) == 0x33);
    CHECK(core.byte(64 + 16) == 0x11);
    CHECK(core.byte(64 + 20) == 0x22);
    CHECK(core.byte(64 + 24) == 0x33);
    CHECK(core.word(96 + 16) == 16);
    CHECK(core.word(96 + 24) == 24);
  }
  SECTION("vectors by turns") {
    Core core({
        0xFC90, 0x1E80,  // vld20.16 {q0, q1}, [r0]
        0xFCB0, 0x1EA0,  // vld21.16 {q0, q1}, [r0]!
        0xED81, 0x3F00,  // vstrw.32 q1, [r1]
        0xFC82, 0x1E01,  // vst40.8 {q0, q1, q2, q3}, [r2]
        0xFC82, 0x1E21,  // vst41.8 {q0, q1, q2, q3}, [r2]
        0xFC82, 0x1E41,  // vst42.8 {q0, q1, q2, q3}, [r2]
        0xFCA2, 0x1E61,  // vst43.8 {q0, q1, q2, q3}, [r2]!
        0x4770,          // bx lr
    });
    core.write_words(0, {0x00010000, 0x00030002, 0x00050004, 0x00070006,  //
                         0x00090008, 0x000B000A, 0x000D000C, 0x000F000E});
    CHECK(core.run({data, data + 64, data + 128}) == 8);
    CHECK(core.r(0) == data + 32);
    CHECK(core.r(2) == data + 192);
    CHECK(core.word(64) == 0x00030001);
    CHECK(core.word(76) == 0x000F000D);
    CHECK(core.word(128) == 0x0100);
    CHECK(core.word(128 + 4) == 0);
    CHECK(core.word(128 + 56) == 0x0F0E);
  }
  SECTION("sums and the smallest") {
    Core core({
        0xED90, 0x0E80,  // vldrb.s16 q0, [r0]
        0xEE90, 0x2E00,  // vmlalv.s16 r2, r3, q0, q0
        0xEEA9, 0x4F00,  // vaddlv.s32 r4, r5, q0
        0xEEE6, 0x6F80,  // vminv.s16 r6, q0
        0xEEE4, 0x7F00,  // vmaxav.s16 r7, q0
        0xEE30, 0x2F00,  // vadc.i32 q1, q0, q0
        0xEE29, 0x4FE8,  // viwdup.u32 q2, r8, r9, #0x4
        0x4770,          // bx lr
    });
    core.write({1, 2, 0x80, 4, 5, 6, 7, 8});
    CHECK(core.run({data, 0, 0, 0, 0, 0, 0, 0, 4, 12}) == 8);
    CHECK(core.r(2) == 16579);
    CHECK(core.r(3) == 0);
    CHECK(core.r(4) == 0x0014FF8D);
    CHECK(core.r(5) == 0);
    CHECK(core.r(6) == 0xFFFFFF80);
    CHECK(core.r(7) == 128);
    CHECK(core.r(8) == 8);
  }
}
