# SPDX-License-Identifier: Apache-2.0
"""The committed images as the ONNX models take them, 1x8x8 of 0..16, and which model may see which.

digits.onnx is tested on the images held out, folds/fold_N.onnx on the part of all that it left.
"""

from pathlib import Path

import numpy as np

from metrics import accuracy

FILE = Path(__file__).resolve().parent / "all_images.npz"
CALIBRATION = 200


def left_out(sets, model):
    """Which images a model has not learnt from."""
    if "fold_" not in model:
        return sets["test"]
    return sets["fold"] == int(model.split("fold_")[1].removesuffix(".onnx"))


def inputs(images):
    return images.reshape(-1, 1, 8, 8).astype(np.float32)


def test(model):
    """Inputs and labels."""
    sets = np.load(FILE)
    those = left_out(sets, model)
    return inputs(sets["images"][those]), sets["labels"][those]


def calibration(model):
    """Inputs, of the images that the model was trained on: there are no others."""
    sets = np.load(FILE)
    return inputs(sets["images"][~left_out(sets, model)][:CALIBRATION])


def quality(_, outputs, labels):
    return accuracy(outputs, labels)
