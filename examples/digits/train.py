# SPDX-License-Identifier: Apache-2.0
"""Trains the handwritten-digit classifier and writes everything else in this folder."""

import argparse
import sys
from pathlib import Path

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import StratifiedKFold, train_test_split
from torch import nn

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "common"))

import float_reference
import golden
import int8_reference
import model as models
import tflite_writer
from quantize import quantize, to_int8

TEST_IMAGES = 360
EPOCHS, BATCH, LEARNING_RATE = 200, 64, 1e-2
FULL_INTENSITY = 16  # pixels are 0..16

# With scale 1/16 a pixel p becomes 16 p - 128, which needs no multiplication on the device. Only
# the full intensity, 16, does not fit and becomes 127.
INPUT_PARAMETERS = (np.float32(1 / 16), -128)


# ---- Data ----------------------------------------------------------------------------------------


def load():
    """Images NHWC with pixels 0..16, and labels."""
    digits = load_digits()
    return digits.images.astype(np.uint8)[..., None], digits.target.astype(np.uint8)


def split(images, labels):
    """At random, each digit with its share: images, test images, labels, test labels."""
    return train_test_split(images, labels, test_size=TEST_IMAGES, random_state=0, stratify=labels)


def distort(images):
    """Turns, stretches, slants and shifts each image a little, so that 1,437 images go further."""
    n = len(images)
    angle, stretch, slant = [torch.randn(n) * s for s in (0.12, 0.08, 0.1)]
    maps = torch.zeros(n, 2, 3)
    maps[:, 0, 0] = maps[:, 1, 1] = (1 + stretch) * torch.cos(angle)
    maps[:, 0, 1] = slant - torch.sin(angle)
    maps[:, 1, 0] = torch.sin(angle)
    maps[:, :, 2] = torch.randn(n, 2) * 0.1
    grid = nn.functional.affine_grid(maps, images.shape, align_corners=False)
    return nn.functional.grid_sample(images, grid, align_corners=False)


# ---- Training ------------------------------------------------------------------------------------


def convolution(inputs, outputs, size, padding, groups=1):
    conv = nn.Conv2d(inputs, outputs, size, padding=padding, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.ReLU())


def network():
    return nn.ModuleDict({
        "conv_1": convolution(1, 12, 3, "same"),
        "pool_1": nn.MaxPool2d(2),
        "depthwise_1": convolution(12, 12, 3, "same", groups=12),
        "pointwise_1": convolution(12, 24, 1, "same"),
        "conv_2": convolution(24, 24, 3, "valid"),
        "flatten": nn.Flatten(),
        "dense": nn.Linear(96, 10),
    })


def forward(layers, x):
    for layer in layers.values():
        x = layer(x)
    return x


def train(images, labels):
    x = torch.tensor(images).permute(0, 3, 1, 2).float() / FULL_INTENSITY
    y = torch.tensor(labels).long()
    layers = network()
    batches = len(x) // BATCH
    optimizer = torch.optim.Adam(layers.parameters(), LEARNING_RATE, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE,
                                                   total_steps=EPOCHS * batches)
    # Smooth labels keep the network from claiming certainty.
    loss = nn.CrossEntropyLoss(label_smoothing=0.05)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(x))[:batches * BATCH].split(BATCH):
            optimizer.zero_grad()
            loss(forward(layers, distort(x[batch])), y[batch]).backward()
            optimizer.step()
            schedule.step()
    return layers.eval()


# ---- From PyTorch to TFLite's layouts ------------------------------------------------------------


def folded(block):
    """Weights and bias with the batch normalization multiplied in. Axes: out, in, row, column."""
    conv, norm, _ = block
    factor = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    weights = conv.weight * factor[:, None, None, None]
    bias = norm.bias - norm.running_mean * factor
    return weights.detach().numpy(), bias.detach().numpy()


def conv_parameters(block):
    weights, bias = folded(block)
    return np.ascontiguousarray(weights.transpose(0, 2, 3, 1)), bias


def depthwise_parameters(block):
    weights, bias = folded(block)
    return np.ascontiguousarray(weights.transpose(1, 2, 3, 0)), bias


def dense_parameters(layer, channels):
    """PyTorch flattens channel by channel, TFLite pixel by pixel."""
    weights = layer.weight.detach().numpy()
    by_pixel = weights.reshape(len(weights), channels, -1).transpose(0, 2, 1)
    return by_pixel.reshape(weights.shape), layer.bias.detach().numpy()


