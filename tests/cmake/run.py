#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of the CMake functions, in projects outside the source tree:

    run.py BUILD SOURCE GENERATOR...

BUILD is a finished build of smelt, from which it is installed; SOURCE are smelt's sources.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path


# One of each toolchain.
BOARDS = [("mps2-an386", "arm-none-eabi"), ("rv32imc", "riscv64-unknown-elf"),
          ("atmega328p", "avr")]


def run(*command, fails=False):
    """The output of a command, which must succeed, or fail where that is expected."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    if (done.returncode != 0) != fails:
        sys.exit(f"{done.stdout}\n{'succeeds' if fails else 'fails'}: {command}")
    return done.stdout


def expect(condition, what, output=""):
    if not condition:
        sys.exit(f"{output}\nnot so: {what}")


def touch(path):
    """Makes a file newer than all that was built."""
    time.sleep(0.05)
    path.touch()


class Project:
    """A copy of the user's project, and its build folder."""

    def __init__(self, folder, source, generator, prefix):
        self.source = folder / "project"
        self.build = folder / "build"
        shutil.copytree(source / "tests/cmake/project", self.source)
        shutil.copytree(source / "examples/digits/golden", self.source / "golden")
        for name in ("digits.tflite", "labels.txt"):
            shutil.copy(source / "examples/digits" / name, self.source / name)
        self.configured = ["cmake", "-G", generator, "-S", self.source, "-B", self.build,
                           f"-DCMAKE_PREFIX_PATH={prefix}"]

    def configure(self, *options):
        return run(*self.configured, *options)

    def make(self, fails=False):
        return run("cmake", "--build", self.build, "--verbose", fails=fails)


def check_work(project):
    """Whatever changes, just what depends on it is made anew."""
    def made(output):
        return (" compile /" in output, "digits.cpp.o -c" in output)

    project.configure()
    output = project.make()
    expect(made(output) == (True, True), "the first build makes everything", output)
    run("ctest", "--test-dir", project.build, "--no-tests=error")
    expect(run(project.build / "user") == "0\n", "the program runs")
    output = project.make()
    expect(made(output) == (False, False), "nothing is made when nothing changed", output)
    for name in ("digits.tflite", "labels.txt"):
        touch(project.source / name)
        output = project.make()
        expect(made(output) == (True, False), f"{name}, newer but the same, compiles nothing",
               output)
    output = project.make()
    expect(made(output) == (False, False), "and nothing more is made after that", output)
    labels = project.source / "labels.txt"
    labels.write_text(labels.read_text().replace("0", "zero"))
    touch(labels)
    project.make()
    expect(run(project.build / "user") == "zero\n", "new labels reach the program")


def check_budgets(project):
    project.configure("-DBUDGET=RAM;512")
    output = project.make(fails=True)
    expect("error: needs 894 bytes of RAM, the budget is 512" in output, "RAM is refused", output)
    project.configure("-DBUDGET=FLASH;4K")
    output = project.make(fails=True)
    expect("bytes of flash, the budget is 4,096" in output, "constants are refused", output)
    project.configure("-DBUDGET=FLASH;8K")
    output = project.make(fails=True)
    expect("bytes of flash, code and constants, the" in output, "code is refused", output)
    project.configure("-DBUDGET=RAM;1K;FLASH;1M")
    project.make()


def check_golden(project):
    """A wrong vector fails the test."""
    project.configure()
    golden = project.source / "golden/out0.bin"
    golden.write_bytes(bytes([golden.read_bytes()[0] ^ 1]) + golden.read_bytes()[1:])
    touch(golden)
    project.make()
    run("ctest", "--test-dir", project.build, fails=True)


def check_firmware(folder, source, prefix, board, toolchain):
    """The firmware example, taken out of the tree, runs its golden test in the board's emulator."""
    project, build = folder / "firmware", folder / board
    if not project.exists():
        shutil.copytree(source / "examples/firmware", project)
    run("cmake", "-G", "Ninja", "-S", project, "-B", build, f"-DBOARD={board}",
        f"-DCMAKE_TOOLCHAIN_FILE={project}/toolchains/{toolchain}.cmake",
        f"-DCMAKE_PREFIX_PATH={prefix}", f"-DEXAMPLES={source}/examples")
    run("cmake", "--build", build)
    output = run("ctest", "--test-dir", build, "--no-tests=error", "--verbose")
    expect(f"RESULT board={board} rc=0" in output, "the board ran the test", output)


def check_keywords(folder, source, prefix, output, *options):
    """The keywords example, taken out of the tree, passes its tests on this machine or a board."""
    project = folder / "keywords"
    if not project.exists():
        shutil.copytree(source / "examples/keywords", project)
    build = folder / output
    run("cmake", "-G", "Ninja", "-S", project, "-B", build, f"-DCMAKE_PREFIX_PATH={prefix}",
        f"-DFIRMWARE={source}/examples/firmware", *options)
    run("cmake", "--build", build)
    run("ctest", "--test-dir", build, "--no-tests=error")


def main():
    build, source, *generators = sys.argv[1:]
    build, source = Path(build), Path(source)
    with tempfile.TemporaryDirectory() as name:
        prefix = Path(name) / "installed"
        run("cmake", "--install", build, "--prefix", prefix)
        for generator in generators:
            folder = Path(name) / generator.replace(" ", "_")
            folder.mkdir()
            project = Project(folder, source, generator, prefix)
            check_work(project)
            check_budgets(project)
            check_golden(project)
            print(f"{generator}: good")
        for board, toolchain in BOARDS:
            check_firmware(Path(name), source, prefix, board, toolchain)
            print(f"{board}: good")
        check_keywords(Path(name), source, prefix, "keywords_host")
        board, toolchain = BOARDS[0]
        toolchain = source / f"examples/firmware/toolchains/{toolchain}.cmake"
        check_keywords(Path(name), source, prefix, "keywords_device", f"-DBOARD={board}",
                       f"-DCMAKE_TOOLCHAIN_FILE={toolchain}")
        print("keywords: good")


main()
