# SPDX-License-Identifier: Apache-2.0
"""Builds programs for boards, with the cross compilers alone."""

import re
import subprocess
import sys

from .boards import FIRMWARE
from .emitted import DoesNotFit

# How linkers say so, and avr-g++ of arrays whose size is no number of its 16 bits.
TOO_LARGE = re.compile(r"section .* (will not fit in|is not within) region .*|"
                       r"no room for the stack|too many initializers for .*|"
                       r"size of array .* is too large")


def _build(command):
    """Runs a compiler or linker."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode == 0:
        return
    too_large = TOO_LARGE.search(done.stdout)
    if too_large:
        raise DoesNotFit(too_large.group())
    sys.exit(f"{done.stdout}\nfailed: {' '.join(str(word) for word in command)}")


def compile_unit(board, source, output, options):
    driver = "g++" if source.suffix == ".cpp" else "gcc"
    _build([f"{board.prefix}{driver}", *options, "-c", source, "-o", output])
    return output


def start_up(board, folder):
    """The objects that every program of the board begins with."""
    return [compile_unit(board, FIRMWARE / "src" / name, folder / f"{name}.o", board.compile_start)
            for name in board.sources]


def model_objects(board, folder, name, options=()):
    """The emitted code of a folder and its golden check."""
    options = [*board.compile_model, *options, f"-I{folder}", f"-D{name.upper()}_GOLDEN_NO_MAIN"]
    return {unit: compile_unit(board, folder / f"{name}{unit}.cpp", folder / f"{name}{unit}.o",
                               options)
            for unit in ("", "_weights", "_golden")}


def firmware_object(board, folder, main, name=None):
    """A main of examples/firmware, with the model of that name if there is one."""
    options = [*board.compile_model, f"-I{folder}", f"-DBOARD={board.name}",
               *([f"-DMODEL={name}"] if name else [])]
    return compile_unit(board, FIRMWARE / "src" / main,
                        folder / f"{main}{'' if name else '.none'}.o", options)


def link(board, program, objects, options=()):
    """Linked as C: there is no C++ library, and none is needed."""
    _build([f"{board.prefix}gcc", *board.link, *options, *objects, "-lm", "-o", program])
    return program


def wrap_run(name):
    """Lets examples/firmware/src/check.cpp stand in for the run that the golden check calls."""
    return [f"-Wl,--wrap={name}_run"]
