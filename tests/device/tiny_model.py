# SPDX-License-Identifier: Apache-2.0
"""Small .tflite files, and what devices make of them."""

import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

# pylint: disable=wrong-import-position
from measure import device
from measure.boards import BOARDS
from measure.cases import Case


def tensor(name, shape, kind, buffer=0, scale=None, zero=0):
    """Buffer 0 is empty: of a computed tensor."""
    result = {"name": name, "shape": shape, "type": kind, "buffer": buffer}
    if scale:
        result["quantization"] = {"scale": [scale], "zero_point": [zero]}
    return result


def operator(code, inputs, outputs, options=None):
    """`code` counts operator codes; some operators have no options."""
    result = {"opcode_index": code, "inputs": inputs, "outputs": outputs}
    if options:
        result |= {"builtin_options_type": options, "builtin_options": {}}
    return result


def write(path, codes, tensors, operators, buffers, version=4):
    """Writes a model whose first tensor is its input and whose last is its output. `codes` are the
    format's numbers of the operators, which are of that version; `buffers` are lists of bytes, the
    first of them number 1."""
    model = {
        "version": 3,
        "operator_codes": [{"deprecated_builtin_code": code, "version": version,
                            "builtin_code": code} for code in codes],
        "subgraphs": [{"tensors": tensors, "inputs": [0], "outputs": [len(tensors) - 1],
                       "operators": operators}],
        "buffers": [{}, *({"data": list(data)} for data in buffers)],
    }
    text = path.with_suffix(".json")
    text.write_text(json.dumps(model))
    subprocess.run(["flatc", "--binary", "-o", path.parent, ROOT / "schemas/tflite.fbs", text],
                   check=True)
    return path


def measured(smelt, model, board):
    """Figures of a run on pseudo-random inputs, compared with this machine's; ends the program if
    they differ."""
    golden = model.with_suffix(".golden")
    subprocess.run([smelt, "golden", model, "-o", golden], check=True)
    result = device.measure(smelt, Case(model.stem, model, golden), [], BOARDS[board])
    print(result)
    if result["bit_exact"] is not True:
        sys.exit(f"FAILED: not bit-exact on {board}")
    return result
