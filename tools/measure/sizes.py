# SPDX-License-Identifier: Apache-2.0
"""What a model takes of a board's memories: the smallest program that runs it, less the smallest
that does not."""

import re
from dataclasses import dataclass

from . import emitted


@dataclass(frozen=True)
class Size:
    flash: int
    ram: int


def of_program(board, program):
    """Sections as the linker has placed them; initial values of data are in flash and in RAM."""
    line = emitted.run([f"{board.prefix}size", program]).splitlines()[1]
    text, data, bss = map(int, line.split()[:3])
    return Size(flash=text + data, ram=data + bss)


def of_constants(board, program, name):
    """Bytes of NAME_weights, weights and tables, that are in a program."""
    text = emitted.run([f"{board.prefix}nm", "-S", "-C", program])
    symbols = re.findall(rf"^\w+ (\w+) \w {name}_weights::", text, re.M)
    return sum(int(size, 16) for size in symbols)
