# SPDX-License-Identifier: Apache-2.0
"""Trains the keyword spotters and writes everything else in this folder, golden vectors excepted."""

import argparse
import json
import os
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "common"))

import metrics
import sets as committed
import synthesise
import training
from front_end import BANDS, ROWS, SCALE, FrontEnd
from synthesise import LABELS

# Utterances of every label, and scenes that each is put in.
TRAIN, SCENES = 700, 3
TEST, VALIDATION, CALIBRATION = 100, 100, 17
# Anything may be said that is none of the words: more utterances for `unknown`, in half of which
# the word is invented.
MORE_UNKNOWN, INVENTED = 2100, 0.5
LEARNING_RATE, EPOCHS, AVERAGED = 6e-3, 16, 4


# ---- Data ----------------------------------------------------------------------------------------


def features(front_end, split, *options):
    """Rows of features, clip by clip, and labels."""
    start = time.time()
    x, y = [], []
    for clip in synthesise.clips(split, *options):
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
    parts = (features(front_end, "train", TRAIN, SCENES, 1),
             features(front_end, "train", MORE_UNKNOWN, SCENES, 4, ["unknown"], INVENTED))
    sets = {"train": tuple(np.concatenate(arrays) for arrays in zip(*parts)),
            "validation": features(front_end, "validation", VALIDATION, 1, 2),
            "test": features(front_end, "test", TEST, 1, 3)}
    if cache:
        np.savez(cache, **{name: array for split, (x, y) in sets.items()
                           for name, array in ((split, x), (f"{split}_labels", y))})
    return sets


def octaves(x):
    return torch.tensor(x.astype(np.float32) * SCALE)[:, None]


def uniform(count, low, high):
    return low + (high - low) * torch.rand(count)


def warp(x):
    """Each clip as if spoken by another: faster or slower, earlier or later, and by a smaller or
    larger speaker, whose bands lie farther apart."""
    place = torch.zeros(len(x), 2, 3)
    place[:, 0, 0], place[:, 0, 2] = uniform(len(x), 0.92, 1.08), uniform(len(x), -0.04, 0.04)
    place[:, 1, 1], place[:, 1, 2] = uniform(len(x), 0.87, 1.15), uniform(len(x), -0.1, 0.1)
    grid = nn.functional.affine_grid(place, x.shape, align_corners=True)
    return nn.functional.grid_sample(x, grid, padding_mode="border", align_corners=True)


def stretch(clips, size, longest):
    """For each of some clips, which of `size` places are in a stretch of less than `longest`."""
    length = torch.randint(longest, (clips, 1))
    start = (torch.rand(clips, 1) * (size - length)).long()
    place = torch.arange(size)
    return (place >= start) & (place < start + length)


def mask(x):
    """Hides a stretch of time and one of frequencies of each clip, so that no part of a word is
    relied on."""
    clips, _, rows, bands = x.shape
    hidden = stretch(clips, rows, 8)[:, :, None] | stretch(clips, bands, 6)[:, None]
    return x.masked_fill(hidden[:, None], x.mean().item())


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


# By name, which is that of a folder as well.
NETWORKS = {"keywords": network, "keywords_causal": causal_network}


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


def train(make, x, y, seed):
    training.repeatable(seed)
    standardise, layers = Standardise(x), make().to(memory_format=torch.channels_last)
    loss = nn.CrossEntropyLoss(label_smoothing=0.05)  # keeps it from claiming certainty
    training.fit(layers, x, y, loss, EPOCHS, LEARNING_RATE, decay=1e-5,
                 prepare=lambda batch: standardise(mask(warp(batch))), averaged=AVERAGED)
    return Folded(standardise, layers).eval()


# ---- Results -------------------------------------------------------------------------------------


def report(name, net, sets):
    """Prints how good it is; the accuracy on the test set with features as they are stored."""
    for split in ("validation", "test"):
        x, y = sets[split]
        print(f"{name}, {split}: {100 * metrics.accuracy(training.predict(net, octaves(x)), y):.2f} %")
    x, y = sets["test"]
    output = training.predict(net, committed.inputs(committed.stored(x * SCALE)))
    print(metrics.confusion(output, y, LABELS))
    print(f"{name}, test, as stored: {100 * metrics.accuracy(output, y):.2f} %", flush=True)
    return metrics.accuracy(output, y)


def write_network(name, net, accuracy):
    path = HERE.parent / name / f"{name}.onnx"
    training.export(net, (1, ROWS, BANDS), path)
    stated = json.loads((HERE / "stated.json").read_text())
    training.state(HERE, {**stated, os.path.relpath(path, HERE): accuracy})


def write_sets(sets):
    """Of the validation clips the first are for calibration."""
    count = CALIBRATION * len(LABELS)
    for name, (x, y) in (("test", sets["test"]),
                         ("calibration", [part[:count] for part in sets["validation"]])):
        committed.write(name, x * SCALE, y)
    (HERE / "labels.txt").write_text("".join(f"{label}\n" for label in LABELS))


def write_golden_inputs(path):
    """What tools/record_golden is to record outputs of: clips of the test set, silence and noise."""
    known = committed.test("keywords.onnx")[0][2:8]
    random = np.random.default_rng(0).uniform(0, 48, known[:1].shape).astype(np.float32)
    np.save(path, np.concatenate([known, 0 * random, random])[:, None])


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
        net = train(NETWORKS[name], x, y, options.seed)
        accuracy = report(name, net, sets)
        if not options.dry:
            write_network(name, net, accuracy)
    if not options.dry:
        write_sets(sets)
        write_clips(HERE / "clips")


if __name__ == "__main__":
    main()
