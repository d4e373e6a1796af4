# SPDX-License-Identifier: Apache-2.0
"""This machine: instructions by callgrind, time by the clock."""

import re
import subprocess
import tempfile
from pathlib import Path

from . import emitted, layers

FLAGS = ["-std=c++14", "-g"]
# In tools/bench: smelt's target, and the options of g++ that its code is compiled with.
HOSTS = {"host": ("generic", ["-O3"]),
         "host-v3": ("host", ["-O3", "-march=x86-64-v3"])}

# Prints the shortest of some runs in milliseconds, or runs just once.
DRIVER = """
#include <chrono>
#include <cstdio>
#include "model.h"
#ifndef MODEL_INPUT_COUNT
#define MODEL_INPUT_COUNT 1
#endif
static model_model model;
static void run(void (*whole)(model_model *)) { whole(&model); }
template <typename T>
static void run(void (*rows)(model_model *, const T *)) {
  static T input[MODEL_INPUT_COUNT];
  rows(&model, input);
}
int main(int argc, char **) {
#ifdef MODEL_STATE_BYTES
  model_reset(&model);
#endif
  double best = 1e9;
  for (int i = 0; i < (argc > 1 ? 1 : 30); ++i) {
    const auto begin = std::chrono::steady_clock::now();
    run(model_run);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    if (took.count() < best) best = took.count();
  }
  std::printf("%f\\n", best);
}
"""


def instructions(program, profile):
    """Of one model_run, all that it calls included; by address in the profile."""
    text = emitted.run(["valgrind", "--tool=callgrind", "--toggle-collect=model_run",
                        "--dump-instr=yes", "--dump-line=no", "--compress-pos=no",
                        f"--callgrind-out-file={profile}", program, "once"])
    return int(re.search(r"Collected : (\d+)", text).group(1))


def _counts_of_steps(profile, of_address, count):
    """Instructions of each step, with those of functions that are no step's own."""
    counts = [0] * count
    called = None
    for line in profile.read_text().splitlines():
        if line.startswith("calls="):
            called = int(line.split()[1], 16)
            continue
        cost = re.fullmatch(r"0x(\w+) (\d+)", line)
        if not cost:
            continue
        step = of_address.get(int(cost.group(1), 16), layers.BETWEEN)
        if step != layers.BETWEEN and called not in of_address:
            counts[step] += int(cost.group(2))
        called = None
    return counts


def _layers(smelt, case, options, folder, profile, total):
    steps = layers.of_model(smelt, case, options)
    of_address = layers.of_instructions("", folder / "driver", folder / "model.cpp")
    counts = _counts_of_steps(profile, of_address, len(steps))
    return layers.with_counts(steps, {"instructions": total},
                              [{"instructions": each} for each in counts])


def own_data(folder):
    """Bytes of .data and .bss of the emitted code."""
    sizes = emitted.run(["size", folder / "model.o", folder / "model_weights.o"])
    return sum(int(line.split()[1]) + int(line.split()[2]) for line in sizes.splitlines()[1:])


def measure(smelt, case, mode, host, by_layer=False):
    """The keys of tools/bench, and for the table: macs, milliseconds."""
    target, flags = HOSTS[host]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        options = ["--target", target]
        report = emitted.emit(smelt, case, mode, folder, options)
        (folder / "driver.cpp").write_text(DRIVER)
        for unit in ("model", "model_weights", "model_golden", "driver"):
            emitted.run(["g++", *FLAGS, *flags, f"-I{folder}", "-c", folder / f"{unit}.cpp",
                         "-o", folder / f"{unit}.o"])
        model = [folder / "model.o", folder / "model_weights.o"]
        emitted.run(["g++", "-no-pie", *model, folder / "driver.o", "-o", folder / "driver"])
        emitted.run(["g++", *model, folder / "model_golden.o", "-o", folder / "golden"])
        golden = subprocess.run([folder / "golden"], stdout=subprocess.DEVNULL, check=False)
        profile = folder / "callgrind"
        count = instructions(folder / "driver", profile)
        found = {"layers": _layers(smelt, case, [*mode, *options], folder, profile, count)
                 } if by_layer else {}
        return {
            "instructions": count,
            "cycles": None,
            "ram_bytes": report["arena_bytes"] + report["state_bytes"] + own_data(folder),
            "stack_bytes": None,
            "flash_code": None,
            "flash_weights": report["weights_bytes"],
            "flash_tables": report["tables_bytes"],
            "bit_exact": golden.returncode == 0,
            "macs": report["macs"],
            "milliseconds": float(emitted.run([folder / "driver"])),
            **found,
        }
