# SPDX-License-Identifier: Apache-2.0
"""Small .tflite files, for tests of what devices do with them."""

import json
import subprocess


def tensor(name, shape, kind, buffer=0, scale=None, zero=0):
    """Buffer 0 is empty: of a computed tensor."""
    result = {"name": name, "shape": shape, "type": kind, "buffer": buffer}
    if scale:
        result["quantization"] = {"scale": [scale], "zero_point": [zero]}
    return result


def operator(code, inputs, outputs, options):
    """`code` counts operator codes."""
    return {"opcode_index": code, "inputs": inputs, "outputs": outputs,
            "builtin_options_type": options, "builtin_options": {}}


def write(path, root, codes, tensors, operators, buffers):
    """Writes a model whose first tensor is its input and whose last is its output. `codes` are the
    format's numbers of the operators, `buffers` lists of bytes, the first of them number 1."""
    model = {
        "version": 3,
        "operator_codes": [{"deprecated_builtin_code": code, "version": 4, "builtin_code": code}
                           for code in codes],
        "subgraphs": [{"tensors": tensors, "inputs": [0], "outputs": [len(tensors) - 1],
                       "operators": operators}],
        "buffers": [{}, *({"data": list(data)} for data in buffers)],
    }
    text = path.with_suffix(".json")
    text.write_text(json.dumps(model))
    subprocess.run(["flatc", "--binary", "-o", path.parent, root / "schemas/tflite.fbs", text],
                   check=True)
    return path
