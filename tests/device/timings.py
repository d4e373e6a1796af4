#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What tools/measure estimates of instructions, one by one, against their cores' manuals:

    timings.py

Each line below is assembled; what timings.c says of the bytes must be the cycles behind it, where
the line stands behind those above it up to the last blank line.
"""

import ctypes
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

MEASURE = pathlib.Path(__file__).resolve().parents[2] / "tools" / "measure"

# By core: toolchain, its options, and lines of an instruction and its cycles.
CASES = {
    "cortex-m0plus": ("arm-none-eabi-", ["-mcpu=cortex-m0plus"], """
        adds r0, r1           1
        muls r0, r1           1
        ldr r0, [r1, #4]      2
        ldr r0, [r1]          2
        ldr r0, =0x12345678   2
        ldrsb r0, [r1, r2]    2
        ldrh r0, [r1, r2]     2
        strb r0, [r1]         2
        str r0, [sp, #8]      2
        str r0, [r1, r2]      2
        push {r0-r3, lr}      6
        pop {r0, r1}          3
        ldm r7!, {r0-r2}      4
        stm r0!, {r1-r4}      5
        bl 0                  2
        b 0                   1
        """),
    "cortex-m3": ("arm-none-eabi-", ["-mcpu=cortex-m3"], """
        mul r0, r1, r2        1
        muls r0, r1           1
        mla r0, r1, r2, r3    2
        mls r0, r1, r2, r3    2
        smull r0, r1, r2, r3  4
        smlal r0, r1, r2, r3  5.5
        sdiv r0, r1, r2       7
        ssat r0, #8, r1       1
        """),
    "cortex-m4": ("arm-none-eabi-",
                  ["-mcpu=cortex-m4", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"], """
        add.w r0, r1, r2, lsl #2  1
        ldr r0, [r1]          2
        ldr r2, [r1, #4]      1
        ldrsb.w r2, [r1], #1  1
        add r0, r2            1
        ldrh.w r2, [r1, r3]   2

        str r0, [r1]          1
        ldr r2, [r1]          1
        str.w r0, [r1, #400]  1
        strb.w r0, [r1], #1   1

        ldrd r0, r1, [r2], #8    3
        strd r0, r1, [r2]        3
        ldmia.w r0!, {r4-r11}    9
        push {r4-r11, lr}        10
        pop {r4-r7}              5
        smlad r0, r1, r2, r3     1
        smuad r0, r1, r2         1
        smmulr r0, r1, r2        1
        smmla r0, r1, r2, r3     1
        smlabb r0, r1, r2, r3    1
        mla r0, r1, r2, r3       1
        mul r0, r1, r2           1
        smull r0, r1, r2, r3     1
        smlald r0, r1, r2, r3    1
        udiv r0, r1, r2          7
        sxtb16 r0, r1, ror #8    1
        pkhbt r0, r1, r2, lsl #16  1
        ssat r0, #8, r1, asr #3  1
        movw r0, #1234           1
        bl 0                     1
        b.w 0                    1
        beq.w 0                  1
        cbz r0, .+4              1
        bx lr                    1
        tbb [pc, r0]             2
        .inst.n 0xBF08           1
        vldr s0, [r0]            2
        vldr s1, [r0, #4]        1
        vldr d0, [r0]            3
        vldmia r0!, {s0-s7}      9
        vpush {d8-d9}            5
        vstr s0, [r0]            1
        vadd.f32 s0, s1, s2      1
        vmul.f32 s0, s1, s2      1
        vfma.f32 s0, s1, s2      3
        vfms.f32 s0, s1, s2      3
        vfnma.f32 s0, s1, s2     3
        vmla.f32 s0, s1, s2      3
        vdiv.f32 s0, s1, s2      14
        vsqrt.f32 s0, s1         14
        vcvt.f32.s32 s0, s1      1
        vmov s0, r0              1
        vcmp.f32 s0, s1          1
        vmrs APSR_nzcv, fpscr    1
        """),
    "cortex-m7": ("arm-none-eabi-", ["-mcpu=cortex-m7"], """
        add r0, r1            0.5
        ldr r0, [r1]          1
        smlad r0, r1, r2, r3  1
        ldrd r0, r1, [r2]     1
        beq 0                 0.5
        """),
    "cortex-m55": ("arm-none-eabi-", ["-mcpu=cortex-m55", "-mfloat-abi=hard"], """
        dls lr, r0            1
        vldrb.u8 q0, [r0], #16    2
        vldrb.s16 q1, [r0], #8    2
        vmladava.s8 r2, q0, q1    1
        vldrw.u32 q0, [r0], #16   1
        vmlava.s8 r2, q0, q1  1
        vmladava.s16 r2, q0, q1   2
        vstrb.8 q0, [r1], #16     1
        vadd.i32 q0, q1, q2   1
        vqrdmulh.s32 q0, q1, q2   2
        vmlas.s32 q0, q1, r0  2
        vdup.32 q0, r0        2
        vld20.8 {q0, q1}, [r0]    1

        vctp.8 r0             1
        .inst.w 0xFE710F4D    2
        vldrb.u8 q0, [r0, q1] 1
        vmov.32 q0[0], r1     1
        vmov r0, r1, q0[2], q0[0]  1
        ldr r0, [r1]          1
        csel r0, r1, r2, eq   1
        vfma.f32 s0, s1, s2   1
        vfma.f32 q0, q1, q2   2
        vmax.s8 q0, q1, q2    2
        """),
    "rv32imafc": ("riscv64-unknown-elf-", ["-march=rv32imafc", "-mabi=ilp32f"], """
        add a0, a1, a2        1
        lb a0, 0(a1)          1
        c.lw a0, 4(a1)        1
        c.swsp a0, 4(sp)      1
        flw fa0, 0(a1)        1
        mul a0, a1, a2        1
        mulh a0, a1, a2       5
        mulhsu a0, a1, a2     5
        div a0, a1, a2        19
        remu a0, a1, a2       19
        sll a0, a1, a2        1
        sub a0, a1, a2        1
        c.jr ra               0
        c.j .+4               0
        jal ra, .+8           0
        c.mv a0, a1           1
        c.add a0, a1          1
        c.beqz a0, .+4        1
        c.li a0, 1            1
        bne a0, a1, .+8       1
        fmadd.s fa0, fa1, fa2, fa3  1
        fadd.s fa0, fa1, fa2  1
        fdiv.s fa0, fa1, fa2  12
        fsqrt.s fa0, fa1      12
        lui a0, 5             1
        """),
}


def library(folder):
    """timings.c for this machine."""
    path = folder / "timings.so"
    subprocess.run(["gcc", "-O1", "-Wall", "-Wextra", "-shared", "-fPIC", MEASURE / "timings.c",
                    "-o", path], check=True)
    result = ctypes.CDLL(str(path))
    result.find_core.restype = ctypes.c_void_p
    return result


def assemble(folder, prefix, options, lines):
    """The bytes of each line."""
    source = ".syntax unified\n.thumb\n" if prefix.startswith("arm") else ""
    source += "".join(f"at_{i}: {line}\n" for i, line in enumerate(lines)) + f"at_{len(lines)}:\n"
    (folder / "lines.s").write_text(source)
    subprocess.run([f"{prefix}gcc", *options, "-c", folder / "lines.s", "-o", folder / "lines.o"],
                   check=True)
    subprocess.run([f"{prefix}objcopy", "-O", "binary", "-j", ".text", folder / "lines.o",
                    folder / "lines.bin"], check=True)
    text = subprocess.run([f"{prefix}nm", folder / "lines.o"], check=True, stdout=subprocess.PIPE,
                          text=True).stdout
    at = {word[2]: int(word[0], 16) for word in map(str.split, text.splitlines()) if len(word) == 3}
    code = (folder / "lines.bin").read_bytes()
    return [code[at[f"at_{i}"]:at[f"at_{i + 1}"]] for i in range(len(lines))]


def bits(code, upper_first):
    halves = struct.unpack(f"<{len(code) // 2}H", code)
    if len(halves) == 1:
        return halves[0]
    return halves[0] << 16 | halves[1] if upper_first else halves[1] << 16 | halves[0]


def check(timings, folder, core, toolchain, options, text):
    rows = [line.rsplit(maxsplit=1) for line in text.splitlines()]
    codes = iter(assemble(folder, toolchain, options, [row[0].strip() for row in rows if row]))
    handle = ctypes.c_void_p(timings.find_core(core.encode()))
    problems, before = [], 0
    for row in rows:
        if not row:
            before = 0
            continue
        code = next(codes)
        instruction = bits(code, toolchain.startswith("arm"))
        found = timings.half_cycles(handle, instruction, len(code), before) / 2
        before = timings.kind_of(handle, instruction, len(code))
        if found != float(row[1]):
            problems.append(
                f"{core}: {row[0].strip()} ({instruction:x}) takes {row[1]}, not {found}")
    return problems


def main():
    problems, checked = [], 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        timings = library(folder)
        for core, (toolchain, options, text) in CASES.items():
            if shutil.which(f"{toolchain}gcc"):
                checked += 1
                problems += check(timings, folder, core, toolchain, options, text)
    print("\n".join(problems) or ("good" if checked else "skipped: no cross compiler"))
    sys.exit(1 if problems else 0)


main()
