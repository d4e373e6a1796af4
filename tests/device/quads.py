#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs quads.cpp on the boards of the smallest cores."""

import pathlib
import shutil
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

# pylint: disable=wrong-import-position
from measure import build, emulate
from measure.boards import BOARDS


def check(board, folder):
    includes = [f"-I{ROOT / 'runtime-min'}", f"-I{ROOT / 'examples/firmware/src'}", "-Werror"]
    program = folder / f"{board.name}.elf"
    source = pathlib.Path(__file__).with_suffix(".cpp")
    build.link(board, program, [
        *build.start_up(board, folder),
        build.compile_unit(board, source, folder / f"{board.name}.o",
                           [*board.compile_model, *includes])])
    done = emulate.run(board, program)
    print(f"{board.name}: {done.output.strip()}")
    if done.code != 0:
        sys.exit(f"FAILED: the kernels' primitives are wrong on {board.name}")


def main():
    boards = [BOARDS[name] for name in ("microbit", "atmega2560")]
    boards = [board for board in boards if shutil.which(f"{board.prefix}g++")
              and shutil.which(board.emulate[0])]
    if not boards:
        print("skipped: no board's compiler and emulator")
    with tempfile.TemporaryDirectory() as folder:
        for board in boards:
            check(board, pathlib.Path(folder))


main()
