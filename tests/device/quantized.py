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

problems = []


def check(good, message):
    if not good:
        problems.append(message)
        print(f"FAILED: {message}")


def golden(smelt, model, path, options=()):
    """Outputs of the emitted code on this machine; --layers: that the evaluator's are the same."""
    subprocess.run([smelt, "golden", model, *options, "--layers", "-o", path], check=True,
                   stdout=subprocess.DEVNULL)
    return path


def same_files(a, b):
    """Of golden vectors: a folder's inputs and outputs, which no tensor's number is a part of."""
    names = sorted(each.name for each in a.glob("*.bin"))
    return names == sorted(each.name for each in b.glob("*.bin")) and all(
        (a / name).read_bytes() == (b / name).read_bytes() for name in names)


def check_model(smelt, name, precision, boards, folder):
    model = EXAMPLES / FOLDERS[name] / f"{name}.onnx"
    data = folder / "calibration.npy"
    np.save(data, sets_of(FOLDERS[name]).calibration(f"{name}/{name}.onnx")[:SAMPLES])
    options = ["--quantize", precision, "--calibrate", data]
    written = folder / f"{name}.tflite"
    subprocess.run([smelt, "quantize", model, *options, "-o", written], check=True)
    here = golden(smelt, model, folder / "here.golden", options)
    back = golden(smelt, written, folder / "back.golden")
    print(here, back, list(folder.iterdir()))
    for board in boards:
        result = device.measure(smelt, Case(name, written, back), "balanced", BOARDS[board])
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
              if shutil.which(f"{BOARDS[board].prefix}gcc") and shutil.which(BOARDS[board].emulate[0])]
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
