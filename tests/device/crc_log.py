#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A board whose flash has one wrong bit: its log of checksums names the layer that the bit is of.

    crc_log.py --smelt PROGRAM

The board is an emulated Cortex-M4. Its firmware runs examples/digits on its golden vectors and logs
every layer. A healthy image is found good; images in which one bit of one layer's weights is
another are not, each by its layer.
"""

import argparse
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

# pylint: disable=wrong-import-position
from measure import build, emitted
from measure.boards import BOARDS, FIRMWARE

EXAMPLE = ROOT / "examples/digits"
MODEL, GOLDEN = EXAMPLE / "digits.tflite", EXAMPLE / "golden"
# Those with weights, by step.
LAYERS = {0: "conv_1", 2: "depthwise_1", 3: "pointwise_1", 4: "conv_2", 5: "dense"}
CASES, LAYER_COUNT = 8, 7
BIT = 0x40

# The golden check calls run, by which the linker has it come here first.
MAIN = r"""
#include "board.h"
#include "digits_crc.h"

extern "C" {
int32_t digits_golden_check(digits_model *);
void __real_digits_run(digits_model *);
void __wrap_digits_run(digits_model *model) {
  digits_crc_input(model);
  __real_digits_run(model);
}
}

namespace {

digits_model model;

// As a serial port would, a line at a time.
void put(char character) {
  static char line[64];
  static unsigned length;
  line[length++] = character;
  if (character != '\n' && length + 1 < sizeof line) return;
  line[length] = 0;
  board_print(line);
  length = 0;
}

}  // namespace

int main() {
  board_print("digits on a board\n");
  digits_crc_start(put);
  return digits_golden_check(&model) == 0 ? 0 : 1;
}
"""

problems = []


def check(good, message):
    if not good:
        problems.append(message)
        print(f"FAILED: {message}")


def firmware(smelt, board, folder):
    emitted.run([smelt, "compile", MODEL, "-o", folder, "--target", board.target, "--crc-log",
                 "--golden", GOLDEN])
    (folder / "main.cpp").write_text(MAIN)
    main = build.compile_unit(board, folder / "main.cpp", folder / "main.o",
                              [*board.compile_model, "-DDIGITS_TRACE", f"-I{folder}",
                               f"-I{FIRMWARE / 'src'}"])
    model = build.model_objects(board, folder, "digits", ["-DDIGITS_TRACE"])
    return build.link(board, folder / "digits.elf",
                      [*build.start_up(board, folder), main, *model.values()],
                      build.wrap_run("digits"))


def weights_of(board, program, layer):
    """Address and size of the layer's weights."""
    for line in emitted.run([f"{board.prefix}nm", "-S", "-C", program]).splitlines():
        words = line.split()
        if words[-1] == f"digits_weights::{layer}_weights":
            return int(words[0], 16), int(words[1], 16)
    sys.exit(f"the image has no weights of {layer}")


def file_offset(image, address):
    """Of a byte that an ELF file of 32 bits loads to an address."""
    headers, = struct.unpack_from("<I", image, 28)
    size, count = struct.unpack_from("<HH", image, 42)
    for i in range(count):
        _, offset, begin, _, length = struct.unpack_from("<5I", image, headers + i * size)
        if begin <= address < begin + length:
            return offset + address - begin
    sys.exit(f"the image has nothing at {address:#x}")


def log_of(board, program):
    """What the board prints, and how the program ends."""
    done = subprocess.run([*board.emulate, program], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False)
    return done.stdout, done.returncode


def verify(smelt, board, folder, log):
    path = folder / "uart.txt"
    path.write_bytes(log)
    return subprocess.run([smelt, "verify", MODEL, "--target", board.target, "--golden", GOLDEN,
                           "--crc", path], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)


def check_healthy(smelt, board, folder, program):
    log, code = log_of(board, program)
    check(code == 0, f"the healthy image ends with {code}")
    done = verify(smelt, board, folder, log)
    print(done.stdout, end="")
    check(done.returncode == 0 and done.stdout == "digits.tflite: equal on the board in "
          f"{CASES} runs ({CASES * LAYER_COUNT} layers compared)\n", "the healthy image is not good")


def check_damaged(smelt, board, folder, program, step):
    image = bytearray(program.read_bytes())
    address, size = weights_of(board, program, LAYERS[step])
    image[file_offset(image, address + size // 2)] ^= BIT
    damaged = folder / "damaged.elf"
    damaged.write_bytes(image)
    done = verify(smelt, board, folder, log_of(board, damaged)[0])
    print(done.stdout, end="")
    check(done.returncode == 2 and done.stdout.startswith(
        f'digits.tflite: DIFFERENT: layer "{LAYERS[step]}" (step {step}) differs on the board in '
        "run 1: crc ") and "; its input was right: look at its weights or its kernel\n"
        in done.stdout, f"a wrong bit in {LAYERS[step]} is not found")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--smelt", required=True)
    options = parser.parse_args()
    board = BOARDS["mps2-an386"]
    if not shutil.which(f"{board.prefix}gcc") or not shutil.which(board.emulate[0]):
        print("skipped: no compiler or emulator of the board")
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program = firmware(options.smelt, board, folder)
        check_healthy(options.smelt, board, folder, program)
        for step in LAYERS:
            check_damaged(options.smelt, board, folder, program, step)
    print("good" if not problems else f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
