#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What quantization costs the examples, and what each observer and each correction brings:

    quantization.py --smelt PROGRAM -o quantization.md     the whole table
    quantization.py --smelt PROGRAM --check NAME           holds one example to its limits

Models are calibrated on their calibration sets and evaluated, emitted and compiled, on their test
sets. Needs NumPy.
"""

import argparse
import importlib
import importlib.util
import json
import subprocess
import sys
import tempfile
from pathlib import Path

if not importlib.util.find_spec("numpy"):
    print("skipped: no NumPy")
    sys.exit(0)

import numpy as np

EXAMPLES = Path(__file__).resolve().parents[1]
# By name: the folder of its sets.py, and its models. The digits are cross-validated: every image is
# answered by a model that has not learnt from it.
MODELS = {
    "digits": ("digits", [f"digits/folds/fold_{n}.onnx" for n in range(5)]),
    "keywords": ("keywords", ["keywords/keywords.onnx"]),
    "keywords_causal": ("keywords", ["keywords_causal/keywords_causal.onnx"]),
    "gesture": ("gesture", ["gesture/gesture.onnx"]),
    "gesture_gru": ("gesture", ["gesture/gesture_gru.onnx"]),
    "vibration": ("vibration", ["vibration/vibration.onnx"]),
    "mobilenet": ("mobilenet", ["mobilenet/mobilenet.onnx"]),
}
# What may be lost, of 1.
LIMITS = {"int8": 0.005, "int16x8": 0.002, "int4": 0.02, "auto": 0.01}
ROWS = [
    ("int8", ["int8"]),
    ("int8, every range min-max", ["int8", "--observer", "min-max"]),
    ("int8, every range by percentile", ["int8", "--observer", "percentile"]),
    ("int8, every range by mse", ["int8", "--observer", "mse"]),
    ("int8, every range by entropy", ["int8", "--observer", "entropy"]),
    ("int8, no equalization", ["int8", "--no-equalization"]),
    ("int8, weights to the nearest", ["int8", "--nearest"]),
    ("int8, to the nearest, biases as they are", ["int8", "--nearest", "--no-bias-correction"]),
    ("int8, none of these: min-max alone",
     ["int8", "--observer", "min-max", "--no-equalization", "--nearest", "--no-bias-correction"]),
    ("int16x8", ["int16x8"]),
    ("int4", ["int4"]),
    ("int4, no equalization", ["int4", "--no-equalization"]),
    ("int4, weights to the nearest", ["int4", "--nearest"]),
    ("int4, to the nearest, biases as they are", ["int4", "--nearest", "--no-bias-correction"]),
    ("auto, at most 1 %", ["auto", "--max-drop", "1%"]),
]


def sets_of(folder):
    for name in ("sets", "images", "machine", "traces"):
        sys.modules.pop(name, None)
    sys.path[:0] = [str(EXAMPLES / folder), str(Path(__file__).resolve().parent)]
    try:
        return importlib.import_module("sets")
    finally:
        del sys.path[:2]


class Data:
    """The data of a model as files."""

    def __init__(self, folder, model, place):
        sets = sets_of(folder)
        x, labels = sets.test(model)
        self.metric = "auc" if folder == "vibration" else "accuracy"
        self.files = {"data": x, "labels": labels.astype(np.int64),
                      "calibrate": sets.calibration(model)}
        for name, array in self.files.items():
            self.files[name] = place / f"{Path(model).stem}_{name}.npy"
            np.save(self.files[name], array)

    def evaluate(self, smelt, model, options):
        command = [smelt, "eval", EXAMPLES / model, "--json", "--metric", self.metric]
        for name, file in self.files.items():
            command += [f"--{name}", file]
        run = subprocess.run(command + ["--quantize"] + options, check=True, text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return json.loads(run.stdout)


def mean(results, *keys):
    """Of models that answer parts of a test set, weighed by the parts."""
    total = 0
    for result in results:
        value = result
        for key in keys:
            value = value[key]
        total += value * result["cases"]
    return total / sum(result["cases"] for result in results)


class Cell:
    def __init__(self, results, metric):
        self.cases = sum(result["cases"] for result in results)
        self.exact, self.found = (mean(results, metric, kind) for kind in ("float", "emitted"))
        self.noise = mean(results, "output_snr_db")
        self.bytes = results[0]["weights_bytes"]

    def __str__(self):
        return f"{100 * self.found:.2f} %, {self.noise:.0f} dB, {self.bytes:,} B"


class Example:
    def __init__(self, smelt, name, place):
        self.smelt = smelt
        folder, self.models = MODELS[name]
        self.data = [Data(folder, model, place) for model in self.models]

    def cell(self, options):
        results = [data.evaluate(self.smelt, model, options)
                   for data, model in zip(self.data, self.models)]
        return Cell(results, self.data[0].metric)


def check(smelt, name, place):
    example, wrong = Example(smelt, name, place), 0
    cells = {precision: example.cell([precision]) for precision in LIMITS}
    for precision, limit in LIMITS.items():
        cell = cells[precision]
        # One sample more or less is chance.
        limit = max(limit, 2 / cell.cases)
        good = cell.exact - cell.found <= limit
        if precision == "auto":
            good = good and cell.bytes < cells["int8"].bytes
        wrong += not good
        print(f"{name}, {precision}: {100 * cell.exact:.2f} % -> {cell} on {cell.cases:,} samples"
              f"{'' if good else '  WRONG'}", flush=True)
    return 1 if wrong else 0


def table(smelt, place):
    examples = {name: Example(smelt, name, place) for name in MODELS}
    columns = {}
    for name, example in examples.items():
        columns[name] = [example.cell(options) for _, options in ROWS]
        print(f"{name} done", file=sys.stderr, flush=True)
    lines = ["|  | " + " | ".join(MODELS) + " |", "| --- |" + " ---: |" * len(MODELS)]
    first = [columns[name][0] for name in MODELS]
    lines.append("| samples | " + " | ".join(f"{cell.cases:,}" for cell in first) + " |")
    lines.append("| float32 | " + " | ".join(f"{100 * cell.exact:.2f} %" for cell in first) + " |")
    for index, (row, _) in enumerate(ROWS):
        lines.append(f"| {row} | " + " | ".join(str(columns[name][index]) for name in MODELS) +
                     " |")
    return "\n".join(lines) + "\n"


def run(description, names, check, table):
    """The command line of a page of figures: check(smelt, name, place) or table(smelt, place)."""
    parser = argparse.ArgumentParser(description=description.split("\n\n", 1)[0])
    parser.add_argument("--smelt", default="smelt", help="the program")
    parser.add_argument("--check", metavar="NAME", choices=names, help="an example")
    parser.add_argument("-o", "--output", type=Path,
                        help="a page whose last part, from the table on, is replaced")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        if options.check:
            return check(options.smelt, options.check, Path(place))
        lines = table(options.smelt, Path(place))
    if options.output:
        page = options.output.read_text()
        options.output.write_text(page[:page.index("|  |")] + lines)
    else:
        print(lines, end="")
    return 0


if __name__ == "__main__":
    sys.exit(run(__doc__, MODELS, check, table))
