# SPDX-License-Identifier: Apache-2.0
"""Runs programs on emulated boards and counts what they do: instructions in QEMU, with an estimate
of their cycles, and cycles in simavr.

Both emulators count between board_count_begin and board_count_end of examples/firmware."""

import functools
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Optional

from . import emitted

HERE = Path(__file__).resolve().parent
TIMEOUT = 124
# Of the instruction that ends a function: one instruction, or so many cycles.
RETURN = {"atmega328p": 4, "atmega2560": 5}
# As timings.c has them.
CYCLES_OF_RETURN = {**RETURN, "cortex-m0plus": 2, "cortex-m3": 3, "cortex-m4": 3, "cortex-m7": 1,
                    "cortex-m33": 3, "cortex-m55": 3, "rv32imc": 2, "rv32imafc": 2}


class Work(NamedTuple):
    instructions: Optional[int]  # none on AVR
    cycles: int                  # an estimate, but on AVR


@dataclass(frozen=True)
class Run:
    code: int         # what the program ended with; 0 is good
    output: str
    stretches: tuple  # by stretch, in order: its Work, then that of each of its steps

    @property
    def counts(self):
        """Instructions of each stretch; on AVR, cycles."""
        return tuple(stretch[0].instructions or stretch[0].cycles for stretch in self.stretches)

    @property
    def result(self):
        """The fields of the line that check.cpp prints; empty without it."""
        line = re.search(r"^RESULT (.*)$", self.output, re.M)
        return dict(field.split("=") for field in line.group(1).split()) if line else {}


@functools.cache
def _scratch():
    return tempfile.TemporaryDirectory(prefix="smelt-measure-")


@functools.cache
def _plugin():
    plugin = Path(_scratch().name) / "icount.so"
    emitted.run(["gcc", "-O2", "-Wall", "-Wextra", "-fPIC", "-shared", HERE / "icount.c",
                 HERE / "timings.c", "-o", plugin])
    return plugin


@functools.cache
def _simulator():
    program = Path(_scratch().name) / "cycles"
    emitted.run(["gcc", "-O2", "-Wall", "-Wextra", HERE / "cycles.c", "-lsimavr", "-o", program])
    return program


def _address(board, program, symbol):
    """Of an instruction: without the bit that tells Thumb code."""
    text = emitted.run([f"{board.prefix}nm", program])
    address = int(re.search(rf"^(\w+) T {symbol}$", text, re.M).group(1), 16)
    return address & ~1


def _qemu(board, program, counts, _, steps):
    begin, end = (_address(board, program, f"board_count_{mark}") for mark in ("begin", "end"))
    plugin = f"{_plugin()},begin={begin:x},end={end:x},core={board.target},out={counts}"
    if steps:
        plugin += f",steps={steps}"
    return [*board.emulate, program, "-plugin", plugin]


def _simavr(board, program, counts, seconds, steps):
    return [_simulator(), board.name, program, counts, seconds, *([steps] if steps else [])]


def _stretch(board, numbers):
    if board.avr:
        return tuple(Work(None, cycles) for cycles in numbers)
    return tuple(map(Work, numbers[::2], numbers[1::2]))


def run(board, program, seconds=600, steps=None):
    """Runs a program to its end, or until so many seconds have passed. `steps` is a file that says
    which instructions are part of which step."""
    counts = program.with_suffix(".counts")
    counts.write_text("")
    command = (_simavr if board.avr else _qemu)(board, program, counts, seconds, steps)
    try:
        done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              errors="replace", timeout=seconds, check=False)
    except subprocess.TimeoutExpired as expired:
        return Run(TIMEOUT, (expired.stdout or b"").decode(errors="replace"), ())
    return Run(done.returncode, done.stdout, tuple(
        _stretch(board, list(map(int, line.split()))) for line in counts.read_text().splitlines()))


def calls(board, counts):
    """What calls took, from their first instruction to their return, given that the first call was
    of an empty function."""
    return [count - counts[0] + RETURN.get(board.name, 1) for count in counts[1:]]


def last_call(board, done):
    """What the last call of a run took."""
    cycles = [stretch[0].cycles for stretch in done.stretches]
    return Work(None if board.avr else calls(board, done.counts)[-1],
                cycles[-1] - cycles[0] + CYCLES_OF_RETURN[board.target])
