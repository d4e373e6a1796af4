# SPDX-License-Identifier: Apache-2.0
"""A model as the examples see it: the parts of a .tflite file they use, with NumPy arrays as data.

Float and int8 models have the same form, so the same code writes, counts and runs both.
"""

from dataclasses import dataclass, field

import numpy as np

# Padding of the layers with a window, as TFLite names it.
SAME, VALID = "SAME", "VALID"


@dataclass
class Tensor:
    name: str
    shape: tuple
    dtype: str
    data: np.ndarray = None  # None: computed when the model runs
    scale: np.ndarray = None  # float32, one entry or one per channel; None: not quantized
    zero_point: int = 0
    axis: int = 0  # the axis that `scale` runs along

    @property
    def bytes(self):
        return int(np.prod(self.shape)) * np.dtype(self.dtype).itemsize


@dataclass
class Operator:
    kind: str  # TFLite's name, such as CONV_2D
    inputs: list
    outputs: list
    options: dict = field(default_factory=dict)


@dataclass
class Model:
    description: str
    tensors: list = field(default_factory=list)
    operators: list = field(default_factory=list)
    inputs: list = field(default_factory=list)
    outputs: list = field(default_factory=list)

    def constant(self, name, data):
        self.tensors.append(Tensor(name, data.shape, data.dtype.name, data))
        return len(self.tensors) - 1

    def place(self, name, shape):
        self.tensors.append(Tensor(name, tuple(shape), "float32"))
        return len(self.tensors) - 1

    def shape(self, index):
        return self.tensors[index].shape


# ---- Building a float model: each function appends one layer and returns its output's index ------


def add_input(model, shape):
    model.inputs.append(model.place("input", shape))
    return model.inputs[0]


def add_conv2d(model, name, x, weights, bias, stride=1, padding=SAME, relu=True):
    """`weights` as TFLite has them: output channel, row, column, input channel."""
    options = window_options(stride, padding, relu)
    return add_layer(model, "CONV_2D", name, x, (weights, bias), options,
                     window_shape(model.shape(x), weights.shape[1:3], options, weights.shape[0]))


def add_depthwise(model, name, x, weights, bias, stride=1, padding=SAME, relu=True):
    """`weights` as TFLite has them: 1, row, column, channel."""
    options = {**window_options(stride, padding, relu), "depth_multiplier": 1}
    return add_layer(model, "DEPTHWISE_CONV_2D", name, x, (weights, bias), options,
                     window_shape(model.shape(x), weights.shape[1:3], options, weights.shape[3]))


def add_pool(model, kind, name, x, size):
    options = {**window_options(size, VALID, False), "filter_width": size, "filter_height": size}
    return add_layer(model, kind, name, x, (), options,
                     window_shape(model.shape(x), (size, size), options, model.shape(x)[3]))


def add_flatten(model, name, x):
    shape = (1, int(np.prod(model.shape(x))))
    new_shape = model.constant(name + "/shape", np.array(shape, np.int32))
    out = model.place(name, shape)
    model.operators.append(Operator("RESHAPE", [x, new_shape], [out], {"new_shape": list(shape)}))
    return out


def add_dense(model, name, x, weights, bias, relu=False):
    """`weights`: output, input."""
    return add_layer(model, "FULLY_CONNECTED", name, x, (weights, bias), activation(relu),
                     (1, weights.shape[0]))


def add_softmax(model, name, x):
    return add_layer(model, "SOFTMAX", name, x, (), {"beta": 1.0}, model.shape(x))


def add_layer(model, kind, name, x, parameters, options, shape):
    names = (name + "/weights", name + "/bias")
    constants = [model.constant(n, p) for n, p in zip(names, parameters)]
    out = model.place(name, shape)
    model.operators.append(Operator(kind, [x, *constants], [out], options))
    return out


def activation(relu):
    return {"fused_activation_function": "RELU" if relu else "NONE"}


def window_options(stride, padding, relu):
    return {"padding": padding, "stride_w": stride, "stride_h": stride, **activation(relu)}


def window_shape(shape, window, options, channels):
    stride = options["stride_h"], options["stride_w"]
    taken = (1, 1) if options["padding"] == SAME else window
    rows, columns = [(n - k) // s + 1 for n, k, s in zip(shape[1:3], taken, stride)]
    return (1, rows, columns, channels)


# ---- Figures -------------------------------------------------------------------------------------


def macs(model):
    """Multiply-accumulates of one run; a tap in the padding counts too."""
    return sum(operator_macs(model, op) for op in model.operators)


def operator_macs(model, op):
    if op.kind not in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"):
        return 0
    weights = model.shape(op.inputs[1])
    per_output = weights[1:3] if op.kind == "DEPTHWISE_CONV_2D" else weights[1:]
    return int(np.prod(model.shape(op.outputs[0])) * np.prod(per_output))


def parameter_bytes(model):
    """Weights and biases."""
    return sum(t.bytes for t in model.tensors if t.data is not None and "/shape" not in t.name)


def peak_activation_bytes(model):
    """The largest input plus output of one operator: what running layer by layer needs.

    It holds for a chain of operators, which both examples are. Reshaping moves nothing."""
    return max(model.tensors[op.inputs[0]].bytes + model.tensors[op.outputs[0]].bytes
               for op in model.operators if op.kind != "RESHAPE")


def figures(model, path):
    return (f"{path.name}: {path.stat().st_size:,} B, {parameter_bytes(model):,} B of weights and "
            f"biases, {macs(model):,} MACs, {peak_activation_bytes(model):,} B of activations")
