#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Float models quantized by smelt beside the int8 files that their makers quantized:

    quantized_models.py MODELS_FOLDER --smelt PROGRAM [--seed N]

Prints the signal-to-noise ratio of both against the float model on the golden inputs from case 5
on, and fails if smelt's is the lower. Calibrated on perturbed copies of cases 0 to 4, which are
noise: its spectrum, contrast, level and, of images, colour and edges are changed, so that the
copies have the ranges and correlations of the images and spectra that the models are for. Needs
NumPy.
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

NOISE_CASES, COPIES = 5, 100


def standardised(x):
    return (x - x.mean()) / x.std()


def with_falling_spectrum(random, x, axes=(0, 1)):
    """Multiplies the spectrum by 1 / f^a: neighbours become alike."""
    squares = np.zeros([1] * x.ndim)
    for axis in axes:
        shape = [1] * x.ndim
        shape[axis] = -1
        squares = squares + (np.fft.fftfreq(x.shape[axis]) * x.shape[axis]).reshape(shape) ** 2
    frequency = np.sqrt(np.maximum(squares, 1))
    spectrum = np.fft.fftn(x, axes=axes) * frequency ** -random.uniform(0, 2.5)
    return standardised(np.fft.ifftn(spectrum, axes=axes).real)


def image(random, x):
    """Between coloured and grey, between soft and of edges; from 0 to 1."""
    y = with_falling_spectrum(random, x)
    grey = y.mean(-1, keepdims=True)
    share = random.uniform()
    y = standardised(share * grey / grey.std() + (1 - share) * y)
    edges = random.uniform(0, 4)
    if edges > 0.5:
        y = standardised(np.tanh(edges * y))
    return np.clip(random.uniform(0, 0.45) * y + random.uniform(0.1, 0.9), 0, 1)


def spectra(random, x):
    """Five frames of 128 bands in decibels, which fall or rise over the bands."""
    y = with_falling_spectrum(random, x.reshape(5, 128))
    y = standardised(y + np.linspace(-1, 1, 128) * random.normal())
    y = random.uniform(2, 14) * y + random.uniform(-40, -15)
    return np.clip(y, -64, 5).reshape(x.shape)


# Float model, the int8 file made of it, the shape of an input, how copies are made.
MODELS = [("vww_96_float", "vww_96_int8", (96, 96, 3), image),
          ("pretrainedResnet", "pretrainedResnet_quant", (32, 32, 3), image),
          ("ad01_fp32", "ad01_int8", (640,), spectra)]


def golden_inputs(folder, shape):
    cases = []
    while (file := folder / f"in{len(cases)}.bin").exists():
        cases.append(np.fromfile(file, np.float32).reshape(shape))
    return np.stack(cases)


def signal_to_noise(smelt, *options):
    run = subprocess.run([smelt, "eval", "--json", *options], check=True, text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return json.loads(run.stdout)["output_snr_db"]


def compare(smelt, models, row, seed, place):
    name, of_maker, shape, perturb = row
    cases, random = golden_inputs(models / name, shape), np.random.default_rng(seed)
    copies = [perturb(random, case.astype(float)) for case in cases[:NOISE_CASES]
              for _ in range(COPIES)]
    np.save(place / "copies.npy", np.stack(copies).astype(np.float32))
    np.save(place / "cases.npy", cases[NOISE_CASES:])
    data = ["--data", place / "cases.npy"]
    model = models / name / "model.tflite"
    theirs = signal_to_noise(smelt, models / of_maker / "model.tflite", "--against", model, *data)
    ours = signal_to_noise(smelt, model, "--quantize", "int8", "--calibrate",
                           place / "copies.npy", *data)
    good = ours >= theirs
    print(f"{name}: smelt {ours:.1f} dB, {of_maker} {theirs:.1f} dB{'' if good else '  WRONG'}",
          flush=True)
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("models", type=Path, help="the folder of models with golden inputs")
    parser.add_argument("--smelt", default="smelt", help="the program")
    parser.add_argument("--seed", type=int, default=1, help="of the perturbations; default: 1")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        good = [compare(options.smelt, options.models, row, options.seed, Path(place))
                for row in MODELS]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
