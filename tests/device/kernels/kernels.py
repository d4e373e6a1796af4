#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every variant of every kernel that a board's target has gives what the portable one gives:

    kernels.py BOARD --generator PROGRAM [--seeds 0-3] [--cases N] [--kernels all] [-O LEVEL...]
    kernels.py all --generator PROGRAM

For each seed, programs of many models of a layer or two, over random shapes, weights and scales and
those at their ends, run on the board. What they expect, the portable kernels have computed on this
machine. The last model of each expects a wrong byte, and must be found wrong.

Prints how many models call which functions of smelt::. The headers of variants, as
smelt/conv2d_dsp.h beside smelt/arch/dsp.h, offer kernels: functions for one type, as conv2d_s8_dsp.
Of those headers that the models include, all kernels must be called. "all" runs nothing: of the
headers that there are, all kernels must be called on some board.
"""

import argparse
import collections
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools"))

# pylint: disable=wrong-import-position
from measure import build, emulate
from measure.boards import BOARDS, FIRMWARE

# Kernels that targets do not choose, of headers of which they choose others: blocks of other shapes
# than their registers are for, of floats without an FPU, and of bytes with something better; what
# is narrow enough for Helium.
WITH_FPU = r"(conv2d|pointwise|depthwise_conv2d)_s8_\dx\d(_row)?"
UNUSED = {
    "cortex-m3": r"\w+_(s8_4x4|s8_5x2|f32_4x4)(_row)?",
    "cortex-m4": WITH_FPU,
    "cortex-m7": WITH_FPU,
    "cortex-m33": WITH_FPU,
    "cortex-m55": r"(conv2d_s8_dsp|pointwise_s8_dsp|fully_connected_s8_dsp)(_row|_collect)?|" + WITH_FPU,
    "rv32imc": r"\w+_(s8_2x4|s8_2x2|f32_4x4)(_row)?",
    "rv32imafc": r"\w+_(s8_2x4|s8_2x2)(_row)?",
}
# Variants of the machine that smelt runs on, which tests/graphs runs.
OF_THE_HOST = "x86"
# Of coded weights: every core decodes and multiplies them in its own way.
CODED = "coded"
# By what boards have room and time for: elements of a tensor; of a model, bytes of constants and
# vectors and MACs; models of a program; how many of them there are without --cases.
ROOM = {"atmega328p": (150, 1200, 4_000, 3, 26), "atmega2560": (400, 4000, 8_000, 10, 26),
        "cortex-m0plus": (1200, 6000, 60_000, 16, 26)}
ROOM_ELSEWHERE = (1500, 20_000, 60_000, 60, 26)


def kernels_of(header):
    """The kernels that the header of a variant offers; none of other headers."""
    variant = header.stem.rpartition("_")[2]
    of_a_core = (header.parent / "arch" / f"{variant}.h").exists() and variant != OF_THE_HOST
    if not of_a_core and variant != CODED:
        return []
    return re.findall(r"^[\w ]*\bvoid (\w+_(?:s8|u8|s4|s16|s8x4|s16x8|f32)_\w+)\(",
                      header.read_text(), re.M)


def build_models(board, folder, optimize):
    """The program; models.cpp is compiled as all emitted code is, but for -O."""
    flags = [f"-O{optimize}"] if optimize else []
    subprocess.run([f"{board.prefix}g++", *board.compile_model, *flags, "-w", f"-I{folder}",
                    f"-I{FIRMWARE / 'src'}", "-c", folder / "models.cpp",
                    "-o", folder / "models.o"], check=True)
    return build.link(board, folder / "models.elf",
                      [*build.start_up(board, folder), folder / "models.o"])


def generate(board, folder, options, seed):
    """Writes the programs; the models, as tuples of a program, a number, whether it is wrong, and
    the kernels that it calls."""
    elements, room, macs, each, cases = ROOM.get(board.target, ROOM_ELSEWHERE)
    text = subprocess.run(
        [options.generator, board.target, folder, options.kernels,
         *map(str, (seed, options.cases or cases, elements, room, macs, each))],
        check=True, stdout=subprocess.PIPE, text=True).stdout
    return [(program, int(number), kind == "wrong", kernels)
            for program, number, kind, *kernels in map(str.split, text.splitlines())]


def check_program(board, folder, models, optimize):
    """Problems of a program's models."""
    done = emulate.run(board, build_models(board, folder, optimize))
    if done.code != 0 or not done.output.endswith("END\n"):
        return [f"ended with {done.code}: {done.output[-500:]}"]
    found = {int(number) for number in re.findall(r"^WRONG (\d+)", done.output, re.M)}
    problems = []
    for _, number, wrong, kernels in models:
        if wrong and number not in found:
            problems.append("a wrong byte was not found")
        if not wrong and number in found:
            graph = (folder / f"case{number}.graph").read_text()
            problems.append(f"{' '.join(kernels)} at -O{optimize}:\n{graph[:1500]}")
    return problems


