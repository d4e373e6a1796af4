# SPDX-License-Identifier: Apache-2.0
"""The images as the model takes them: planes of 0..1. All are generated; some are committed."""

from pathlib import Path

import numpy as np

from images import images
from metrics import accuracy

FILE = Path(__file__).resolve().parent / "some_test_images.npz"
TEST, CALIBRATION, COMMITTED = 1000, 200, 50


def inputs(pixels):
    return np.ascontiguousarray(pixels.transpose(0, 3, 1, 2), np.float32) / 255


def write():
    x, y = images("test", COMMITTED)
    np.savez_compressed(FILE, images=x, labels=y)


def test(_):
    """Inputs and labels, whichever the model."""
    x, y = images("test", TEST)
    if not np.array_equal(x[:COMMITTED], np.load(FILE)["images"]):
        raise SystemExit("this NumPy draws other images than those of some_test_images.npz")
    return inputs(x), y


def calibration(_):
    return inputs(images("calibration", CALIBRATION)[0])


def quality(_, outputs, labels):
    return accuracy(outputs, labels)
