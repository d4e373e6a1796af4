# SPDX-License-Identifier: Apache-2.0
"""Writes a Model as a .tflite file: as JSON, which `flatc` turns into the FlatBuffer.

The same model gives the same bytes. Tensors keep their order; buffer 0 is the empty one that all
computed tensors share, every constant has a buffer of its own.
"""

import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np

SCHEMA = Path(__file__).resolve().parents[2] / "schemas" / "tflite.fbs"

# kind: builtin code, table of options, and the operator's version in a float and in an int8 model.
# The versions are those that TensorFlow Lite's converter gives these operators.
KINDS = {
    "AVERAGE_POOL_2D": (1, "Pool2DOptions", 1, 2),
    "CONV_2D": (3, "Conv2DOptions", 1, 3),
    "DEPTHWISE_CONV_2D": (4, "DepthwiseConv2DOptions", 1, 3),
    "FULLY_CONNECTED": (9, "FullyConnectedOptions", 1, 4),
    "MAX_POOL_2D": (17, "Pool2DOptions", 1, 2),
    "RESHAPE": (22, "ReshapeOptions", 1, 1),
    "SOFTMAX": (25, "SoftmaxOptions", 1, 2),
}


def write(model, path, schema=SCHEMA):
    """`path` must end in .tflite, which is how flatc names its output."""
    path = Path(path)
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / path.with_suffix(".json").name
        text.write_text(json.dumps(to_json(model)))
        subprocess.run(["flatc", "--binary", "-o", str(path.parent), str(schema), str(text)],
                       check=True)


def to_json(model):
    codes = sorted({code(model, op) for op in model.operators})
    subgraph = {
        "tensors": tensors(model),
        "inputs": model.inputs,
        "outputs": model.outputs,
        "operators": [operator(model, op, codes) for op in model.operators],
        "name": "main",
    }
    return {
        "version": 3,
        "operator_codes": [{"deprecated_builtin_code": c, "version": v, "builtin_code": k}
                           for c, v, k in codes],
        "subgraphs": [subgraph],
        "description": model.description,
        "buffers": [{}] + [{"data": list(t.data.tobytes())} for t in constants(model)],
    }


def code(model, op):
    number, _, float_version, int8_version = KINDS[op.kind]
    is_float = model.tensors[op.inputs[0]].dtype == "float32"
    return (number, float_version if is_float else int8_version, op.kind)


def operator(model, op, codes):
    return {
        "opcode_index": codes.index(code(model, op)),
        "inputs": op.inputs,
        "outputs": op.outputs,
        "builtin_options_type": KINDS[op.kind][1],
        "builtin_options": op.options,
    }


def constants(model):
    return [t for t in model.tensors if t.data is not None]


def tensors(model):
    result, buffer = [], 0
    for t in model.tensors:
        buffer += t.data is not None
        result.append({
            "shape": list(t.shape),
            "type": t.dtype.upper(),
            "buffer": buffer if t.data is not None else 0,
            "name": t.name,
            "quantization": quantization(t),
        })
    return result


def quantization(tensor):
    if tensor.scale is None:
        return {}
    # A float32 printed as the shortest double that is equal to it comes back unchanged.
    scale = [float(s) for s in np.atleast_1d(tensor.scale)]
    return {"scale": scale, "zero_point": [int(tensor.zero_point)] * len(scale),
            "quantized_dimension": tensor.axis}
