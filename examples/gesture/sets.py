# SPDX-License-Identifier: Apache-2.0
"""The committed traces as the models take them: in g, 128 x 3."""

from pathlib import Path

import numpy as np

from metrics import accuracy
from traces import LABELS, STEPS_PER_G, traces

FILE = Path(__file__).resolve().parent / "sets.npz"
TEST, CALIBRATION = 1500, 200


def inputs(steps):
    return steps.astype(np.float32) / STEPS_PER_G


def write():
    x, y = traces("test", TEST)
    np.savez_compressed(FILE, test_x=x, test_y=y,
                        calibration_x=traces("calibration", CALIBRATION)[0])


def test(_):
    """Inputs and labels, whichever the model."""
    sets = np.load(FILE)
    return inputs(sets["test_x"]), sets["test_y"]


def calibration(_):
    return inputs(np.load(FILE)["calibration_x"])


def quality(_, outputs, labels):
    return accuracy(outputs, labels)
