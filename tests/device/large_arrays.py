#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Weights of more than an AVR object may have are emitted in parts, and read as one array:

    large_arrays.py --smelt PROGRAM

A dense layer of 300 x 130 weights runs bit-exactly on atmega2560; 600 x 130 are beyond what its
code can read, and refused.
"""

import argparse
import pathlib
import random
import shutil
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

OUTPUTS = 130
FULLY_CONNECTED = 9


def write_model(folder, inputs):
    """A model of one dense layer."""
    numbers = random.Random(inputs)
    weights = [numbers.randrange(256) if numbers.random() < 0.9 else 0x80
               for _ in range(inputs * OUTPUTS)]
    bias = [byte for _ in range(OUTPUTS)
            for byte in numbers.randrange(-9999, 9999).to_bytes(4, "little", signed=True)]
    return tiny_model.write(
        folder / "wide.tflite", ROOT, [FULLY_CONNECTED],
        [tensor("x", [1, inputs], "INT8", 0, 0.05),
         tensor("w", [OUTPUTS, inputs], "INT8", 1, 0.01),
         tensor("b", [OUTPUTS], "INT32", 2, 0.0005),
         tensor("y", [1, OUTPUTS], "INT8", 0, 0.7, 3)],
        [operator(0, [0, 1, 2], [3], "FullyConnectedOptions")], [weights, bias])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--smelt", required=True)
    smelt = parser.parse_args().smelt
    if not shutil.which("avr-g++"):
        print("skipped: no avr-g++")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        model = write_model(folder, 300)
        golden = folder / "wide.golden"
        subprocess.run([smelt, "golden", model, "-o", golden], check=True)
        result = device.measure(smelt, Case("wide", model, golden), "balanced",
                                BOARDS["atmega2560"])
        print(result)
        if result["bit_exact"] is not True or result["flash_weights"] < 300 * OUTPUTS:
            sys.exit("FAILED: not bit-exact on atmega2560")
        model = write_model(folder, 600)
        done = subprocess.run([smelt, "compile", model, "-o", folder / "out", "--target",
                               "atmega2560"], stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode != 1 or "reads constants from the first 65,536" not in done.stderr:
            sys.exit(f"FAILED: not refused: {done.stderr}")


main()
