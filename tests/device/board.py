#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds an emulated board to what is known of programs: what they count, take, and end with.

    board.py BOARD --smelt PROGRAM --examples FOLDER [--models-dir FOLDER] [--models LIST]
             [--sound FILE.wav]

Then models with golden vectors, all or those listed, must be right there, where they fit; and a
front end must give the features of a sound that it gives here.
"""

import argparse
import collections
import json
import pathlib
import shutil
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
KNOWN = pathlib.Path(__file__).resolve().parent / "known"
sys.path.insert(0, str(ROOT / "tools"))

# pylint: disable=wrong-import-position
from measure import build, device, emitted, emulate
from measure.boards import BOARDS, FIRMWARE
from measure.cases import find_cases

FAULT = 99
# Must fit: of the others, a board may be too small for some.
FITS = {"atmega328p": {"sine"},
         "mps2-an386": {"sine", "digits", "digits_onnx", "gesture", "gesture_gru", "vibration",
                        "keywords", "keywords_causal", "mobilenet"}}
# Too small for a front end and a second of sound.
DEAF = {"atmega328p"}
INCLUDE = [f"-I{KNOWN}", f"-I{FIRMWARE / 'src'}", f"-I{ROOT / 'runtime-min'}"]
# Instructions of the loop; cycles of it, with the return, whose length is that of its address.
LOOP = {"atmega328p": 750 + 4, "atmega2560": 750 + 5}

# What is estimated of the loops COUNT and MEMORY: the instruction before them, their turns less what
# the last one saves, and the return.
CYCLES = {
    "cortex-m0plus": (1 + 250 * (1 + 2) - 1 + 2,
                      1 + 100 * (2 + 2 + 1 + 2 + 3 + 3 + 1 + 2) - 1 + 2),
    **dict.fromkeys(("cortex-m3", "cortex-m4", "cortex-m33"),
                    (1 + 250 * (1 + 3) - 2 + 3, 1 + 100 * (2 + 1 + 1 + 1 + 3 + 3 + 1 + 3) - 2 + 3)),
    "cortex-m7": (0.5 + 250 * (0.5 + 1) - 0.5 + 1,
                  0.5 + 100 * (1 + 1 + 1 + 1 + 1 + 1 + 0.5 + 1) - 0.5 + 1),
    "cortex-m55": (1 + 250 * (1 + 3) - 2 + 3, 1 + 100 * (1 + 1 + 1 + 1 + 1 + 1 + 1 + 3) - 2 + 3),
    **dict.fromkeys(("rv32imc", "rv32imafc"),
                    (1 + 250 * (1 + 3) - 2 + 2, 1 + 100 * (1 + 1 + 1 + 1 + 1 + 3) - 2 + 2)),
}

problems = []


def check(good, message):
    if not good:
        problems.append(message)
        print(f"FAILED: {message}")


def known(board, kind, seconds=60, *defines):
    """Runs the program of the known model that does this."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(shutil.copytree(KNOWN, pathlib.Path(name) / "known"))
        model = build.model_objects(board, folder, device.NAME,
                                    [*INCLUDE, f"-DKNOWN={kind}", *defines])
        start = build.start_up(board, folder)
        return emulate.run(board, device.check_program(board, folder, start, model), seconds)


def check_counts(board):
    done = known(board, "COUNT")
    check(done.code == 0, f"a model that is right: {done}")
    counts = emulate.calls(board, done.counts)
    expected = LOOP.get(board.name, 502)
    check(counts[1:] == [expected] * 2, f"counts {counts}, not {expected}")
    check(0 <= int(done.result["stack_run"]) <= 3, f"a loop takes stack: {done.result}")


def check_cycles(board):
    """As estimated by hand, but for a half cycle that is rounded."""
    for kind, expected in zip(("COUNT", "MEMORY"), CYCLES.get(board.target, ())):
        found = emulate.last_call(board, known(board, kind)).cycles
        check(abs(found - expected) <= 1, f"{kind} takes {found} cycles, not {expected}")


def check_ends(board):
    done = known(board, "COUNT", 60, "-DWRONG")
    check(done.code == 1 and done.result["failed"] == "2", f"a model that is wrong: {done}")
    done = known(board, "DEEP")
    check(done.code == 2, f"a stack that is too small: {done}")
    done = known(board, "FAULT")
    check(done.code == FAULT and "FAULT" in done.output, f"a fault: {done}")
    done = known(board, "HANG", 1)
    check(done.code == emulate.TIMEOUT, f"a program that hangs: {done}")
    if board.name == "microbit":
        done = known(board, "UNALIGNED")
        check(done.code == FAULT, f"an unaligned word: {done}")


