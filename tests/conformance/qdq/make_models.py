#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes small quantized models NAME/NAME.onnx with NAME/inputs.npy, in the forms that exporters
use, with random weights. Needs Debian's python3-torch and python3-onnx. Then, for each:

    tools/record_golden NAME/NAME.onnx NAME/inputs.npy NAME/golden

    runtime   as ONNX Runtime's quantizer: uint8 activations, int8 weights per channel, int32 biases
    torch     as torch's export: int8 activations, float weights behind QuantizeLinear and
              DequantizeLinear, float biases; activations by table
    bytes     uint8 all over, from input to output
    linear    ONNX's own integer layers, which round half to even: bit for bit

CMakeLists.txt beside this folder says how far smelt may be from ONNX Runtime in each.
"""

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch.nn import functional as F

HERE = Path(__file__).resolve().parent
CASES = 4
TYPES = {np.uint8: (0, 255), np.int8: (-128, 127)}


class Net:
    """A graph under construction. Every value is a name and what it is for the calibration cases,
    in float."""

    def __init__(self, name, seed):
        self.name = name
        self.random = np.random.default_rng(seed)
        self.nodes, self.initializers, self.values = [], [], {}
        self.inputs, self.outputs = [], []

    def constant(self, array):
        name = f"c{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def node(self, kind, inputs, value=None, outputs=1, **attributes):
        name = f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        if value is not None:
            self.values[name] = value
        return name

    def __getitem__(self, name):
        return self.values[name]

    def floats(self, shape, scale=1.0):
        return (self.random.standard_normal(shape) * scale).astype(np.float32)

    def input(self, shape, kind=TensorProto.FLOAT):
        self.inputs.append(helper.make_tensor_value_info("input", kind, [1, *shape]))
        value = torch.from_numpy(self.floats((CASES, *shape)))
        self.values["input"] = value
        return "input"

    def parameters(self, value, kind, symmetric):
        """Scale and zero point for all values that occurred."""
        low, high = TYPES[kind]
        least, most = min(float(value.min()), 0.0), max(float(value.max()), 0.0)
        if symmetric:
            scale, zero = max(-least, most) / 127, 0 if kind == np.int8 else 128
        else:
            scale = (most - least) / 255
            zero = int(np.clip(np.round(low - least / scale), low, high))
        return np.float32(scale), kind(zero)

    def quantize(self, x, kind=np.uint8, symmetric=False, like=None):
        """QuantizeLinear and DequantizeLinear, with the scale of `like` if given."""
        scale, zero = self.parameters(self[like or x], kind, symmetric)
        operands = [self.constant(scale), self.constant(zero)]
        q = self.node("QuantizeLinear", [x, *operands])
        return self.node("DequantizeLinear", [q, *operands], self[x]), q, scale

    def q(self, x, **how):
        return self.quantize(x, **how)[0]

    def weights(self, array, axis, kind=np.int8, stored=True, per_channel=True):
        """Weights in integers, or as floats behind both operators; also their scales."""
        others = tuple(i for i in range(array.ndim) if i != axis)
        largest = np.abs(array).max(axis=others if per_channel else None)
        scale = (np.maximum(largest, 1e-6) / 127).astype(np.float32)
        zero = np.full(scale.shape, 128 if kind == np.uint8 else 0, kind)
        shape = [-1 if i == axis else 1 for i in range(array.ndim)]
        spread = scale.reshape(shape) if per_channel else scale
        attributes = {"axis": axis} if per_channel else {}
        operands = [self.constant(scale), self.constant(zero)]
        if stored:
            steps = np.round(array / spread) + int(zero.flat[0])
            source = self.constant(np.clip(steps, *TYPES[kind]).astype(kind))
        else:
            source = self.node("QuantizeLinear", [self.constant(array), *operands], **attributes)
        return self.node("DequantizeLinear", [source, *operands], **attributes), scale

    def bias(self, array, scale):
        """As int32, in units of input scale times weight scale."""
        scale = np.broadcast_to(np.asarray(scale, np.float32), array.shape)
        steps = np.round(array / scale).astype(np.int32)
        operands = [steps, scale.copy(), np.zeros(array.shape, np.int32)]
        return self.node("DequantizeLinear", [self.constant(each) for each in operands], axis=0)

    def output(self, name, kind, shape):
        self.outputs.append(helper.make_tensor_value_info(name, kind, shape))

    def write(self, inputs, opset=13):
        folder = HERE / self.name
        folder.mkdir(exist_ok=True)
        graph = helper.make_graph(self.nodes, self.name, self.inputs, self.outputs,
                                  self.initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
        model.ir_version = 7
        onnx.checker.check_model(model)
        onnx.save(model, folder / f"{self.name}.onnx")
        np.save(folder / "inputs.npy", inputs)


def runtime():
    net = Net("runtime", 1)
    x, _, scale = net.quantize(net.input([3, 12, 12]))

    def conv(x, scale, channels, groups=1, kernel=3, stride=1, relu=True):
        w = net.floats((channels, net[x].shape[1] // groups, kernel, kernel), 0.3)
        b = net.floats(channels, 0.3)
        value = F.conv2d(net[x], torch.from_numpy(w), torch.from_numpy(b), stride, kernel // 2,
                         groups=groups)
        weights, weight_scale = net.weights(w, 0)
        pad = [kernel // 2] * 4
        y = net.node("Conv", [x, weights, net.bias(b, scale * weight_scale)], value, group=groups,
                     kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=pad)
        if relu:
            y = net.node("Relu", [y], F.relu(net[y]))
        return net.quantize(y)

    x, _, scale = conv(x, scale, 8, stride=2)
    a, _, a_scale = conv(x, scale, 8, groups=8)
    b, _, b_scale = conv(a, a_scale, 8, kernel=1, relu=False)
    x, _, scale = net.quantize(net.node("Add", [x, b], net[x] + net[b]))
    gate = net.node("Sigmoid", [x], torch.sigmoid(net[x]))
    x, _, scale = net.quantize(net.node("Mul", [x, net.q(gate)], net[x] * net[gate]))
    pooled = net.node("MaxPool", [x], F.max_pool2d(net[x], 2), kernel_shape=[2, 2], strides=[2, 2])
    pooled = net.q(pooled, like=x)
    mean = net.node("AveragePool", [x], F.avg_pool2d(net[x], 2), kernel_shape=[2, 2],
                    strides=[2, 2])
    x = net.node("Concat", [pooled, net.q(mean)], torch.cat([net[pooled], net[mean]], 1), axis=1)
    x, _, scale = net.quantize(x)
    x, _, scale = net.quantize(net.node("GlobalAveragePool", [x], F.adaptive_avg_pool2d(net[x], 1)))
    x = net.q(net.node("Flatten", [x], torch.flatten(net[x], 1)), like=x)
    w, b = net.floats((16, 6), 0.5), net.floats(6, 0.3)
    weights, weight_scale = net.weights(w, 1, per_channel=False)
    y = net.node("Gemm", [x, weights, net.bias(b, scale * weight_scale)],
                 net[x] @ torch.from_numpy(w) + torch.from_numpy(b))
    y = net.q(y)
    _, last, _ = net.quantize(net.node("Softmax", [y], torch.softmax(net[y], 1), axis=1))
    net.output(last, TensorProto.UINT8, [1, 6])
    net.write(net["input"].numpy()[:, None])


def torch_form():
    net = Net("torch", 2)
    how = {"kind": np.int8, "symmetric": True}
    x = net.q(net.input([2, 8, 8]), **how)

    def conv(x, channels, transposed=False):
        inputs = net[x].shape[1]
        w = net.floats((inputs, channels, 2, 2) if transposed else (channels, inputs, 3, 3), 0.3)
        b = net.floats(channels, 0.3)
        weights, _ = net.weights(w, 1 if transposed else 0, stored=False)
        tensors = torch.from_numpy(w), torch.from_numpy(b)
        if transposed:
            return net.node("ConvTranspose", [x, weights, net.constant(b)],
                            F.conv_transpose2d(net[x], *tensors, 2), strides=[2, 2])
        return net.node("Conv", [x, weights, net.constant(b)],
                        F.conv2d(net[x], *tensors, padding=1), pads=[1] * 4)

    y = conv(x, 6)
    y = net.node("Clip", [y, net.constant(np.float32(0)), net.constant(np.float32(6))],
                 torch.clamp(net[y], 0, 6))
    x = net.q(y, **how)
    y = conv(x, 6)
    y = net.node("Clip", [y, net.constant(np.float32(-0.5)), net.constant(np.float32(1.5))],
                 torch.clamp(net[y], -0.5, 1.5))
    x = net.q(y, **how)
    y = net.node("HardSigmoid", [x], torch.clamp(net[x] / 6 + 0.5, 0, 1), alpha=1 / 6, beta=0.5)
    x = net.q(net.node("Mul", [x, y], net[x] * net[y]), **how)
    x = net.q(net.node("LeakyRelu", [x], F.leaky_relu(net[x], 0.1), alpha=0.1), **how)
    x = net.q(net.node("Tanh", [x], torch.tanh(net[x])), **how)
    y = net.node("Pad", [x, net.constant(np.array([0, 0, 0, 0, 0, 0, 1, 1])),
                         net.constant(np.float32(0))], F.pad(net[x], (0, 1, 0, 1)))
    y = net.node("MaxPool", [y], F.max_pool2d(net[y], 3, 3), kernel_shape=[3, 3], strides=[3, 3])
    x = net.q(conv(net.q(y, **how), 4, transposed=True), **how)
    y = net.node("Transpose", [x], net[x].permute(0, 2, 3, 1), perm=[0, 2, 3, 1])
    y = net.node("Reshape", [y, net.constant(np.array([1, 36, 4]))], net[y].reshape(-1, 36, 4))
    w = net.floats((4, 3), 0.5)
    weights, _ = net.weights(w, 1, stored=False)
    y = net.node("MatMul", [y, weights], net[y] @ torch.from_numpy(w))
    _, last, _ = net.quantize(y, **how)
    net.output(last, TensorProto.INT8, [1, 36, 3])
    net.write(net["input"].numpy()[:, None])


def bytes_form():
    net = Net("bytes", 3)
    net.input([1, 6, 6], TensorProto.UINT8)
    scale, zero = net.parameters(net["input"], np.uint8, False)
    operands = [net.constant(scale), net.constant(zero)]
    x = net.node("DequantizeLinear", ["input", *operands], net["input"])
    inputs = np.clip(np.round(net["input"].numpy() / scale) + zero, 0, 255).astype(np.uint8)
    for channels in (5, 3):
        w = net.floats((channels, net[x].shape[1], 3, 3), 0.3)
        weights, _ = net.weights(w, 0, np.uint8, per_channel=False)
        y = net.node("Conv", [x, weights], F.conv2d(net[x], torch.from_numpy(w)))
        y = net.node("Relu", [y], F.relu(net[y]))
        x, last, _ = net.quantize(y)
    net.output(last, TensorProto.UINT8, [1, 3, 2, 2])
    net.write(inputs[:, None])


def linear():
    net = Net("linear", 4)
    net.input([3, 7, 7], TensorProto.UINT8)

    def scale(value):
        return net.constant(np.float32(value))

    def conv(x, x_scale, x_zero, w, w_scale, w_zero, y_scale, y_zero, bias, **attributes):
        operands = [x, scale(x_scale), net.constant(x_zero), net.constant(w),
                    net.constant(w_scale), net.constant(w_zero), scale(y_scale),
                    net.constant(y_zero)]
        if bias is not None:
            operands.append(net.constant(bias))
        return net.node("QLinearConv", operands, **attributes)

    w = net.random.integers(-127, 128, (6, 3, 3, 3)).astype(np.int8)
    y = conv("input", 0.02, np.uint8(120), w, net.random.uniform(0.001, 0.01, 6).astype(np.float32),
             np.zeros(6, np.int8), 0.031, np.uint8(99),
             net.random.integers(-9000, 9000, 6).astype(np.int32), pads=[1] * 4, strides=[2, 2])
    w = net.random.integers(0, 256, (4, 3, 3, 3)).astype(np.uint8)
    y = conv(y, 0.031, np.uint8(99), w, np.float32(0.007), np.uint8(131), 0.11, np.uint8(127), None,
             group=2)
    y = net.node("Reshape", [y, net.constant(np.array([4, 4]))])
    w = net.random.integers(0, 256, (4, 5)).astype(np.uint8)
    y = net.node("QLinearMatMul", [y, scale(0.11), net.constant(np.uint8(127)), net.constant(w),
                                   scale(0.013), net.constant(np.uint8(128)), scale(0.17),
                                   net.constant(np.uint8(120))])
    w = net.random.integers(0, 256, (5, 2)).astype(np.uint8)
    last = net.node("MatMulInteger", [y, net.constant(w), net.constant(np.uint8(120)),
                                      net.constant(np.uint8(3))])
    net.output(last, TensorProto.INT32, [4, 2])
    net.write(net.random.integers(0, 256, (CASES, 1, 3, 7, 7)).astype(np.uint8))


for make in (runtime, torch_form, bytes_form, linear):
    make()
