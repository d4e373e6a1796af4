# SPDX-License-Identifier: Apache-2.0
"""The emitted front end, called from Python: what is trained on is what the device computes."""

import ctypes
import subprocess
import tempfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
OPTIONS = ["--rate", "16000", "--window", "30ms", "--stride", "20ms", "--bands", "40",
           "--low", "80", "--high", "7600", "--name", "keywords_features"]
ROWS, BANDS = 49, 40
SCALE = 1 / 512  # a feature's real value is this many octaves of power

SOURCE = """#include "clip.h"
extern "C" void features_of_clip(const int16_t *samples, int16_t *rows) {
  keywords_features_model model;
  clip_features(&model, samples, rows);
}
"""


class FrontEnd:
    def __init__(self, smelt="smelt"):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            subprocess.run([smelt, "features", *OPTIONS, "-o", folder], check=True,
                           stdout=subprocess.DEVNULL)
            source, library = folder / "clip.cpp", folder / "clip.so"
            source.write_text(SOURCE)
            subprocess.run(["g++", "-O2", "-fPIC", "-shared", f"-I{folder}", f"-I{HERE}", source,
                            folder / "keywords_features.cpp",
                            folder / "keywords_features_weights.cpp", "-o", library], check=True)
            self._call = ctypes.CDLL(str(library)).features_of_clip

    def __call__(self, samples):
        """Features of a second of int16 samples: ROWS x BANDS of int16."""
        assert samples.dtype == np.int16 and samples.shape == (16000,)
        rows = np.empty((ROWS, BANDS), np.int16)
        samples = np.ascontiguousarray(samples)
        self._call(samples.ctypes.data_as(ctypes.c_void_p), rows.ctypes.data_as(ctypes.c_void_p))
        return rows
