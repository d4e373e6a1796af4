# SPDX-License-Identifier: Apache-2.0
"""The models to measure: those with golden vectors."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Case:
    name: str
    model: Path
    golden: Path  # a folder of inN.bin, outN.bin


def _model(golden):
    """Of a folder's golden: NAME.tflite, else NAME.onnx; of golden_KIND: NAME_KIND.onnx, if there is
    one."""
    folder, kind = golden.parent, golden.name.removeprefix("golden")
    names = [f"{folder.name}{kind}.onnx", f"{folder.name}.onnx"]
    if not kind:
        names.insert(0, f"{folder.name}.tflite")
    return next(folder / name for name in names if (folder / name).exists())


def find_cases(examples, models):
    """By name: of examples/NAME, NAME and each NAME_KIND; of models/NAME, where that folder exists,
    NAME: model.tflite."""
    found = [Case(golden.parent.name + golden.name.removeprefix("golden"), _model(golden), golden)
             for golden in sorted([*examples.glob("*/golden"), *examples.glob("*/golden_*")])]
    found += [Case(model.parent.name, model, model.parent)
              for model in sorted(models.glob("*/model.tflite"))
              if (model.parent / "out0.bin").exists()]
    return {case.name: case for case in found}
