# SPDX-License-Identifier: Apache-2.0
"""Float model -> int8 model after training, by the rules of TFLite's int8 specification.

Weights are symmetric, per output channel in convolutions and per tensor in dense layers. Computed
tensors are asymmetric with one scale, from the smallest and largest value seen in the calibration
data. Biases have the scale input times weights. Pooling and reshaping keep the input's scale.
"""

from dataclasses import replace

import numpy as np

import float_reference
from model import Model

CHANNEL_AXIS = {"CONV_2D": 0, "DEPTHWISE_CONV_2D": 3}
KEEPS_SCALE = ("MAX_POOL_2D", "AVERAGE_POOL_2D", "RESHAPE")


def quantize(model, calibration, description, input_parameters=None):
    """`input_parameters`, a scale and a zero point, replaces what would be calibrated."""
    values = float_reference.run_all(model, calibration)
    result = Model(description, [replace(t) for t in model.tensors], model.operators,
                   model.inputs, model.outputs)
    x = model.inputs[0]
    set_computed(result.tensors[x], input_parameters or range_parameters(values[x]))
    for op in model.operators:
        out = op.outputs[0]
        set_computed(result.tensors[out], output_parameters(result, op, values[out]))
        if op.kind != "RESHAPE" and len(op.inputs) > 1:
            quantize_parameters(op, *[result.tensors[i] for i in op.inputs])
    return result


def range_parameters(values):
    """Zero must be exact: padding and ReLU produce it."""
    low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
    scale = np.float32((high - low) / 255)
    return scale, int(np.clip(np.rint(-128 - low / scale), -128, 127))


def output_parameters(model, op, values):
    if op.kind in KEEPS_SCALE:
        x = model.tensors[op.inputs[0]]
        return x.scale, x.zero_point
    if op.kind == "SOFTMAX":
        return np.float32(1 / 256), -128
    return range_parameters(values)


def set_computed(tensor, parameters):
    tensor.dtype = "int8"
    tensor.scale, tensor.zero_point = parameters


def quantize_parameters(op, x, weights, bias):
    axis = CHANNEL_AXIS.get(op.kind)
    others = tuple(i for i in range(weights.data.ndim) if i != axis)
    largest = np.abs(weights.data).max(axis=others if axis is not None else None)
    weights.scale = np.maximum(largest, 1e-6).astype(np.float32) / np.float32(127)
    weights.axis = axis or 0
    along = np.ones(weights.data.ndim, int)
    along[weights.axis] = -1
    set_data(weights, weights.data / weights.scale.reshape(along), np.int8, 127)
    bias.scale = np.float32(x.scale) * weights.scale
    set_data(bias, bias.data / bias.scale.astype(np.float64), np.int32, 2**31 - 1)


def set_data(tensor, values, dtype, limit):
    tensor.data = np.clip(np.rint(values), -limit, limit).astype(dtype)
    tensor.dtype = tensor.data.dtype.name


def to_int8(tensor, x):
    """Real values to what the int8 model's `tensor` holds; half away from zero, as TFLite."""
    scaled = np.asarray(x, np.float32) / np.float32(tensor.scale)
    rounded = np.copysign(np.floor(np.abs(scaled) + np.float32(0.5)), scaled)
    return np.clip(rounded + tensor.zero_point, -128, 127).astype(np.int8)


def to_real(tensor, q):
    return np.float32(tensor.scale) * (q.astype(np.int32) - tensor.zero_point)
