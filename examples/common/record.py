#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Records golden vectors of an example's .onnx models, by ONNX Runtime, from its test set:

    record.py EXAMPLE_FOLDER [--cases N]

Those of EXAMPLE.onnx are in golden, or in golden_onnx where EXAMPLE.tflite has that; those of
EXAMPLE_VARIANT.onnx in golden_VARIANT.
"""

import argparse
import importlib
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

RECORD = Path(__file__).resolve().parents[2] / "tools/record_golden"


def golden_folder(model):
    folder = model.parent
    if model.stem != folder.name:
        return folder / f"golden_{model.stem.removeprefix(folder.name + '_')}"
    return folder / ("golden_onnx" if model.with_suffix(".tflite").exists() else "golden")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("example", type=Path, help="a folder with sets.py")
    parser.add_argument("--cases", type=int, default=8, help="how many; default: 8")
    options = parser.parse_args()
    folder = options.example.resolve()
    sys.path[:0] = [str(folder), str(Path(__file__).resolve().parent)]
    sets = importlib.import_module("sets")
    with tempfile.TemporaryDirectory() as name:
        inputs = Path(name) / "inputs.npy"
        for model in sorted(folder.glob("*.onnx")):
            np.save(inputs, sets.test(model.name)[0][:options.cases])
            subprocess.run([RECORD, model, inputs, golden_folder(model)], check=True)


if __name__ == "__main__":
    main()
