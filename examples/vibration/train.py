# SPDX-License-Identifier: Apache-2.0
"""Trains the autoencoder on healthy motors and writes everything else in this folder."""

import sys
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
from torch import nn

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "common"))

import sets
import training
from machine import FAULTS, healthy

TRAIN_WINDOWS, EPOCHS = 15000, 60
FEATURES, HIDDEN, CODE = 64, 64, 8


def dense(inputs, outputs):
    return nn.Sequential(OrderedDict(dense=nn.Linear(inputs, outputs, bias=False),
                                     norm=nn.BatchNorm1d(outputs), relu=nn.ReLU()))


def network():
    return nn.Sequential(OrderedDict(
        norm=nn.BatchNorm1d(FEATURES, affine=False),
        encode_1=dense(FEATURES, HIDDEN), encode_2=dense(HIDDEN, HIDDEN),
        code=nn.Linear(HIDDEN, CODE),
        decode_1=dense(CODE, HIDDEN), decode_2=dense(HIDDEN, HIDDEN),
        output=nn.Linear(HIDDEN, FEATURES)))


def main():
    seed = training.seed_argument(__doc__)
    training.repeatable(seed)
    sets.write()
    x = torch.tensor(healthy("train", TRAIN_WINDOWS).astype(np.float32))
    net = training.fit(network(), x, x, nn.MSELoss(), EPOCHS, decay=1e-5)
    training.export(net, (FEATURES,), HERE / "vibration.onnx")
    x, labels = sets.test("vibration.onnx")
    outputs = training.predict(net, x)
    for n, fault in enumerate(FAULTS, 1):
        some = (labels == 0) | (labels == n)
        print(f"{fault}: {sets.quality(x[some], outputs[some], labels[some]):.3f}")
    training.state(HERE, {"vibration.onnx": sets.quality(x, outputs, labels)})


if __name__ == "__main__":
    main()
