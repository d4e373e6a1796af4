#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Constants that are operands like others, and not weights, are read right where flash is no data
memory:

    constant_operands.py --smelt PROGRAM

(x * a + b) in floats, with a and b constants, on atmega2560.
"""

import argparse
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

import tiny_model
from tiny_model import operator, tensor

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

# pylint: disable=wrong-import-position
from measure import device
from measure.boards import BOARDS
from measure.cases import Case

ADD, MUL = 0, 18


def write_model(path):
    """Factors per channel, one summand for all."""
    return tiny_model.write(
        path, ROOT, [MUL, ADD],
        [tensor("x", [1, 2, 4], "FLOAT32"), tensor("a", [4], "FLOAT32", 1),
         tensor("b", [1], "FLOAT32", 2), tensor("product", [1, 2, 4], "FLOAT32"),
         tensor("y", [1, 2, 4], "FLOAT32")],
        [operator(0, [0, 1], [3], "MulOptions"), operator(1, [3, 2], [4], "AddOptions")],
        [struct.pack("<4f", 0.5, -2, 3, 0.25), struct.pack("<f", 7)])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--smelt", required=True)
    smelt = parser.parse_args().smelt
    if not shutil.which("avr-g++"):
        print("skipped: no avr-g++")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        model = write_model(folder / "line.tflite")
        golden = folder / "line.golden"
        subprocess.run([smelt, "golden", model, "-o", golden], check=True)
        result = device.measure(smelt, Case("line", model, golden), "balanced",
                                BOARDS["atmega2560"])
        print(result)
        if result["bit_exact"] is not True:
            sys.exit("FAILED: not bit-exact on atmega2560")


main()
