#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What compression costs the examples:

    compression.py --smelt PROGRAM -o compression.md     the whole table
    compression.py --smelt PROGRAM --check NAME          holds one example to its limits

Models are compressed on their calibration sets and evaluated, emitted and compiled, on their test
sets. Bytes are those of weights and the tables they are decoded by, without biases and
multipliers; a float model has four for each weight. Needs NumPy.
"""

import sys

from quantization import MODELS, Data, mean, run, sets_of

import numpy as np

NAMES = ["digits", "keywords", "vibration"]
CODED = ["int8", "--coding", "smallest"]
ROWS = [
    ("int8", ["int8", "--coding", "plain"]),
    ("int8, coded", CODED),
    ("half pruned", CODED + ["--prune", "0.5"]),
    ("half pruned, by magnitude", CODED + ["--prune", "0.5", "--saliency", "magnitude"]),
    ("4 bits", CODED + ["--cluster", "4"]),
    ("3 bits", CODED + ["--cluster", "3"]),
    ("half pruned, 3 bits", CODED + ["--prune", "0.5", "--cluster", "3"]),
]
# By name: how many times smaller, what may be lost of 1, and how.
LIMITS = {
    "10x": (10, 0.01),
    "20x": (20, 0.02),
}
WAYS = {
    "digits": {"10x": ["--prune", "0.4", "--cluster", "3"],
               "20x": ["--prune", "0.65", "--cluster", "3", "--cluster-rate", "0.3", "--recover"]},
    "keywords": {"10x": ["--prune", "0.4", "--cluster", "3"],
                 "20x": ["--prune-channels", "0.25", "--prune", "0.4", "--cluster", "3",
                         "--cluster-rate", "0.8", "--recover", "20"]},
    "vibration": {"10x": ["--prune", "0.4", "--cluster", "3"],
                  "20x": ["--prune", "0.6", "--cluster", "3", "--cluster-rate", "0.3",
                          "--recover"]},
}
# Channels that leave take half the work along; by name, what may be lost.
HALF = CODED + ["--prune-channels", "0.55", "--recover", "40"]
HALF_LIMITS = {"keywords": 0.015}


class Cell:
    """`results` are those of models that answer parts of a test set."""

    def __init__(self, results, metric):
        self.cases = sum(result["cases"] for result in results)
        self.exact, self.found = (mean(results, metric, kind) for kind in ("float", "emitted"))
        self.bytes = sum(self.bytes_of(result) for result in results) / len(results)
        self.reduction = 4 * results[0]["float_weights"] / self.bytes
        steps = results[0].get("compression", {}).get("steps")
        self.work = steps[-1]["macs"] / steps[0]["macs"] if steps else 1

    @staticmethod
    def bytes_of(result):
        return sum(layer["stream_bytes"] + layer["table_bytes"]
                   for layer in result["weights_in_flash"])

    def loss(self):
        return self.exact - self.found

    def __str__(self):
        text = f"{100 * self.found:.2f} %, {self.bytes:,.0f} B, {self.reduction:.1f}x"
        return text if self.work > 0.9 else f"{text}, {100 * self.work:.0f} % of the work"


class Example:
    def __init__(self, smelt, name, place):
        self.smelt, self.name, self.place = smelt, name, place
        self.folder, self.models = MODELS[name]
        self.data = [Data(self.folder, model, place) for model in self.models]
        self.unlabelled = None

    def take_more(self):
        """Of unlabelled data, training can use more than other steps need."""
        sets = sets_of(self.folder)
        if self.unlabelled or not hasattr(sets, "unlabelled"):
            return
        self.unlabelled = self.place / f"{self.name}_unlabelled.npy"
        np.save(self.unlabelled, sets.unlabelled(self.smelt))
        for data in self.data:
            data.files["calibrate"] = self.unlabelled

    def cell(self, options):
        if "--recover" in options:
            self.take_more()
        results = [data.evaluate(self.smelt, model, options)
                   for data, model in zip(self.data, self.models)]
        return Cell(results, self.data[0].metric)

    def small(self, limit):
        return self.cell(CODED + WAYS[self.name][limit])


def check(smelt, name, place):
    example = Example(smelt, name, place)
    wrong = 0

    def hold(what, cell, loss, small_enough):
        nonlocal wrong
        # One sample more or less is chance.
        good = small_enough and cell.loss() <= max(loss, 2 / cell.cases)
        wrong += not good
        print(f"{name}, {what}: {100 * cell.exact:.2f} % -> {cell} on {cell.cases:,} samples"
              f"{'' if good else '  WRONG'}", flush=True)

    for limit, (reduction, loss) in LIMITS.items():
        cell = example.small(limit)
        hold(limit, cell, loss, cell.reduction >= reduction)
    if name in HALF_LIMITS:
        cell = example.cell(HALF)
        hold("half the work", cell, HALF_LIMITS[name], cell.work <= 0.5)
    return 1 if wrong else 0


def table(smelt, place):
    examples = [Example(smelt, name, place) for name in NAMES]
    columns = []
    for example in examples:
        columns.append([example.cell(options) for _, options in ROWS] +
                       [example.small("10x"), example.cell(HALF), example.small("20x")])
        print(f"{example.name} done", file=sys.stderr, flush=True)
    lines = ["|  | " + " | ".join(NAMES) + " |", "| --- |" + " ---: |" * len(NAMES)]
    first = [cells[0] for cells in columns]
    lines.append("| samples | " + " | ".join(f"{cell.cases:,}" for cell in first) + " |")
    lines.append("| float32 | " + " | ".join(f"{100 * cell.exact:.2f} %" for cell in first) + " |")
    for index, row in enumerate([row for row, _ in ROWS] + ["10x", "half the work", "20x"]):
        lines.append(f"| {row} | " + " | ".join(str(cells[index]) for cells in columns) + " |")
    lines += ["", "| options of | " + " | ".join(LIMITS) + " |", "| --- |" + " --- |" * len(LIMITS)]
    for name in NAMES:
        ways = [f"`{' '.join(WAYS[name][limit])}`" for limit in LIMITS]
        lines.append(f"| {name} | " + " | ".join(ways) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(run(__doc__, NAMES, check, table))
