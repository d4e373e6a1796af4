# SPDX-License-Identifier: Apache-2.0
"""The committed features as the models take them: octaves of power, 1 x 49 x 40.

They are kept in bytes, coarsely so that the files are small: in steps of 3/8 octave, 1.1 dB."""

import sys
from pathlib import Path

import numpy as np

from metrics import accuracy

HERE = Path(__file__).resolve().parent
STEP = 3 / 8
# The utterances of each label, and the seed, by split; train.py has the like.
UNLABELLED = [("validation", 100, 2), ("train", 250, 1)]


def stored(octaves):
    """As bytes q that stand for STEP * (q + 128) octaves."""
    return np.clip(np.rint(octaves / STEP) - 128, -128, 127).astype(np.int8)


def inputs(q):
    return (q + np.float32(128))[:, None] * np.float32(STEP)


def write(name, octaves, labels):
    np.savez_compressed(HERE / f"{name}_set.npz", features=stored(octaves), labels=labels)


def load(name):
    with np.load(HERE / f"{name}_set.npz") as file:
        return inputs(file["features"]), file["labels"]


def test(_):
    """Inputs and labels, whichever the model."""
    return load("test")


def calibration(_):
    return load("calibration")[0]


def unlabelled(smelt):
    """More inputs of the training set's kind, for recovery: what the model was trained on, and as
    many voices that it has not heard. Their labels are of no use."""
    sys.path.insert(0, str(HERE))
    from front_end import SCALE, FrontEnd
    from synthesise import clips
    sys.path.pop(0)
    front_end = FrontEnd(smelt)
    drawn = [front_end(clip.samples) for split, utterances, seed in UNLABELLED
             for clip in clips(split, utterances, 1, seed)]
    return inputs(stored(np.stack(drawn) * SCALE))[np.random.default_rng(0).permutation(len(drawn))]


def quality(_, outputs, labels):
    return accuracy(outputs, labels)
