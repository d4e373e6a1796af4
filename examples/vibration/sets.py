# SPDX-License-Identifier: Apache-2.0
"""The committed windows as the model takes them, and how far from its output an input is."""

from pathlib import Path

import numpy as np

from machine import healthy, mixed
from metrics import area_under_roc

FILE = Path(__file__).resolve().parent / "sets.npz"
TEST, CALIBRATION = 2000, 200


def write():
    x, y = mixed("test", TEST)
    np.savez_compressed(FILE, test_x=x, test_y=y, calibration_x=healthy("calibration", CALIBRATION))


def test(_):
    """Inputs and labels, 0 healthy, else a fault, whichever the model."""
    sets = np.load(FILE)
    return sets["test_x"].astype(np.float32), sets["test_y"]


def calibration(_):
    return np.load(FILE)["calibration_x"].astype(np.float32)


def anomaly(x, outputs):
    """The score of each window: the mean square of what the model did not expect."""
    return ((x - outputs) ** 2).mean(axis=1)


def quality(x, outputs, labels):
    return area_under_roc(anomaly(x, outputs), labels > 0)