def check_seed(board, options, seed):
    """Problems, the kernels that were called, and those that the models' headers offer."""
    problems, called, offered = [], collections.Counter(), set()
    with tempfile.TemporaryDirectory() as name:
        models = generate(board, Path(name), options, seed)
        for program in sorted({model[0] for model in models}):
            folder = Path(name) / program
            its = [model for model in models if model[0] == program]
            for optimize in options.optimize:
                problems += [f"seed {seed}: {problem}"
                             for problem in check_program(board, folder, its, optimize)]
            called.update(kernel for _, _, wrong, kernels in its if not wrong
                          for kernel in kernels)
            for header in (folder / "smelt").glob("*.h"):
                offered.update(kernels_of(header))
    return problems, called, offered


def unknown_kernels(options):
    """Kernels of variants that are called on no board."""
    called = set()
    for board in BOARDS.values():
        with tempfile.TemporaryDirectory() as name:
            for _, _, _, kernels in generate(board, Path(name), options, 0):
                called.update(kernels)
    headers = sorted((ROOT / "runtime-min" / "smelt").glob("*.h"))
    return [kernel for header in headers for kernel in kernels_of(header) if kernel not in called]


def numbers(text):
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def report(problems):
    print("\n".join(f"FAILED: {problem}" for problem in problems) or "good")
    return 1 if problems else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("board", choices=[*BOARDS, "all"])
    parser.add_argument("--generator", required=True)
    parser.add_argument("--seeds", type=numbers, default=range(1))
    parser.add_argument("--kernels", choices=("variants", "all"), default="variants",
                        help="which to add models for, if random ones do not call them")
    parser.add_argument("--cases", type=int, help="default: what the board has time for")
    parser.add_argument("-O", dest="optimize", nargs="+", default=[""],
                        help="levels of optimization; default: that of all emitted code")
    options = parser.parse_args()
    if options.board == "all":
        problems = [f"on no board, a model calls {kernel}" for kernel in unknown_kernels(options)]
        return report(problems)
    board = BOARDS[options.board]
    missing = [tool for tool in (f"{board.prefix}gcc", board.emulate[0]) if not shutil.which(tool)]
    if missing:
        print(f"skipped: no {' and no '.join(missing)}")
        return 0
    problems, called, offered = [], collections.Counter(), set()
    for seed in options.seeds:
        found, kernels, headers = check_seed(board, options, seed)
        problems += found
        called.update(kernels)
        offered |= headers
    for kernel, count in sorted(called.items()):
        print(f"{count:5}  {'variant' if kernel in offered else '       '}  {kernel}")
    problems += [f"no model calls {kernel}"
                 for kernel in sorted(offered - set(called))
                 if not re.fullmatch(UNUSED.get(board.target, ""), kernel)]
    return report(problems)


if __name__ == "__main__":
    sys.exit(main())
