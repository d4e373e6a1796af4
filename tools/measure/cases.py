# SPDX-License-Identifier: Apache-2.0
"""The models to measure: those with golden vectors."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Case:
    name: str
    model: Path
    golden: Path  # a folder of inN.bin, outN.bin


def _model(folder):
    """Of an example."""
    model = folder / f"{folder.name}.tflite"
    return model if model.exists() else model.with_suffix(".onnx")


def find_cases(examples, models):
    """By name: examples/NAME/NAME.tflite, or else NAME.onnx, and models/NAME/model.tflite where that
    folder exists."""
    found = [Case(golden.parent.name, _model(golden.parent), golden)
             for golden in sorted(examples.glob("*/golden"))]
    found += [Case(model.parent.name, model, model.parent)
              for model in sorted(models.glob("*/model.tflite"))
              if (model.parent / "out0.bin").exists()]
    return {case.name: case for case in found}
