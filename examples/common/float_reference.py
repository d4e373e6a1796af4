# SPDX-License-Identifier: Apache-2.0
"""Runs a float model in NumPy. Used to measure it, and to observe ranges before quantizing it."""

import numpy as np

from windows import windows


def run_all(model, x):
    """`x` may have any batch size. Returns the computed tensors by index."""
    values = {model.inputs[0]: np.asarray(x, np.float32)}
    for op in model.operators:
        parameters = [model.tensors[i].data for i in op.inputs[1:]]
        y = RUN[op.kind](values[op.inputs[0]], op.options, *parameters)
        if op.options.get("fused_activation_function") == "RELU":
            y = np.maximum(y, 0)
        values[op.outputs[0]] = y
    return values


def run(model, x):
    return run_all(model, x)[model.outputs[0]]


def conv2d(x, options, weights, bias):
    return np.einsum("nrcijk,oijk->nrco", windows(x, weights.shape[1:3], options, 0), weights,
                     optimize=True) + bias


def depthwise(x, options, weights, bias):
    return np.einsum("nrcijk,ijk->nrck", windows(x, weights.shape[1:3], options, 0), weights[0],
                     optimize=True) + bias


def pooled(x, options):
    return windows(x, (options["filter_height"], options["filter_width"]), options, 0)


def max_pool(x, options):
    return pooled(x, options).max(axis=(3, 4))


def average_pool(x, options):
    return pooled(x, options).mean(axis=(3, 4))


def reshape(x, options, _):
    return x.reshape(len(x), *options["new_shape"][1:])


def dense(x, _, weights, bias):
    return x @ weights.T + bias


def softmax(x, options):
    e = np.exp(options["beta"] * (x - x.max(axis=-1, keepdims=True)))
    return e / e.sum(axis=-1, keepdims=True)


RUN = {
    "AVERAGE_POOL_2D": average_pool,
    "CONV_2D": conv2d,
    "DEPTHWISE_CONV_2D": depthwise,
    "FULLY_CONNECTED": dense,
    "MAX_POOL_2D": max_pool,
    "RESHAPE": reshape,
    "SOFTMAX": softmax,
}
