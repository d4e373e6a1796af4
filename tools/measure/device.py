# SPDX-License-Identifier: Apache-2.0
"""A model on an emulated board: right or wrong, how long, how large."""

import sys
import tempfile
from pathlib import Path

from . import build, emitted, emulate, sizes

NAME = emitted.NAME


def _sizes(board, folder, start, model, report):
    """Bytes by kind. Tables are what smelt says; weights are the other constants."""
    program = build.link(board, folder / "smallest.elf",
                         [*start, build.firmware_object(board, folder, "smallest.cpp", NAME),
                          model[""], model["_weights"]])
    none = build.link(board, folder / "none.elf",
                      [*start, build.firmware_object(board, folder, "smallest.cpp")])
    with_model, without = sizes.of_program(board, program), sizes.of_program(board, none)
    constants = sizes.of_constants(board, program, NAME)
    tables = report["tables_bytes"]
    return {"ram": with_model.ram - without.ram,
            "flash_code": with_model.flash - without.flash - constants,
            "flash_weights": constants - tables,
            "flash_tables": tables}


def _run(board, folder, start, model):
    program = build.link(board, folder / "check.elf",
                         [*start, build.firmware_object(board, folder, "check.cpp", NAME),
                          *model.values()], build.wrap_run(NAME))
    done = emulate.run(board, program)
    if done.code not in (0, 1) or not done.result:
        sys.exit(f"{done.output}\ntools/bench: {board.name} ended with {done.code}")
    return done


def measure(smelt, case, optimize, board, options=()):
    """The keys of tools/bench. Nothing but null where the model does not fit on the board."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        report = emitted.emit(smelt, case, optimize, folder, ["--target", board.target, *options])
        start = build.start_up(board, folder)
        model = build.model_objects(board, folder, NAME)
        result = dict.fromkeys(["instructions", "cycles", "ram_bytes", "stack_bytes", "flash_code",
                                "flash_weights", "flash_tables", "bit_exact"])
        try:
            size = _sizes(board, folder, start, model, report)
            done = _run(board, folder, start, model)
        except build.DoesNotFit as reason:
            print(f"{case.name} on {board.name}: {reason}", file=sys.stderr)
            return result
    stack = int(done.result["stack"])
    result["cycles" if board.avr else "instructions"] = emulate.calls(board, done.counts)[-1]
    result |= {"ram_bytes": size.pop("ram") + stack, "stack_bytes": stack, **size,
               "bit_exact": done.code == 0}
    return result
