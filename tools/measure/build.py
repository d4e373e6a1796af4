# SPDX-License-Identifier: Apache-2.0
"""Builds programs for boards, with the cross compilers alone."""

import subprocess

from . import emitted
from .boards import FIRMWARE

COMMON = ["-ffunction-sections", "-fdata-sections", "-fno-exceptions", "-fno-rtti",
          "-fno-threadsafe-statics", "-std=c++14", "-Wall", "-Wextra"]
# Start-up code stands on its own: its loops are not to become calls of memset.
START = ["-Os", "-ffunction-sections", "-fno-tree-loop-distribute-patterns", "-Wall", "-Wextra"]


class DoesNotFit(Exception):
    """The program is larger than the board's memories."""


def _compile(board, source, output, options):
    driver = "g++" if source.suffix == ".cpp" else "gcc"
    emitted.run([f"{board.prefix}{driver}", *board.compile, *options, "-c", source, "-o", output])
    return output


def start_up(board, folder):
    """The objects that every program of the board begins with."""
    return [_compile(board, FIRMWARE / "src" / name, folder / f"{name}.o", START)
            for name in board.sources]


def model_objects(board, folder, name):
    """The emitted code of a folder and its golden check."""
    options = [*COMMON, f"-I{folder}", f"-D{name.upper()}_GOLDEN_NO_MAIN"]
    return {unit: _compile(board, folder / f"{name}{unit}.cpp", folder / f"{name}{unit}.o", options)
            for unit in ("", "_weights", "_golden")}


def firmware_object(board, folder, main, name=None):
    """A main of examples/firmware, with the model of that name if there is one."""
    options = [*COMMON, f"-I{folder}", f"-DBOARD={board.name}", *([f"-DMODEL={name}"] if name else [])]
    return _compile(board, FIRMWARE / "src" / main, folder / f"{main}{'' if name else '.none'}.o",
                    options)


def link(board, program, objects, options=()):
    """Linked as C: there is no C++ library, and none is needed."""
    command = [f"{board.prefix}gcc", *board.link, "-Wl,--gc-sections", *options, *objects, "-lm",
               "-o", program]
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode == 0:
        return program
    lines = [line for line in done.stdout.splitlines()
             if "will not fit" in line or "overflowed" in line or "no room" in line or
             "is not within region" in line]
    if lines:
        raise DoesNotFit(lines[0])
    emitted.run(command)  # reports and ends
    raise AssertionError("the link failed, then it did not")


def wrap_run(name):
    """Lets examples/firmware/src/check.cpp stand in for the run that the golden check calls."""
    return [f"-Wl,--wrap={name}_run"]
