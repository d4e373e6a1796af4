# SPDX-License-Identifier: Apache-2.0
"""Trains both gesture recognizers and writes everything else in this folder."""

import sys
from collections import OrderedDict
from pathlib import Path

import torch
from torch import nn

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "common"))

import sets
import training
from metrics import confusion
from traces import LABELS, SAMPLES, traces

TRAIN_TRACES, EPOCHS, AVERAGED = 24000, 30, 6
FRAME, STATE = 4, 32  # samples that the GRU takes at a time; what it remembers


class SamplesLast(nn.Module):
    """The convolutions of PyTorch want each axis of the sensor as a row."""

    def forward(self, x):
        return x.transpose(1, 2)


def convolution(inputs, outputs, size, stride):
    conv = nn.Conv1d(inputs, outputs, size, stride, size // 2, bias=False)
    return nn.Sequential(OrderedDict(conv=conv, norm=nn.BatchNorm1d(outputs), relu=nn.ReLU()))


def convolutional():
    return nn.Sequential(OrderedDict(
        turned=SamplesLast(),
        conv_1=convolution(3, 16, 5, 2), conv_2=convolution(16, 24, 5, 2),
        conv_3=convolution(24, 32, 3, 2), conv_4=convolution(32, 32, 3, 2),
        pool=nn.AdaptiveAvgPool1d(1), flatten=nn.Flatten(), dense=nn.Linear(32, len(LABELS))))


class Recurrent(nn.Module):
    """A GRU over frames of samples; its last state decides."""

    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(3 * FRAME, STATE)
        self.dense = nn.Linear(STATE, len(LABELS))

    def forward(self, x):
        frames = x.reshape(len(x), SAMPLES // FRAME, 3 * FRAME).transpose(0, 1)
        return self.dense(self.gru(frames, torch.zeros(1, len(x), STATE))[1][0])


def train(net):
    x, y = traces("train", TRAIN_TRACES)
    return training.fit(net, torch.tensor(sets.inputs(x)), torch.tensor(y).long(),
                        nn.CrossEntropyLoss(label_smoothing=0.05), EPOCHS, averaged=AVERAGED)


def main():
    seed = training.seed_argument(__doc__)
    sets.write()
    x, labels = sets.test("gesture.onnx")
    stated = {}
    for name, network in (("gesture", convolutional), ("gesture_gru", Recurrent)):
        training.repeatable(seed)
        net = nn.Sequential(OrderedDict(net=train(network()), softmax=nn.Softmax(1)))
        training.export(net, x.shape[1:], HERE / f"{name}.onnx")
        outputs = training.predict(net, x)
        stated[f"{name}.onnx"] = sets.quality(x, outputs, labels)
        print(confusion(outputs, labels, LABELS))
    training.state(HERE, stated)


if __name__ == "__main__":
    main()