def float_model(layers):
    model = models.Model("Handwritten digits, 8x8 pixels of 0..16, float32")
    x = models.add_input(model, (1, 8, 8, 1))
    weights, bias = conv_parameters(layers["conv_1"])
    # The network was trained on 0..1; the model takes the pixels as they are.
    x = models.add_conv2d(model, "conv_1", x, weights / np.float32(FULL_INTENSITY), bias)
    x = models.add_pool(model, "MAX_POOL_2D", "pool_1", x, 2)
    x = models.add_depthwise(model, "depthwise_1", x, *depthwise_parameters(layers["depthwise_1"]))
    x = models.add_conv2d(model, "pointwise_1", x, *conv_parameters(layers["pointwise_1"]))
    x = models.add_conv2d(model, "conv_2", x, *conv_parameters(layers["conv_2"]),
                          padding=models.VALID)
    x = models.add_flatten(model, "flatten", x)
    x = models.add_dense(model, "dense", x, *dense_parameters(layers["dense"], 24))
    model.outputs = [models.add_softmax(model, "softmax", x)]
    return model


def train_both(images, labels):
    in_float = float_model(train(images, labels))
    in_int8 = quantize(in_float, images, "Handwritten digits, 8x8 pixels of 0..16, int8",
                       INPUT_PARAMETERS)
    return in_float, in_int8


# ---- Results -------------------------------------------------------------------------------------


def outputs(in_float, in_int8, images):
    int8_images = to_int8(in_int8.tensors[in_int8.inputs[0]], images)
    return float_reference.run(in_float, images), int8_reference.run(in_int8, int8_images)


def right(output, labels):
    return output.argmax(axis=1) == labels


def accuracy(is_right):
    return f"{is_right.sum()} of {len(is_right)} right, {100 * is_right.mean():.2f} %"


def golden_cases(model, images, output):
    """Four ordinary images, the two that the model is least sure of, two of noise."""
    unsure = np.argsort(output.max(axis=1), kind="stable")[:2]
    known = to_int8(model.tensors[model.inputs[0]], images[[0, 1, 2, 3, *unsure]])
    noise = np.random.default_rng(0).integers(-128, 128, (2, *images.shape[1:]), np.int8)
    return np.concatenate([known, noise])


def write_test_set(images, labels):
    np.save(HERE / "test_images.npy", images)
    np.save(HERE / "test_labels.npy", labels)
    (HERE / "labels.txt").write_text("".join(f"{digit}\n" for digit in range(10)))


def write_all(schema):
    images, test_images, labels, test_labels = split(*load())
    in_float, in_int8 = train_both(images, labels)
    float_out, int8_out = outputs(in_float, in_int8, test_images)

    tflite_writer.write(in_float, HERE / "digits_float.tflite", schema)
    tflite_writer.write(in_int8, HERE / "digits.tflite", schema)
    write_test_set(test_images, test_labels)
    golden.write(in_int8, golden_cases(in_int8, test_images, int8_out), HERE / "golden")

    print(models.figures(in_float, HERE / "digits_float.tflite"))
    print(models.figures(in_int8, HERE / "digits.tflite"))
    print("float:", accuracy(right(float_out, test_labels)))
    print("int8: ", accuracy(right(int8_out, test_labels)))
    same = right(int8_out, float_out.argmax(axis=1)).sum()
    print(f"float and int8 give the same answer for {same} of {len(test_labels)}")


def cross_validate():
    """Five trainings, so that every image is once in the test set. Writes nothing."""
    images, labels = load()
    results = []
    for learn, test in StratifiedKFold(5, shuffle=True, random_state=0).split(images, labels):
        pair = outputs(*train_both(images[learn], labels[learn]), images[test])
        results.append([right(output, labels[test]) for output in pair])
    for name, parts in zip(("float:", "int8: "), zip(*results)):
        print(name, accuracy(np.concatenate(parts)))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schema", default=tflite_writer.SCHEMA, help="tflite.fbs")
    parser.add_argument("--cross-validate", action="store_true", help=cross_validate.__doc__)
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(0)
    if arguments.cross_validate:
        cross_validate()
    else:
        write_all(arguments.schema)


if __name__ == "__main__":
    main()
