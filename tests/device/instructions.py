#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the emulator of smelt report to others, QEMU and simavr, instruction by instruction: each
of a list is executed in many states, and every register, flag and byte of memory afterwards must be
the same.

    instructions.py CORE --follow PROGRAM [--only TEXT]
"""

import argparse
import importlib
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

# pylint: disable=wrong-import-position
from measure import build, emulate
from measure.boards import BOARDS

HERE = pathlib.Path(__file__).resolve().parent


def assembly(core, chosen, name):
    text = [f'#include "{name}.S"', *core.HEAD, ".text"]
    for index, (instructions, _) in enumerate(chosen):
        text += [*core.FUNCTION, f"case_{index}:", "  enter", *re.split(r"; ?", instructions),
                 "  leave"]
    text += [f".section {core.CONSTANTS}", ".balign 4", ".global cases", "cases:",
             *(f"  {core.ADDRESS.format(f'case_{index}')}" for index in range(len(chosen))),
             ".global kinds", "kinds:",
             *(f"  .byte {core.KINDS.index(kind)}" for _, kind in chosen)]
    return "\n".join(text) + "\n"


def build_program(board, core, name, folder, chosen):
    source = folder / "cases.S"
    source.write_text(assembly(core, chosen, name))
    options = [*board.compile_start, f"-I{HERE}", f"-I{ROOT / 'examples/firmware/src'}",
               f"-DCASES={len(chosen)}", f"-DSTATES={core.STATES}", "-O1"]
    return build.link(board, folder / "instructions.elf", [
        *build.start_up(board, folder),
        build.compile_unit(board, source, folder / "cases.o", options),
        build.compile_unit(board, HERE / f"{name}.c", folder / "instructions.o", options)])


def compare(core, chosen, expected, found):
    """Prints what differs; how many instructions do."""
    wrong = 0
    count = len(expected) // len(chosen)  # words of each
    for index, (text, kind) in enumerate(chosen):
        at = index * count
        pairs = zip(expected[at:at + count], found[at:at + count])
        different = [f"[{i % core.WORDS}] {b}, should be {a}"
                     for i, (a, b) in enumerate(pairs) if a != b]
        if different:
            wrong += 1
            print(f"{text}  ({kind}): {'; '.join(different[:4])}")
    return wrong


def check(board, core, name, follow, only):
    """How many instructions are wrong."""
    chosen = [case for case in core.cases(board.name) if only in case[0]]
    with tempfile.TemporaryDirectory() as folder:
        program = build_program(board, core, name, pathlib.Path(folder), chosen)
        output = emulate.run(board, program, seconds=120).output
        expected = re.findall(r"^[0-9a-f]{8}$", output, re.M)
        found = subprocess.run([follow, program, "run_all", "results"], check=True,
                               stdout=subprocess.PIPE, text=True).stdout.split()
    if not found or len(expected) != len(found):
        sys.exit(f"{board.name} has {len(expected)} words, smelt {len(found)}")
    wrong = compare(core, chosen, expected, found)
    print(f"{len(chosen) - wrong} of {len(chosen)} instructions are as on {board.name}")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("core", choices=["arm", "avr"])
    parser.add_argument("--follow", required=True)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    name = f"instructions_{options.core}"
    core = importlib.import_module(name)
    boards = [BOARDS[board] for board in core.BOARDS]
    if not all(shutil.which(f"{board.prefix}gcc") and shutil.which(board.emulate[0])
               for board in boards):
        print("skipped: no board's compiler and emulator")
        return
    if any([check(board, core, name, options.follow, options.only) for board in boards]):
        sys.exit(1)


main()
