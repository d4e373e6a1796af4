#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Layers of random shapes give the evaluator's bytes on a board, by whatever kernels its core has:

    layers.py --smelt PROGRAM --board NAME [--mode MODE] [--seeds FIRST,COUNT] [--large]

Each model is a convolution, a depthwise one and a fully connected layer of int8. --large measures
layers of many taps per output instead, and prints what a multiply-accumulate takes.
"""

import argparse
import pathlib
import random
import shutil
import struct
import sys
import tempfile

import tiny_model
from measure import device
from measure.boards import BOARDS
from measure.cases import Case
from tiny_model import operator, tensor

CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED = 3, 4, 9


class Model:
    """Layers one after the other, each of which reads what the one before it wrote."""

    def __init__(self, seed, shape):
        self.random = random.Random(seed)
        self.shape = shape  # of the last tensor
        self.tensors = [self._activation("x")]
        self.operators, self.buffers = [], []

    def _activation(self, name):
        return tensor(name, self.shape, "INT8", 0, 0.05, self.random.randint(-128, 127))

    def _constant(self, name, shape, kind, data):
        self.buffers.append(data)
        self.tensors.append(tensor(name, shape, kind, len(self.buffers)))
        return len(self.tensors) - 1

    def _layer(self, code, options, weights, axis, taps, shape, more):
        """`weights` is their shape, `axis` the one of output channels, `shape` the output's."""
        name, rnd, given = f"layer{len(self.operators)}", self.random, len(self.tensors) - 1
        channels, count = weights[axis], 1
        for extent in weights:
            count *= extent
        data = bytes(rnd.choice([129, 127, 0, rnd.randrange(256), rnd.randrange(256)])
                     for _ in range(count)).replace(b"\x80", b"\x81")
        w = self._constant(f"{name}_weights", weights, "INT8", data)
        per_channel = code != 2 or rnd.random() < 0.5
        self.tensors[w]["quantization"] = {
            "scale": [rnd.uniform(0.5, 1.5) * 0.2 / taps ** 0.5
                      for _ in range(channels if per_channel else 1)],
            "zero_point": [0] * (channels if per_channel else 1), "quantized_dimension": axis}
        bias = self._constant(f"{name}_bias", [channels], "INT32", b"".join(
            struct.pack("<i", rnd.randint(-4000, 4000)) for _ in range(channels)))
        self.shape = shape
        self.tensors.append(self._activation(name))
        self.operators.append(operator(code, [given, w, bias], [len(self.tensors) - 1], options))
        self.operators[-1]["builtin_options"] = {
            "fused_activation_function": rnd.choice(["NONE", "RELU", "RELU6"]), **more}

    def _window(self, kernel, stride, dilation):
        """The options of a window, and the rows and columns that it makes of the image."""
        valid = self.random.random() < 0.5 and all(
            size > (k - 1) * d for size, k, d in zip(self.shape[1:3], kernel, dilation))
        reach = [(k - 1) * d if valid else 0 for k, d in zip(kernel, dilation)]
        return ({"padding": "VALID" if valid else "SAME",
                 "stride_h": stride[0], "stride_w": stride[1],
                 "dilation_h_factor": dilation[0], "dilation_w_factor": dilation[1]},
                [(size - r + s - 1) // s for size, r, s in zip(self.shape[1:3], reach, stride)])

    def convolution(self, kernel, stride, dilation, outputs, groups=1):
        options, image = self._window(kernel, stride, dilation)
        inputs = self.shape[3] // groups
        self._layer(0, "Conv2DOptions", [outputs, *kernel, inputs], 0,
                    kernel[0] * kernel[1] * inputs, [1, *image, outputs], options)

    def depthwise(self, kernel, stride, dilation, multiplier=1):
        options, image = self._window(kernel, stride, dilation)
        outputs = self.shape[3] * multiplier
        self._layer(1, "DepthwiseConv2DOptions", [1, *kernel, outputs], 3, kernel[0] * kernel[1],
                    [1, *image, outputs], {**options, "depth_multiplier": multiplier})

    def fully_connected(self, outputs):
        inputs = self.shape[-1] if len(self.shape) == 2 else (
            self.shape[1] * self.shape[2] * self.shape[3])
        self._layer(2, "FullyConnectedOptions", [outputs, inputs], 0, inputs, [1, outputs], {})

    def write(self, path):
        return tiny_model.write(path, [CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED], self.tensors,
                                self.operators, self.buffers)


def random_model(seed):
    rnd = random.Random(seed)

    def pair(most):
        return [rnd.randint(1, most), rnd.randint(1, most)]

    def once(most):
        return pair(most) if rnd.random() < 0.4 else [1, 1]

    def kernel():
        return rnd.choice([[1, 1], [3, 3], pair(7)])

    groups = rnd.choice([1, 1, 2, 3])
    model = Model(seed, [1, *(rnd.randint(4, 9) for _ in range(2)), groups * rnd.randint(1, 6)])
    model.convolution(kernel(), once(3), once(2), groups * rnd.randint(1, 4), groups)
    model.depthwise(kernel(), once(2), once(2), rnd.choice([1, 1, 1, 2]))
    model.convolution([1, 1], [1, 1], [1, 1], rnd.randint(1, 9))
    model.fully_connected(rnd.randint(1, 9))
    return model


def large_models():
    dense = Model(1, [1, 256])
    dense.fully_connected(16)
    window = Model(2, [1, 5, 6, 16])
    window.convolution([3, 3], [1, 1], [1, 1], 16)
    pointwise = Model(3, [1, 2, 4, 128])
    pointwise.convolution([1, 1], [1, 1], [1, 1], 16)
    return {"dense 256 to 16": dense, "3x3, 16 to 16": window, "1x1, 128 to 16": pointwise}


def measured(smelt, model, board, mode):
    golden = model.with_suffix(".golden")
    tiny_model.subprocess.run([smelt, "golden", model, "-o", golden], check=True)
    result = device.measure(smelt, Case(model.stem, model, golden), ["--optimize", mode], board)
    if result["bit_exact"] is not True:
        sys.exit(f"FAILED: {model.name} is not bit-exact on {board.name}")
    return result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--smelt", required=True)
    parser.add_argument("--board", required=True)
    parser.add_argument("--mode", default="balanced")
    parser.add_argument("--seeds", default="0,12")
    parser.add_argument("--large", action="store_true")
    options = parser.parse_args()
    board = BOARDS[options.board]
    if not shutil.which(f"{board.prefix}g++") or not shutil.which(board.emulate[0]):
        print(f"skipped: {board.name} has no compiler or emulator")
        return
    first, count = map(int, options.seeds.split(","))
    models = large_models() if options.large else {
        f"seed {seed}": random_model(seed) for seed in range(first, first + count)}
    with tempfile.TemporaryDirectory() as name:
        for i, (title, model) in enumerate(models.items()):
            path = model.write(pathlib.Path(name) / f"layers{i}.tflite")
            result = measured(options.smelt, path, board, options.mode)
            unit = "cycles" if board.avr else "instructions"
            print(f"{title}: {result[unit] / result['macs']:.2f} {unit} per MAC, "
                  f"{result['ram_bytes']} bytes of RAM")


main()