def check_layers(board):
    """Of two known layers, each has its own loop, and the second what it calls. The way back from the
    last may count as its, where that is not known to be of the network."""
    steps = [{"name": name} for name in ("first", "second")]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(shutil.copytree(KNOWN, pathlib.Path(name) / "known"))
        result = device.measure_emitted(board, folder, 0, 0, [*INCLUDE, "-DKNOWN=LAYERS"], steps)
    count = "cycles" if board.avr else "instructions"
    first, second, between = (layer[count] for layer in result["layers"])
    turn = 3 if board.avr else 2
    check(0 <= first - 200 * turn <= 5, f"the first layer takes {first}")
    check(0 <= second - 100 * turn <= 25, f"the second layer takes {second}")
    check(-5 <= between <= 25, f"{between} between layers")
    check(first + second + between == result[count], f"layers: {result}")


def check_flags(board, smelt):
    """A board builds with the flags of its target."""
    targets = {target["name"]: target for target in
               json.loads(emitted.run([smelt, "targets", "--json"]))}
    missing = set(targets[board.target]["flags"]) - set(board.compile_model)
    check(not missing, f"boards.json lacks {missing}")
    check(targets[board.target]["compiler"] == f"{board.prefix}g++", "boards.json: toolchain")


def check_sizes(board):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(shutil.copytree(KNOWN, pathlib.Path(name) / "known"))
        size = device.measure_emitted(board, folder, 10, 5, [*INCLUDE, "-DKNOWN=STACK"])
    check(1000 <= size["stack_bytes"] <= 1040, f"stack {size['stack_bytes']}")
    check(size["ram_bytes"] == 40 + size["stack_bytes"], f"RAM {size['ram_bytes']}")
    check((size["flash_weights"], size["flash_tables"]) == (985, 10), f"constants: {size}")
    check(20 <= size["flash_code"] <= 300, f"code {size['flash_code']}")


def check_model(board, smelt, case):
    result = device.measure(smelt, case, [], board, by_layer=True)
    layers = result.pop("layers", [])
    small = device.measure(smelt, case, ["--optimize", "size"], board)
    check(small["bit_exact"] is not False, f"{case.name} by shared kernels: {small}")
    print(f"{case.name}: {result}")
    count = "cycles" if board.avr else "instructions"
    # Vectors take 16 products at a time. Compilers may merge calls of one kernel, and with them what
    # tells its layers from each other: they count together.
    counts, macs = collections.Counter(), collections.Counter()
    for layer in layers:
        counts[layer["kernel"]] += layer[count]
        macs[layer["kernel"]] += layer["macs"]
    idle = [kernel for kernel in macs if 16 * counts[kernel] < macs[kernel]]
    check(not idle, f"{case.name}: {idle} take next to nothing: {layers}")
    must_fit = case.name in FITS.get(board.name, {"sine", "digits"})
    check(result["bit_exact"] is not None or not must_fit, f"{case.name} does not fit")
    check(result["bit_exact"] is not False, f"{case.name} is wrong")


def check_features(board, smelt, sound):
    """What the front end computes on this machine, the golden vectors say."""
    with tempfile.TemporaryDirectory() as name:
        command = [smelt, "features", "--golden", sound, "-o", name, "--name", device.NAME,
                   "--json"]
        report = json.loads(emitted.run(command))
        try:
            result = device.measure_emitted(board, pathlib.Path(name), report["tables_bytes"], 0)
        except emitted.DoesNotFit:
            result = {"bit_exact": None}
    print(f"front end: {result}")
    check(result["bit_exact"] is not None or board.name in DEAF, "a front end does not fit")
    check(result["bit_exact"] is not False, "a front end is wrong")


def skipped(board):
    """What is missing to run the board."""
    missing = [tool for tool in (f"{board.prefix}gcc", board.emulate[0]) if not shutil.which(tool)]
    if missing:
        print(f"skipped: no {' and no '.join(missing)}")
    return missing


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("board", choices=BOARDS)
    parser.add_argument("--smelt", required=True)
    parser.add_argument("--examples", required=True, type=pathlib.Path)
    parser.add_argument("--models-dir", type=pathlib.Path, default=pathlib.Path("none"))
    parser.add_argument("--models", help="names with commas between; default: all")
    parser.add_argument("--sound", type=pathlib.Path)
    options = parser.parse_args()
    board = BOARDS[options.board]
    if skipped(board):
        return 0
    check_flags(board, options.smelt)
    check_counts(board)
    check_cycles(board)
    check_ends(board)
    check_sizes(board)
    check_layers(board)
    cases = find_cases(options.examples, options.models_dir)
    for name in options.models.split(",") if options.models else cases:
        check_model(board, options.smelt, cases[name])
    if options.sound:
        check_features(board, options.smelt, options.sound)
    print("good" if not problems else f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
