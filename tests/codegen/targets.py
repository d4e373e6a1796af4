#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Emitted code compiles without a warning for every target that the model fits:

    targets.py --smelt PROGRAM MODEL...

by the target's own GCC, and by clang where it knows the core. The compilers' flags are those that
`smelt targets --json` gives.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

WARNINGS = ["-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wundef", "-pedantic", "-Werror",
            "-std=c++14", "-fno-exceptions", "-fno-rtti"]
# Clang comes without a C library for these cores: all that emitted code takes from one.
LIBC = {"string.h": "#include <stddef.h>\n"
                    'extern "C" void *memcpy(void *, const void *, size_t);\n'
                    'extern "C" void *memset(void *, int, size_t);\n',
        "math.h": 'extern "C" {\n'
                  + "".join(f"float {name}(float);\n" for name in
                            "acosf asinf atanf ceilf cosf coshf expf fabsf floorf logf sinf sinhf "
                            "sqrtf tanf tanhf".split())
                  + "".join(f"float {name}(float, float);\n" for name in
                            "copysignf fmodf powf".split())
                  + "}\n"}
CLANG = {"arm-none-eabi-g++": "--target=arm-none-eabi", "riscv64-unknown-elf-g++": "--target=riscv32"}

problems = []


def run(*command):
    return subprocess.run([str(word) for word in command], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)


def commands(target, libc):
    """Compilers with flags for a target."""
    flags = target["flags"]
    if shutil.which(target["compiler"]):
        yield [target["compiler"], *flags, "-O2"]
        yield [target["compiler"], *flags, "-Os"]
    else:
        print(f"skipped: no {target['compiler']}")
    triple = CLANG.get(target["compiler"])
    if triple and shutil.which("clang++-19"):
        known = [flag for flag in flags if not flag.startswith("--specs")]
        yield ["clang++-19", triple, *known, "-O2", "-ffreestanding", "-nostdlibinc",
               "-isystem", libc]


def check(smelt, model, target, libc, scratch):
    done = run(smelt, "compile", model, "-o", scratch / "code", "--name", "m", "--target",
               target["name"])
    if done.returncode != 0:
        if "error: needs " not in done.stdout:
            problems.append(f"{model} for {target['name']}: {done.stdout}")
        return 0
    count = 0
    for command in commands(target, libc):
        for source in ("m.cpp", "m_weights.cpp"):
            done = run(*command, *WARNINGS, f"-I{scratch / 'code'}", "-c",
                       scratch / "code" / source, "-o", scratch / "out.o")
            # AVR's objects are at most 32 KB.
            if "is too large" in done.stdout or "exceeds maximum object size" in done.stdout:
                break
            if done.returncode != 0:
                problems.append(f"{model}: {' '.join(map(str, command))}:\n{done.stdout[:2000]}")
            count += 1
    return count


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--smelt", required=True)
    parser.add_argument("models", nargs="+")
    options = parser.parse_args()
    targets = [target for target in json.loads(run(options.smelt, "targets", "--json").stdout)
               if target["compiler"]]
    with tempfile.TemporaryDirectory() as name:
        scratch = pathlib.Path(name)
        libc = scratch / "libc"
        libc.mkdir()
        for header, text in LIBC.items():
            (libc / header).write_text(text)
        counts = {target["name"]: 0 for target in targets}
        for model in options.models:
            for target in targets:
                counts[target["name"]] += check(options.smelt, model, target, libc, scratch)
    print("files compiled:", ", ".join(f"{name} {count}" for name, count in counts.items()))
    for problem in problems:
        print(f"FAILED: {problem}")
    if not all(counts.values()):
        print("FAILED: nothing was compiled for some target")
    return 1 if problems or not all(counts.values()) else 0


sys.exit(main())
