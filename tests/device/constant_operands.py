#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Constants that are operands like others, and not weights, are read right where flash is no data
memory:

    constant_operands.py --smelt PROGRAM

(x * a + b) in floats, with a and b constants, and x by slopes of another width, on atmega2560.
"""

import argparse
import pathlib
import shutil
import struct
import tempfile

import tiny_model
from tiny_model import operator, tensor

ADD, MUL, PRELU = 0, 18, 54


def write_model(path):
    """Factors per channel, one summand for all."""
    return tiny_model.write(
        path, [MUL, ADD],
        [tensor("x", [1, 2, 4], "FLOAT32"), tensor("a", [4], "FLOAT32", 1),
         tensor("b", [1], "FLOAT32", 2), tensor("product", [1, 2, 4], "FLOAT32"),
         tensor("y", [1, 2, 4], "FLOAT32")],
        [operator(0, [0, 1], [3], "MulOptions"), operator(1, [3, 2], [4], "AddOptions")],
        [struct.pack("<4f", 0.5, -2, 3, 0.25), struct.pack("<f", 7)])


def write_slopes(path):
    """16-bit activations by 8-bit slopes."""
    return tiny_model.write(
        path, [PRELU],
        [tensor("x", [1, 2, 4], "INT16", 0, 0.001), tensor("slopes", [4], "INT8", 1, 0.01),
         tensor("y", [1, 2, 4], "INT16", 0, 0.002)],
        [operator(0, [0, 1], [2])], [struct.pack("<4b", 50, -100, 127, 3)], version=1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--smelt", required=True)
    smelt = parser.parse_args().smelt
    if not shutil.which("avr-g++"):
        print("skipped: no avr-g++")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        tiny_model.measured(smelt, write_model(folder / "line.tflite"), "atmega2560")
        tiny_model.measured(smelt, write_slopes(folder / "slopes.tflite"), "atmega2560")


main()
