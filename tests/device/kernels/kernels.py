#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every variant of every kernel that a board's target has gives what the portable one gives:

    kernels.py BOARD --generator PROGRAM [--seeds 0-3] [--cases N] [-O FLAG]

For each seed, a program of many models of a layer or two, over random shapes, weights and scales and
those at their ends, runs on the board. What it expects, the portable kernels have computed on this
machine. The last model of each expects a wrong byte, and must be found wrong.

Prints which functions of smelt:: the models call. Those whose names, and whose headers' names, end
in a variant of the target, as conv2d_s8_dsp_row of smelt/conv2d_dsp.h, must all be among them.
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

RUNTIME = ROOT / "runtime-min" / "smelt"
# By variant, as in the names of headers and functions: the targets that have it.
VARIANTS = {
    "dsp": {"cortex-m4", "cortex-m7", "cortex-m33"},
}
# Elements of a tensor, and bytes of constants and vectors of a model, by what boards have room for.
ROOM = {"atmega328p": (150, 1500), "atmega2560": (400, 4000), "cortex-m0plus": (1200, 12000)}


def kernels_of(target):
    """The kernels of a target's variants: functions for one type, as the emitted code calls them."""
    found = {}
    for header in sorted(RUNTIME.glob("*.h")):
        variant = header.stem.rpartition("_")[2]
        if target not in VARIANTS.get(variant, ()):
            continue
        text = header.read_text()
        for name in re.findall(r"^[\w ]*\bvoid (\w+)\(", text, re.M):
            if re.search(rf"_(s8|s16|f32|u8|s4)_{variant}(_|$)", name):
                found[name] = header.name
    return found


def check_variants():
    """All variants that there are, are known here."""
    known = set(VARIANTS)
    there = {path.stem for path in (RUNTIME / "arch").glob("*.h")}
    if there - known:
        sys.exit(f"FAILED: whose are the variants {', '.join(sorted(there - known))}? Say so in "
                 f"{Path(__file__).name}")


def objects(board, folder, optimize):
    """The program's, with models.cpp compiled as all emitted code is, but for -O."""
    options = [option for option in board.compile_model if not option.startswith("-O")]
    subprocess.run([f"{board.prefix}g++", *options, f"-O{optimize}", "-w", f"-I{folder}",
                    f"-I{FIRMWARE / 'src'}", "-c", folder / "models.cpp",
                    "-o", folder / "models.o"], check=True)
    return [*build.start_up(board, folder), folder / "models.o"]


def generate(board, folder, options, seed):
    """Writes the models; which kernels each calls."""
    elements, room = ROOM.get(board.target, (1500, 20000))
    text = subprocess.run([options.generator, board.target, folder, str(seed), str(options.cases),
                           str(elements), str(room)], check=True, stdout=subprocess.PIPE,
                          text=True).stdout
    return {int(number): kernels for number, *kernels in map(str.split, text.splitlines())}


def check_seed(board, options, seed):
    """Problems, and the kernels that were called."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        models = generate(board, folder, options, seed)
        program = build.link(board, folder / "models.elf",
                             objects(board, folder, options.optimize))
        done = emulate.run(board, program)
        wrong = {int(number) for number in re.findall(r"^WRONG (\d+)", done.output, re.M)}
        planted = max(models)
        if done.code != 0 or "END" not in done.output:
            return [f"seed {seed}: ended with {done.code}: {done.output[-500:]}"], set()
        problems = [] if planted in wrong else [f"seed {seed}: a wrong byte was not found"]
        for number in sorted(wrong - {planted}):
            graph = (folder / f"case{number}.graph").read_text()
            problems.append(f"seed {seed}: {' '.join(models[number])}:\n{graph[:1500]}")
    called = collections.Counter(kernel for number, kernels in models.items()
                                 if number != planted for kernel in kernels)
    return problems, called


def numbers(text):
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("board", choices=BOARDS)
    parser.add_argument("--generator", required=True)
    parser.add_argument("--seeds", type=numbers, default=range(1))
    parser.add_argument("--cases", type=int, default=52)
    parser.add_argument("-O", dest="optimize", default="1")
    options = parser.parse_args()
    board = BOARDS[options.board]
    missing = [tool for tool in (f"{board.prefix}gcc", board.emulate[0]) if not shutil.which(tool)]
    if missing:
        print(f"skipped: no {' and no '.join(missing)}")
        return 0
    check_variants()
    problems, called = [], collections.Counter()
    for seed in options.seeds:
        found, kernels = check_seed(board, options, seed)
        problems += found
        called.update(kernels)
    for kernel, count in sorted(called.items()):
        print(f"{count:5}  {kernel}")
    for kernel, header in kernels_of(board.target).items():
        if kernel not in called:
            problems.append(f"no model calls {kernel} of smelt/{header}")
    print("\n".join(f"FAILED: {problem}" for problem in problems) or "good")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
