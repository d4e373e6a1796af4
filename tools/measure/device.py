# SPDX-License-Identifier: Apache-2.0
"""A model on an emulated board: right or wrong, how long, how large."""

import sys
import tempfile
from pathlib import Path

from . import build, emitted, emulate, layers, sizes

NAME = emitted.NAME


KEYS = ("instructions", "cycles", "ram_bytes", "stack_bytes", "flash_code", "flash_weights",
        "flash_tables", "bit_exact")


def _sizes(board, folder, start, model, tables, single):
    """Bytes by kind, of the smallest program. Tables, and constants that all output channels share,
    are what smelt says they are; weights are the other constants."""
    program = build.link(board, folder / "smallest.elf",
                         [*start, build.firmware_object(board, folder, "smallest.cpp", NAME),
                          model[""], model["_weights"]])
    none = build.link(board, folder / "none.elf",
                      [*start, build.firmware_object(board, folder, "smallest.cpp")])
    with_model, without = sizes.of_program(board, program), sizes.of_program(board, none)
    constants = sizes.of_constants(board, program, NAME)
    return {"ram_bytes": with_model.ram - without.ram,
            "flash_code": with_model.flash - without.flash - constants + single,
            "flash_weights": constants - tables - single,
            "flash_tables": tables}


def check_program(board, folder, start, model):
    """The program that checks the golden vectors."""
    return build.link(board, folder / "check.elf",
                      [*start, build.firmware_object(board, folder, "check.cpp", NAME),
                       *model.values()], build.wrap_run(NAME))


def _write_steps(board, folder, program, count):
    path = folder / "steps"
    steps = layers.of_instructions(board.prefix, program, folder / f"{NAME}.cpp")
    layers.write_steps(path, steps, count)
    return path


def _run(board, folder, start, model, steps):
    """Runs the check; with the steps of a model, those of the last run as well."""
    program = check_program(board, folder, start, model)
    done = emulate.run(board, program, steps=_write_steps(board, folder, program, len(steps))
                       if steps else None)
    if done.code not in (0, 1) or not done.result:
        sys.exit(f"{done.output}\n{board.name} ended with {done.code}")
    total = emulate.last_call(board, done)._asdict()
    result = {**total, "stack_bytes": int(done.result["stack"]), "bit_exact": done.code == 0}
    if steps:
        counts = [each._asdict() for each in done.stretches[-1][1:]]
        result["layers"] = layers.with_counts(steps, total, counts)
    return result


def measure_emitted(board, folder, tables, single, options=(), steps=None):
    """The keys of tools/bench, of emitted code and its golden check in a folder, with so many bytes
    of tables and of constants that output channels share, compiled with further options; with the
    steps of the model, layers too. Raises DoesNotFit."""
    start = build.start_up(board, folder)
    model = build.model_objects(board, folder, NAME, [*options, *(["-gdwarf-4"] if steps else [])])
    result = {**dict.fromkeys(KEYS), **_sizes(board, folder, start, model, tables, single),
              **_run(board, folder, start, model, steps)}
    result["ram_bytes"] += result["stack_bytes"]
    return result


def measure(smelt, case, mode, board, target=None, options=(), by_layer=False):
    """The keys of tools/bench, and macs: nothing but null where the model does not fit on the board."""
    options = ["--target", target or board.target, *options]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            report = emitted.emit(smelt, case, mode, folder, options)
            steps = layers.of_model(smelt, case, [*mode, *options]) if by_layer else None
            measured = measure_emitted(board, folder, report["tables_bytes"],
                                       report["single_bytes"], steps=steps)
            return {**measured, "macs": report["macs"]}
        except emitted.DoesNotFit as reason:
            print(f"{case.name} on {board.name}: {reason}", file=sys.stderr)
            return dict.fromkeys(KEYS)
