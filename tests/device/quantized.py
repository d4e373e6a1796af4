#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Examples, quantized, give the same bytes everywhere: from the evaluator, from the emitted code on
this machine and on emulated boards, and from the .tflite file that smelt quantize writes.

    quantized.py --smelt PROGRAM --models LIST --boards LIST [--precisions LIST]

Lists have commas between. Models are calibrated on their own calibration sets. Needs NumPy.
"""

import argparse
import importlib.util
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

if not importlib.util.find_spec("numpy"):
    print("skipped: no NumPy")
    sys.exit(0)

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
sys.path[:0] = [str(ROOT / "tools"), str(EXAMPLES / "common")]

# pylint: disable=wrong-import-position
from measure import device
from measure.boards import BOARDS
from measure.cases import Case
from quantization import sets_of

# By name: the folder of its sets.py.
FOLDERS = {"digits": "digits", "gesture": "gesture", "keywords": "keywords",
           "mobilenet": "mobilenet", "vibration": "vibration"}
# Scales are chosen by so many samples: what they are does not matter here.
SAMPLES = 50
CASES = 4

problems = []


def check(good, message):
    if not good:
        problems.append(message)
        print(f"FAILED: {message}")


def outputs(smelt, model, folder, *options):
    """What the model gives for inputs that are always the same, as files' names and bytes."""
    subprocess.run([smelt, "run", model, "--cases", str(CASES), "-o", folder, *options],
                   check=True, stdout=subprocess.DEVNULL)
    return {each.name: each.read_bytes() for each in folder.iterdir()}


def check_model(smelt, name, precision, boards, folder):
    model = EXAMPLES / FOLDERS[name] / f"{name}.onnx"
    data = folder / "calibration.npy"
    np.save(data, sets_of(FOLDERS[name]).calibration(f"{name}/{name}.onnx")[:SAMPLES])
    options = ["--quantize", precision, "--calibrate", data]
    written = folder / f"{name}.tflite"
    subprocess.run([smelt, "quantize", model, *options, "-o", written], check=True)
    reference = outputs(smelt, model, folder / "reference", "--reference", *options)
    check(reference, f"{name} {precision} has no outputs")
    check(outputs(smelt, model, folder / "emitted", *options) == reference,
          f"{name} {precision} is wrong on this machine")
    check(outputs(smelt, written, folder / "written") == reference,
          f"{name} {precision} reads back as something else")
    vectors = folder / "vectors"
    subprocess.run([smelt, "golden", written, "--cases", str(CASES), "-o", vectors], check=True)
    for board in boards:
        result = device.measure(smelt, Case(name, written, vectors), [], BOARDS[board])
        print(f"{name} {precision} on {board}: {result}")
        check(result["bit_exact"], f"{name} {precision} is wrong on {board}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--smelt", required=True)
    parser.add_argument("--models", required=True)
    parser.add_argument("--boards", required=True)
    parser.add_argument("--precisions", default="int8,int16x8,int4")
    options = parser.parse_args()
    boards = [board for board in options.boards.split(",")
              if shutil.which(f"{BOARDS[board].prefix}gcc")
              and shutil.which(BOARDS[board].emulate[0])]
    if not boards:
        print("skipped: no board's compiler and emulator")
        return 0
    for name in options.models.split(","):
        for precision in options.precisions.split(","):
            with tempfile.TemporaryDirectory() as folder:
                check_model(options.smelt, name, precision, boards, Path(folder))
    print("good" if not problems else f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
