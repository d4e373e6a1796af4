# SPDX-License-Identifier: Apache-2.0
"""Golden vectors: inN.bin and outN.bin hold the raw int8 input and output of case N."""

from pathlib import Path

import numpy as np

import int8_reference


def write(model, cases, folder):
    folder = Path(folder)
    folder.mkdir(exist_ok=True)
    for n, (x, y) in enumerate(zip(cases, int8_reference.run(model, cases))):
        (folder / f"in{n}.bin").write_bytes(np.ascontiguousarray(x).tobytes())
        (folder / f"out{n}.bin").write_bytes(np.ascontiguousarray(y).tobytes())
