#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs an example's models, compiled by smelt, on its test set:

    evaluate.py EXAMPLE_FOLDER --smelt PROGRAM

Fails if one is not as good as the folder's stated.json says. Needs NumPy.
"""

import argparse
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

# What rounding may change: the answer to a sample or two at the border.
TOLERANCE = 0.0015


def compiled_outputs(smelt, model, x):
    """What the emitted code computes of each sample."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        np.save(folder / "x.npy", x)
        subprocess.run([smelt, "run", model, "--inputs", folder / "x.npy", "-o", folder / "out"],
                       check=True, stdout=subprocess.DEVNULL)
        return np.stack([np.fromfile(folder / f"out/out{n}.bin", np.float32)
                         for n in range(len(x))])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("example", type=Path, help="a folder with sets.py and stated.json")
    parser.add_argument("--smelt", default="smelt", help="the program")
    options = parser.parse_args()
    sys.path[:0] = [str(options.example), str(Path(__file__).resolve().parent)]
    sets = importlib.import_module("sets")
    wrong = 0
    for model, stated in json.loads((options.example / "stated.json").read_text()).items():
        x, labels = sets.test(model)
        found = sets.quality(x, compiled_outputs(options.smelt, options.example / model, x), labels)
        good = abs(found - stated) <= TOLERANCE
        wrong += not good
        print(f"{model}: {found:.4f} on {len(x):,} samples, stated {stated:.4f}"
              f"{'' if good else '  WRONG'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
