# SPDX-License-Identifier: Apache-2.0
"""Trains a MobileNet to find faces and writes everything else in this folder."""

import sys
from collections import OrderedDict
from pathlib import Path

import torch
from torch import nn

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "common"))

import sets
import training
from images import LABELS, SIZE, images
from metrics import confusion

TRAIN_IMAGES, EPOCHS, BATCH, LEARNING_RATE = 16000, 20, 32, 3e-3

# Channels and stride of each pair of a depthwise and a pointwise convolution: MobileNetV1 by 0.25.
BLOCKS = [(16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2), *[(128, 1)] * 5, (256, 2),
          (256, 1)]


def layer(inputs, outputs, size, stride=1, groups=1):
    conv = nn.Conv2d(inputs, outputs, size, stride, size // 2, groups=groups, bias=False)
    return nn.Sequential(OrderedDict(conv=conv, norm=nn.BatchNorm2d(outputs), relu=nn.ReLU()))


def network():
    layers, channels = OrderedDict(conv_0=layer(3, 8, 3, stride=2)), 8
    for n, (outputs, stride) in enumerate(BLOCKS, 1):
        layers[f"depthwise_{n}"] = layer(channels, channels, 3, stride, groups=channels)
        layers[f"pointwise_{n}"] = layer(channels, outputs, 1)
        channels = outputs
    layers["pool"] = nn.AdaptiveAvgPool2d(1)
    layers["flatten"] = nn.Flatten()
    layers["dense"] = nn.Linear(channels, 2)
    return nn.Sequential(layers).to(memory_format=torch.channels_last)


def planes(images_nhwc):
    """NHWC bytes to NCHW 0..1, which in memory stays NHWC."""
    return images_nhwc.permute(0, 3, 1, 2).float() / 255


def varied(batch):
    """Mirrors a batch or not, and changes the colours of each image."""
    x = planes(batch)[:, torch.randperm(3)]
    x = x.flip(3) if torch.rand(1) < 0.5 else x
    gain = 1 + 0.2 * (torch.rand(len(x), 3, 1, 1) - 0.5)
    return (x * gain).contiguous(memory_format=torch.channels_last)


def main():
    seed = training.seed_argument(__doc__)
    training.repeatable(seed)
    sets.write()
    x, y = images("train", TRAIN_IMAGES)
    net = training.fit(network(), torch.tensor(x), torch.tensor(y).long(),
                       nn.CrossEntropyLoss(label_smoothing=0.02), EPOCHS, LEARNING_RATE, BATCH,
                       decay=1e-5, prepare=varied)
    net = nn.Sequential(OrderedDict(net=net, softmax=nn.Softmax(1)))
    training.export(net, (3, SIZE, SIZE), HERE / "mobilenet.onnx")
    x, labels = sets.test("mobilenet.onnx")
    outputs = training.predict(net, x)
    print(confusion(outputs, labels, LABELS))
    training.state(HERE, {"mobilenet.onnx": sets.quality(x, outputs, labels)})


if __name__ == "__main__":
    main()
