# SPDX-License-Identifier: Apache-2.0
"""Trains the keyword spotters and writes everything else in this folder, golden vectors excepted."""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "common"))

import metrics
import synthesise
import training
from front_end import BANDS, ROWS, SCALE, FrontEnd
from synthesise import LABELS

# Utterances of every label, and scenes that each is put in.
TRAIN, SCENES = 700, 3
TEST, CALIBRATION = 100, 17
LEARNING_RATE = 6e-3

# Features are kept in bytes, coarsely so that the file is small: steps of 3/8 octave, 1.1 dB.
STORED_STEP = 3 / 8


# ---- Data ----------------------------------------------------------------------------------------


def features(front_end, split, utterances, scenes, seed):
    """Rows of features in octaves, clip by clip, and labels."""
    start = time.time()
    x, y = [], []
    for clip in synthesise.clips(split, utterances, scenes, seed):
        x.append(front_end(clip.samples))
        y.append(clip.label)
    print(f"{split}: {len(y):,} clips in {time.time() - start:.0f} s", flush=True)
    return np.stack(x), np.array(y, np.uint8)


def load(front_end, cache):
    """Features of all sets; kept in a file, if there is one."""
    if cache and cache.exists():
        with np.load(cache) as file:
            return {split: (file[split], file[f"{split}_labels"])
                    for split in ("train", "validation", "test")}
    sets = {"train": features(front_end, "train", TRAIN, SCENES, 1),
            "validation": features(front_end, "validation", CALIBRATION, 1, 2),
            "test": features(front_end, "test", TEST, 1, 3)}
    if cache:
        np.savez(cache, **{name: array for split, (x, y) in sets.items()
                           for name, array in ((split, x), (f"{split}_labels", y))})
    return sets


def octaves(x):
    return torch.tensor(x.astype(np.float32) * SCALE)[:, None]


def stored(x):
    """As bytes q that stand for STORED_STEP * (q + 128) octaves."""
    return np.clip(np.rint(x * (SCALE / STORED_STEP)) - 128, -128, 127).astype(np.int8)


def as_stored(x):
    """What is left of features."""
    return torch.tensor((stored(x) + np.float32(128)) * np.float32(STORED_STEP))[:, None]


def mask(x):
    """Hides a stretch of time and one of frequencies of each clip, so that no part of a word is
    relied on."""
    x = x.clone()
    level = x.mean()
    for clip in x:
        for axis, longest in ((1, 8), (2, 6)):
            length = int(torch.randint(longest, ()))
            start = int(torch.randint(clip.shape[axis] - length, ()))
            clip.narrow(axis, start, length).fill_(level)
    return x


# ---- Networks ------------------------------------------------------------------------------------


class Standardise(nn.Module):
    """To mean 0 and deviation 1 over all features."""

    def __init__(self, x):
        super().__init__()
        self.register_buffer("mean", x.mean())
        self.register_buffer("deviation", x.std())

    def forward(self, x):
        return (x - self.mean) / self.deviation


def convolution(inputs, outputs, size, stride=1, padding=0, groups=1):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, size, stride, padding, groups=groups, bias=False),
        nn.BatchNorm2d(outputs), nn.ReLU())


def separable(inputs, outputs, stride=1, padding=(1, 1)):
    """A convolution in each channel, then one across channels."""
    return nn.Sequential(convolution(inputs, inputs, 3, stride, padding, groups=inputs),
                         convolution(inputs, outputs, 1))


def classifier(channels):
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(channels, len(LABELS))]


def network():
    """DS-CNN (Y. Zhang et al., Hello Edge, 2017), in which rows and bands are halved three times."""
    return nn.Sequential(
        convolution(1, 24, (9, 4), 2), separable(24, 48, 2), separable(48, 48),
        separable(48, 80, 2), separable(80, 80), separable(80, 96), *classifier(96))


