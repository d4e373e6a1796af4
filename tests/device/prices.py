#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds smelt report to emulated boards: the same code, compiled by clang as smelt compiles it and
linked with each board's own start-up code, is counted by QEMU; and so is the firmware that the
board's toolchain builds, which the report is given.

    prices.py --smelt PROGRAM [--models-dir FOLDER] [--models LIST] [--boards LIST]
"""

import argparse
import json
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

# pylint: disable=wrong-import-position
from measure import build, device, emitted, emulate
from measure.boards import BOARDS
from measure.cases import find_cases

COUNTS = 0.01  # may be off by so much: state is that of a run before
STACK = 32     # bytes
AVR = "avr"
TRIPLES = {"arm-none-eabi": "arm-none-eabi", "riscv64-unknown-elf": "riscv32-unknown-elf"}
FLAGS = ["-O3", "-std=c++14", "-nostdlibinc", "-ffunction-sections", "-fdata-sections",
         "-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics", "-ffp-contract=off",
         "-fomit-frame-pointer"]
LIBC_HEADERS = {
    "string.h": "#include <stddef.h>\n"
                'extern "C" { void *memcpy(void *, const void *, size_t);'
                " void *memset(void *, int, size_t); }\n",
    "math.h": 'extern "C" {\n' + "".join(
        f"float {name}(float);\n" for name in
        ("acosf asinf atanf ceilf cosf coshf expf fabsf floorf logf sinf sinhf sqrtf tanf tanhf"
         ).split()) + "float copysignf(float, float);\nfloat fmodf(float, float);\n"
                      "float powf(float, float);\n}\n",
}


def compile_by_clang(board, folder, unit):
    flags = [flag for flag in (*board.compile_model,) if flag.startswith("-m")]
    headers = folder / "libc"
    headers.mkdir(exist_ok=True)
    for name, text in LIBC_HEADERS.items():
        (headers / name).write_text(text)
    output = folder / f"{unit}.o"
    emitted.run(["clang++-19", f"--target={TRIPLES[board.toolchain]}", *flags, *FLAGS,
                 f"-I{folder}", "-idirafter", headers, "-c", folder / f"{unit}.cpp", "-o", output])
    return output


def count(board, smelt, case, options, folder, by_clang):
    """A program that checks the case, and the counts and the stack of a run on the board."""
    emitted.emit(smelt, case, [], folder, options)
    objects = build.model_objects(board, folder, emitted.NAME)
    if by_clang:
        for unit in ("", "_weights"):
            objects[unit] = compile_by_clang(board, folder, emitted.NAME + unit)
    program = device.check_program(board, folder, build.start_up(board, folder), objects)
    done = emulate.run(board, program)
    if done.code != 0:
        sys.exit(f"{done.output}\n{case.name} on {board.name} ended with {done.code}")
    return program, emulate.last_call(board, done), int(done.result["stack"])


def check(board, smelt, case, of_firmware):
    """Returns whether the report is near enough to what the board counts: of what smelt compiles
    itself, or of firmware that the board's own toolchain built."""
    options = ["--target", board.target]
    with tempfile.TemporaryDirectory() as folder:
        try:
            program, counts, stack = count(board, smelt, case, options, pathlib.Path(folder),
                                           not of_firmware)
        except emitted.DoesNotFit as reason:
            print(f"{case.name} on {board.name}: {reason}")
            return True
        built = ["--object", program, "--name", emitted.NAME] if of_firmware else []
        price, = json.loads(emitted.run([smelt, "report", case.model, "--json", "--inputs",
                                         case.golden, *options, *built]))
    # simavr knows cycles, and they are all exact.
    key = "cycles" if board.toolchain == AVR else "instructions"
    counted = getattr(counts, key)
    off = price[key] / counted - 1
    deeper = price["stack_bytes"] - stack
    good = abs(off) <= COUNTS and abs(deeper) <= STACK
    print(f"{case.name:24} {board.target:12} {'firmware' if of_firmware else 'LLVM':8} "
          f"{price[key]:>12,.0f} {counted:>12,} {100 * off:+7.2f} %  "
          f"stack {price['stack_bytes']:>6} {stack:>6}{'' if good else '  FAILED'}", flush=True)
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smelt", required=True)
    parser.add_argument("--models-dir", type=pathlib.Path, default=ROOT.parent / "shared/models")
    parser.add_argument("--models", help="names with commas between; default: all")
    parser.add_argument("--boards", default="mps2-an386,mps3-an547,rv32imc,atmega328p")
    options = parser.parse_args()
    cases = find_cases(ROOT / "examples", options.models_dir)
    names = options.models.split(",") if options.models else list(cases)
    results = [check(BOARDS[board], options.smelt, cases[name], of_firmware)
               for name in names for board in options.boards.split(",")
               for of_firmware in (False, True)
               if of_firmware or BOARDS[board].toolchain != AVR]
    if not results or not all(results):
        sys.exit("the report is too far from what boards count")


main()
