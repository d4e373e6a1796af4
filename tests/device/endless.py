#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a new row costs a model that keeps its rings between inferences (--stream time), on a board:
on average at most a tenth of a whole window's instructions, with the same bytes.

    endless.py --smelt PROGRAM [--board NAME]

The model is examples/keywords_causal, in float and in int8.
"""

import argparse
import random
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

# pylint: disable=wrong-import-position
from measure import build, emulate
from measure.boards import BOARDS, FIRMWARE

MODEL = ROOT / "examples/keywords_causal/keywords_causal.onnx"
CALIBRATION = MODEL.parent / "golden"
# Rows of the input in a window; windows that are looked at after the first.
ROWS, MORE = 49, 5

MAIN = """
#include "board.h"
#include "probe.h"
#include "endless.h"
#include "whole.h"

#include <string.h>

namespace {

ELEMENT const rows[][ENDLESS_INPUT_ROW_COUNT] = {
ROW_TEXTS
};
constexpr int32_t count = sizeof rows / sizeof rows[0];

whole_model whole;
endless_model endless;
int32_t row, missing;

void nothing(whole_model*) {}
void push(endless_model* model) { missing = endless_push_row(model, rows[row]); }

}  // namespace

int main() {
  probe::stack_of(nothing, &whole);
  endless_reset(&endless);
  int failed = 0, windows = 0;
  for (row = 0; row < count; ++row) {
    probe::stack_of(push, &endless);
    if (missing != 0) continue;
    ++windows;
    memcpy(whole_input(&whole), rows[row - ENDLESS_INPUT_ROWS + 1], sizeof rows[0] * ENDLESS_INPUT_ROWS);
    probe::stack_of(whole_run, &whole);
    failed += memcmp(whole_output(&whole), endless_output(&endless),
                     WHOLE_OUTPUT_COUNT * sizeof *whole_output(&whole)) != 0;
  }
  return failed == 0 && windows > 1 ? 0 : 1;
}
"""


def emit(smelt, folder, name, options):
    subprocess.run([smelt, "compile", MODEL, "-o", folder, "--name", name, *options], check=True,
                   stdout=subprocess.DEVNULL)


def row_texts(kind, rows, elements):
    draw = random.Random(1)
    number = (lambda: str(draw.randint(-128, 127))) if kind == "int8_t" else (
        lambda: f"{draw.uniform(0, 10):.4f}F")
    return ",\n".join("{" + ", ".join(number() for _ in range(elements)) + "}"
                      for _ in range(rows))


def compile_all(board, folder, main):
    (folder / "main.cpp").write_text(main)
    objects = build.start_up(board, folder)
    for source in ["main.cpp", *(f"{name}{unit}.cpp" for name in ("whole", "endless")
                                 for unit in ("", "_weights"))]:
        objects.append(folder / f"{source}.o")
        subprocess.run([f"{board.prefix}g++", *board.compile_model, f"-I{folder}",
                        f"-I{FIRMWARE / 'src'}", f"-DBOARD={board.name}", "-c", folder / source,
                        "-o", objects[-1]], check=True)
    return build.link(board, folder / "endless.elf", objects)


def costs(board, counts, stride):
    """Instructions of whole windows and of rows behind the first window."""
    calls = emulate.calls(board, counts)
    whole, rows = [], []
    for i, call in enumerate(calls[ROWS:]):
        (whole if i % (stride + 1) == 0 else rows).append(call)
    return whole, rows


def check(smelt, board, what, options, kind, stride=4):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        common = ["--target", board.target, *options]
        emit(smelt, folder, "whole", common)
        emit(smelt, folder, "endless", [*common, "--stream", "time"])
        rows = ROWS + MORE * stride
        main = MAIN.replace("ELEMENT", kind).replace("ROW_TEXTS", row_texts(kind, rows, 40))
        run = emulate.run(board, compile_all(board, folder, main))
    if run.code != 0:
        sys.exit(f"FAILED: {what} on {board.name}: outputs differ\n{run.output}")
    whole, each = costs(board, run.counts, stride)
    mean = sum(each) / len(each)
    print(f"{what} on {board.name}: a window {max(whole):,}, a row {mean:,.0f} on average, "
          f"{max(each):,} at most: {max(whole) / mean:.1f} times less")
    if mean * 10 > max(whole):
        sys.exit("FAILED: a row costs more than a tenth of a window")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--smelt", required=True)
    parser.add_argument("--board", default="mps2-an386")
    options = parser.parse_args()
    board = BOARDS[options.board]
    check(options.smelt, board, "int8",
          ["--quantize", "int8", "--calibrate", CALIBRATION], "int8_t")
    check(options.smelt, board, "float32", [], "float")


main()