def causal_network():
    """The same without padding in time: every row of every layer depends on rows of before alone
    and is what it is wherever the clip begins, so that rows can be computed as they come."""
    bands = (0, 1)
    return nn.Sequential(
        convolution(1, 24, (5, 4), 2), separable(24, 48, 2, bands), separable(48, 48, 1, bands),
        separable(48, 80, (1, 2), bands), separable(80, 80, 1, bands), separable(80, 96, 1, bands),
        *classifier(96))


# By name, which is that of a folder as well: how it is made, and how long it is trained.
NETWORKS = {"keywords": (network, 16), "keywords_causal": (causal_network, 10)}


class Folded(nn.Module):
    """The network on raw features: the first convolution, which has no padding, standardises."""

    def __init__(self, standardise, layers):
        super().__init__()
        self.layers = layers
        first, norm = layers[0][0], layers[0][1]
        with torch.no_grad():
            first.weight /= standardise.deviation
            norm.running_mean += standardise.mean * first.weight.sum((1, 2, 3))

    def forward(self, x):
        return self.layers(x)


def train(make, epochs, x, y, seed):
    training.repeatable(seed)
    standardise, layers = Standardise(x), make()
    loss = nn.CrossEntropyLoss(label_smoothing=0.05)  # keeps it from claiming certainty
    training.fit(layers, x, y, loss, epochs, LEARNING_RATE, decay=1e-5,
                 prepare=lambda batch: standardise(mask(batch)))
    return Folded(standardise, layers).eval()


# ---- Results -------------------------------------------------------------------------------------


def report(name, net, sets):
    for split in ("validation", "test"):
        x, y = sets[split]
        print(f"{name}, {split}: {100 * metrics.accuracy(training.predict(net, octaves(x)), y):.2f} %")
    x, y = sets["test"]
    output = training.predict(net, octaves(x))
    coarse = training.predict(net, as_stored(x))
    print(f"{name}, test, as stored: {100 * metrics.accuracy(coarse, y):.2f} %")
    print(metrics.confusion(output, y, LABELS), flush=True)


def write_sets(sets):
    np.savez_compressed(HERE / "test_set.npz", features=stored(sets["test"][0]),
                        labels=sets["test"][1])
    np.savez_compressed(HERE / "calibration_set.npz", features=stored(sets["validation"][0]),
                        labels=sets["validation"][1])
    (HERE / "labels.txt").write_text("".join(f"{label}\n" for label in LABELS))


def write_golden_inputs(path):
    """What tools/record_golden is to record outputs of: clips of the test set, silence and noise."""
    with np.load(HERE / "test_set.npz") as file:
        known = (file["features"][2:8] + np.float32(128)) * np.float32(STORED_STEP)
    random = np.random.default_rng(0).uniform(0, 48, known[:1].shape).astype(np.float32)
    np.save(path, np.concatenate([known, 0 * random, random])[:, None, None])


def write_clips(folder):
    """The first clip of every label in the test set, as sound."""
    folder.mkdir(exist_ok=True)
    for clip in synthesise.clips("test", 1, 1, 3):
        synthesise.write_wav(folder / f"{LABELS[clip.label]}.wav", clip.samples)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smelt", default="smelt", help="the program")
    parser.add_argument("--cache", type=Path, help=".npz to keep features in, or to take them from")
    parser.add_argument("--seed", type=int, default=0, help="of the training")
    parser.add_argument("--only", choices=NETWORKS, action="append", help="train this network alone")
    parser.add_argument("--golden-inputs", type=Path, help="only write this .npy")
    parser.add_argument("--dry", action="store_true", help="write nothing")
    options = parser.parse_args()
    if options.golden_inputs:
        write_golden_inputs(options.golden_inputs)
        return
    sets = load(FrontEnd(options.smelt), options.cache)
    x, y = octaves(sets["train"][0]), torch.tensor(sets["train"][1]).long()
    for name in options.only or NETWORKS:
        net = train(*NETWORKS[name], x, y, options.seed)
        report(name, net, sets)
        if not options.dry:
            training.export(net, (1, ROWS, BANDS), HERE.parent / name / f"{name}.onnx")
    if not options.dry:
        write_sets(sets)
        write_clips(HERE / "clips")


if __name__ == "__main__":
    main()
