# SPDX-License-Identifier: Apache-2.0
"""Trains the handwritten-digit classifier and writes everything else in this folder."""

import argparse
import copy
import sys
from collections import OrderedDict
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
import sets
import tflite_writer
import training
from quantize import quantize, to_int8

TEST_IMAGES, FOLDS = 360, 5
THREADS = 2  # another number adds in another order and makes other weights
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
    return nn.Sequential(OrderedDict(conv=conv, norm=nn.BatchNorm2d(outputs), relu=nn.ReLU()))


def network():
    return nn.Sequential(OrderedDict(
        conv_1=convolution(1, 12, 3, 1),
        pool_1=nn.MaxPool2d(2),
        depthwise_1=convolution(12, 12, 3, 1, groups=12),
        pointwise_1=convolution(12, 24, 1, 0),
        conv_2=convolution(24, 24, 3, 0),
        flatten=nn.Flatten(),
        dense=nn.Linear(96, 10)))


def train(images, labels):
    x = torch.tensor(images).permute(0, 3, 1, 2).float() / FULL_INTENSITY
    # Smooth labels keep the network from claiming certainty.
    loss = nn.CrossEntropyLoss(label_smoothing=0.05)
    return training.fit(network(), x, torch.tensor(labels).long(), loss, EPOCHS, LEARNING_RATE,
                        BATCH, prepare=distort)


def export(net, path):
    """As .onnx, for pixels as they are, although the network was trained on 0..1."""
    net = copy.deepcopy(net)
    net.conv_1.conv.weight.data /= FULL_INTENSITY
    training.export(nn.Sequential(OrderedDict(net=net, softmax=nn.Softmax(1))), (1, 8, 8), path)


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


def float_model(net):
    model = models.Model("Handwritten digits, 8x8 pixels of 0..16, float32")
    x = models.add_input(model, (1, 8, 8, 1))
    weights, bias = conv_parameters(net.conv_1)
    # The network was trained on 0..1; the model takes the pixels as they are.
    x = models.add_conv2d(model, "conv_1", x, weights / np.float32(FULL_INTENSITY), bias)
    x = models.add_pool(model, "MAX_POOL_2D", "pool_1", x, 2)
    x = models.add_depthwise(model, "depthwise_1", x, *depthwise_parameters(net.depthwise_1))
    x = models.add_conv2d(model, "pointwise_1", x, *conv_parameters(net.pointwise_1))
    x = models.add_conv2d(model, "conv_2", x, *conv_parameters(net.conv_2),
                          padding=models.VALID)
    x = models.add_flatten(model, "flatten", x)
    x = models.add_dense(model, "dense", x, *dense_parameters(net.dense, 24))
    model.outputs = [models.add_softmax(model, "softmax", x)]
    return model


def tflite_models(net, images):
    in_float = float_model(net)
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


def folds(images, labels):
    """Five parts, each once the test set: indices of what is learnt from, and of the part."""
    return StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(images, labels)


def write_sets(images, labels):
    """The images held out, and all of them with the fold that is tested on each."""
    _, test_images, _, test_labels = split(images, labels)
    np.save(HERE / "test_images.npy", test_images)
    np.save(HERE / "test_labels.npy", test_labels)
    (HERE / "labels.txt").write_text("".join(f"{digit}\n" for digit in range(10)))
    fold, held_out = np.zeros(len(labels), np.uint8), np.zeros(len(labels), bool)
    for n, (_, test) in enumerate(folds(images, labels)):
        fold[test] = n
    held_out[split(np.arange(len(labels)), labels)[1]] = True
    np.savez_compressed(sets.FILE, images=images[..., 0], labels=labels, fold=fold, test=held_out)


def write_all(schema):
    images, test_images, labels, test_labels = split(*load())
    net = train(images, labels)
    in_float, in_int8 = tflite_models(net, images)
    float_out, int8_out = outputs(in_float, in_int8, test_images)

    export(net, HERE / "digits.onnx")
    tflite_writer.write(in_float, HERE / "digits_float.tflite", schema)
    tflite_writer.write(in_int8, HERE / "digits.tflite", schema)
    golden.write(in_int8, golden_cases(in_int8, test_images, int8_out), HERE / "golden")

    print(models.figures(in_float, HERE / "digits_float.tflite"))
    print(models.figures(in_int8, HERE / "digits.tflite"))
    print("float:", accuracy(right(float_out, test_labels)))
    print("int8: ", accuracy(right(int8_out, test_labels)))
    same = right(int8_out, float_out.argmax(axis=1)).sum()
    print(f"float and int8 give the same answer for {same} of {len(test_labels)}")
    return right(float_out, test_labels).mean()


def cross_validate():
    """Trains five more, so that every image is once in the test set, and writes those as .onnx."""
    images, labels = load()
    (HERE / "folds").mkdir(exist_ok=True)
    results, stated = [], {}
    for n, (learn, test) in enumerate(folds(images, labels)):
        net = train(images[learn], labels[learn])
        export(net, HERE / f"folds/fold_{n}.onnx")
        pair = outputs(*tflite_models(net, images[learn]), images[test])
        results.append([right(output, labels[test]) for output in pair])
        stated[f"folds/fold_{n}.onnx"] = results[-1][0].mean()
    for name, parts in zip(("float:", "int8: "), zip(*results)):
        print(name, accuracy(np.concatenate(parts)))
    return stated


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schema", default=tflite_writer.SCHEMA, help="tflite.fbs")
    arguments = parser.parse_args()
    write_sets(*load())
    training.repeatable(0, THREADS)
    stated = {"digits.onnx": write_all(arguments.schema)}
    training.repeatable(0, THREADS)
    training.state(HERE, {**stated, **cross_validate()})


if __name__ == "__main__":
    main()
