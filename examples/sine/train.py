# SPDX-License-Identifier: Apache-2.0
"""Trains a tiny network to be a sine, and writes everything else in this folder."""

import argparse
import math
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "common"))

import float_reference
import golden
import int8_reference
import model as models
import tflite_writer
from quantize import quantize, to_int8, to_real

TRAINING_POINTS, TEST_POINTS = 1000, 500
STARTS, STEPS, LEARNING_RATE = 5, 8000, 1e-2


def training_points():
    """The whole period, evenly: [0, 2 pi)."""
    points = np.linspace(0, 2 * math.pi, TRAINING_POINTS, endpoint=False)
    return points.astype(np.float32)[:, None]


def test_points():
    points = np.random.default_rng(0).uniform(0, 2 * math.pi, (TEST_POINTS, 1))
    return np.sort(points, axis=0).astype(np.float32)


def train(points, seed):
    torch.manual_seed(seed)
    x = torch.tensor(points)
    y = torch.sin(x)
    layers = nn.Sequential(nn.Linear(1, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(),
                           nn.Linear(16, 1))
    optimizer = torch.optim.Adam(layers.parameters(), LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=STEPS)
    for _ in range(STEPS):
        optimizer.zero_grad()
        nn.functional.mse_loss(layers(x / math.pi - 1), y).backward()
        optimizer.step()
        schedule.step()
    return layers


def parameters(layer):
    return layer.weight.detach().numpy(), layer.bias.detach().numpy()


def float_model(layers):
    model = models.Model("sin(x) for x in 0 .. 2 pi, float32")
    x = models.add_input(model, (1, 1))
    weights, bias = parameters(layers[0])
    # The network was trained on x / pi - 1; the model takes x.
    x = models.add_dense(model, "dense_1", x, weights / np.float32(math.pi),
                         bias - weights[:, 0], relu=True)
    x = models.add_dense(model, "dense_2", x, *parameters(layers[2]), relu=True)
    model.outputs = [models.add_dense(model, "dense_3", x, *parameters(layers[4]))]
    return model


def run_int8(model, x):
    """From real numbers to real numbers."""
    q = int8_reference.run(model, to_int8(model.tensors[model.inputs[0]], x))
    return to_real(model.tensors[model.outputs[0]], q)


def best_models(points):
    """The best of several starts: there are few ReLUs, and some get stuck.

    Judged on the training points, and as int8, where a start with small weights does better."""
    candidates = []
    for seed in range(STARTS):
        in_float = float_model(train(points, seed))
        in_int8 = quantize(in_float, points, "sin(x) for x in 0 .. 2 pi, int8")
        error = np.abs(run_int8(in_int8, points) - np.sin(points)).mean()
        candidates.append((error, in_float, in_int8))
    return min(candidates, key=lambda candidate: candidate[0])[1:]


def error_text(outputs, expected):
    difference = np.abs(outputs - expected)
    return f"error {difference.mean():.4f} on average, {difference.max():.4f} at most"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schema", default=tflite_writer.SCHEMA, help="tflite.fbs")
    schema = parser.parse_args().schema
    torch.set_num_threads(2)
    torch.use_deterministic_algorithms(True)

    in_float, in_int8 = best_models(training_points())
    test_x = test_points()
    test_y = np.sin(test_x)

    tflite_writer.write(in_float, HERE / "sine_float.tflite", schema)
    tflite_writer.write(in_int8, HERE / "sine.tflite", schema)
    np.save(HERE / "test_x.npy", test_x)
    np.save(HERE / "test_y.npy", test_y)
    cases = np.linspace(-128, 127, 8).round().astype(np.int8)[:, None]
    golden.write(in_int8, cases, HERE / "golden")

    print(models.figures(in_float, HERE / "sine_float.tflite"))
    print(models.figures(in_int8, HERE / "sine.tflite"))
    print("float:", error_text(float_reference.run(in_float, test_x), test_y))
    print("int8: ", error_text(run_int8(in_int8, test_x), test_y))


if __name__ == "__main__":
    main()
