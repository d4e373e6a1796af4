#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The log of checksums that emitted code can write, from the hook to the layer that it blames.

    crc_log.py --smelt PROGRAM [--options "OPTION..."] [--calibrate FOLDER] MODEL

NAME_crc.h compiles as C99 and C++, for this machine and AVR, and leaves nothing behind where
NAME_TRACE is not defined; the other files are those that are written without it. What firmware logs
is the CRC-32, as Python has it, of every tensor that `smelt run --trace` writes. `smelt verify
--crc` finds such a log good, however a terminal has mangled it, and names the layer that is wrong.
"""

import argparse
import json
import pathlib
import re
import shutil
import sys
import tempfile
import zlib

import checks
from checks import Model, check, run

CASES = 3

MAIN = r"""
#include <stdio.h>
#include "NAME_crc.h"

static NAME_model model;

static void put(char character) { putchar(character); }

/* As firmware would, but that inputs come from files. */
int main(int count, char **files) {
  NAME_crc_start(put);
#ifdef MACRO_STATE_BYTES
  NAME_reset(&model);
#endif
  for (int i = 1; i < count; ++i) {
    FILE *file = fopen(files[i], "rb");
    if (!file) return 1;
#ifdef MACRO_INPUT_ROWS
    static ELEMENT row[MACRO_INPUT_ROW_COUNT];
    RESTART;
    for (unsigned y = 0; y < MACRO_INPUT_ROWS; ++y) {
      if (fread(row, sizeof *row, MACRO_INPUT_ROW_COUNT, file) != MACRO_INPUT_ROW_COUNT) return 2;
      NAME_crc_row(row);
      NAME_push_row(&model, row);
    }
#else
    if (fread(NAME_input(&model), sizeof *NAME_input(&model), MACRO_INPUT_COUNT, file) != MACRO_INPUT_COUNT) return 2;
    NAME_crc_input(&model);
    NAME_run(&model);
#endif
    fclose(file);
  }
  return 0;
}
"""


class Subject:
    """A model, its inputs and what it computes of them."""

    def __init__(self, smelt, file, options, scratch):
        self.smelt, self.file, self.options, self.scratch = smelt, file, options, scratch
        self.model = Model(smelt, file, scratch / "out", extra=[*options, "--crc-log"])
        self.trace = self.command("run", "--cases", CASES, "--trace", scratch / "trace")
        inputs = scratch / "inputs"
        inputs.mkdir()
        self.runs = []
        for i in range(CASES):
            folder = scratch / "trace" / f"case_{i}"
            (inputs / f"in{i}.bin").write_bytes(array_bytes(folder / "input.npy"))
            self.runs.append({step_of(each): zlib.crc32(array_bytes(each))
                              for each in sorted(folder.glob("*.npy")) if step_of(each)})
        self.inputs = sorted(inputs.iterdir())

    def command(self, name, *options):
        return run(self.smelt, name, self.file, *self.options, *options)

    def verify(self, log, *options):
        path = self.scratch / "log.txt"
        path.write_bytes(log)
        return self.command("verify", "--inputs", self.inputs[0].parent, "--crc", path, *options)


def array_bytes(path):
    """The data of a .npy file."""
    text = path.read_bytes()
    return text[10 + int.from_bytes(text[8:10], "little"):]


def step_of(path):
    """What stands for a tensor in a log; nothing for outputs, which a step has written."""
    if path.stem == "input":
        return "input"
    found = re.match(r"(\d{3,})_", path.stem)
    return str(int(found.group(1))) if found else None


def program_text(subject):
    name, macro = subject.model.name, subject.model.macro
    element = re.search(r"_push_row\(\w+ \*model, const (\w+) \*row\)", subject.model.header)
    endless = "time" in subject.options
    return (MAIN.replace("ELEMENT", element.group(1) if element else "")
            .replace("RESTART", f"{name}_reset(&model)" if endless else "")
            .replace("MACRO", macro).replace("NAME", name))


def check_compilers(subject):
    """No complaint; and nothing is left of the log without the hook."""
    scratch, model = subject.scratch, subject.model
    source, out = scratch / "use.c", scratch / "use.o"
    source.write_text(f'#include "{model.name}_crc.h"\n#include "{model.name}_crc.h"\n')
    for command in (["gcc", "-std=c99"], ["g++", "-xc++", "-std=c++14"],
                    ["clang++-19", "-xc++", "-std=c++14"],
                    ["avr-gcc", "-mmcu=atmega2560", "-std=c99"],
                    ["avr-g++", "-mmcu=atmega2560", "-xc++", "-std=c++14"]):
        if not shutil.which(command[0]):
            print(f"skipped {command[0]}")
            continue
        for hook in ([], [f"-D{model.macro}_TRACE"]):
            done = run(*command, "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wundef",
                       "-pedantic", "-Werror", "-ffreestanding", "-Os", *hook, f"-I{model.folder}",
                       "-c", source, "-o", out)
            check(done.returncode == 0, f"{command} {hook}:\n{done.stdout[:3000]}")
            symbols = run("nm", out).stdout.split()
            check(any(model.name in each for each in symbols) == bool(hook),
                  f"{command} {hook} leaves {symbols}")


def check_other_files(subject):
    without = Model(subject.smelt, subject.file, subject.scratch / "without",
                    extra=subject.options).files()
    files = subject.model.files()
    added = {f"{subject.model.name}_crc.h", "smelt/crc32.h", "smelt/crc_log.h"}
    check({str(path) for path in files.keys() - without.keys()} == added,
          f"files that come along: {files.keys() - without.keys()}")
    check(all(files[path] == text for path, text in without.items()), "other files have changed")


def build(subject):
    """The program, with its main in C and the model in C++."""
    scratch, model = subject.scratch, subject.model
    source, program = scratch / "main.c", scratch / "program"
    source.write_text(program_text(subject))
    hook = f"-D{model.macro}_TRACE"
    run("gcc", "-std=c99", "-O1", hook, f"-I{model.folder}", "-c", source, "-o", scratch / "main.o")
    done = run("g++", "-std=c++14", "-O1", "-ffp-contract=off", hook, f"-I{model.folder}",
               scratch / "main.o", *model.sources, "-o", program)
    return program if check(done.returncode == 0, f"build:\n{done.stdout[:3000]}") else None


def lines_of(subject, log):
    """What follows "smelt NAME ", by run; all of a run's lines come together."""
    lines = re.findall(rf"^smelt {subject.model.name} (\w+) ([0-9a-f]{{8}})$", log, re.M)
    check(len(lines) == len(log.splitlines()), "other lines in the log")
    size = len(lines) // CASES
    return [dict(lines[i * size:(i + 1) * size]) for i in range(CASES)]


def check_log(subject, log):
    """The checksums of the tensors that smelt run shows."""
    for i, (lines, expected) in enumerate(zip(lines_of(subject, log), subject.runs)):
        got = {step: int(crc, 16) for step, crc in lines.items()}
        check(got == expected, f"run {i + 1}: logged {got}, computed {expected}")


def mangled(log):
    """As a terminal might record it: it joins late, other lines stand between, and the end is cut."""
    lines = [f"[{i:08}] {line}\r\n" for i, line in enumerate(log.splitlines())]
    text = "mid 0 12345\r\n\0\xff" + "temperature 23\r\nsmelt\r\n".join(lines)
    return text.encode("latin-1") + log.splitlines()[0][:-3].encode()


def check_good(subject, log):
    layers = sum(len(expected) - 1 for expected in subject.runs)
    wanted = f"equal on the board in {CASES} runs ({layers} layers compared)\n"
    for text in (log.encode(), log.replace("\n", "\r\n").encode(), mangled(log)):
        done = subject.verify(text)
        check(done.returncode == 0 and done.stdout.endswith(wanted), f"a good log: {done.stdout}")


def check_wrong(subject, log):
    """One digit of a layer in the middle, in the second run."""
    steps = [step for step in subject.runs[1] if step != "input"]
    step = steps[len(steps) // 2]
    right = f"{subject.runs[1][step]:08x}"
    wrong = f"{subject.runs[1][step] ^ 0x10:08x}"
    lines = log.splitlines()
    line = f"smelt {subject.model.name} {step} {right}"
    at = [i for i, each in enumerate(lines) if each == line]
    lines[at[0] if len(at) == 1 else at[1]] = line.replace(right, wrong)
    text = ("\n".join(lines) + "\n").encode()
    done = subject.verify(text)
    check(done.returncode == 2 and f"(step {step}) differs on the board in run 2: crc {wrong}, not "
          f"{right}; its input was right" in done.stdout and f"1 of {CASES} runs differ" in done.stdout,
          f"a wrong log: {done.returncode} {done.stdout}")
    printed = subject.verify(text, "--json").stdout
    report = json.loads(printed[printed.index("{\n"):])
    difference = report["differences"][0]
    check(difference["run"] == 2 and difference["step"] == int(step) and not report["equal"],
          f"a wrong log: {report}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smelt", required=True, type=pathlib.Path)
    parser.add_argument("--options", default="")
    parser.add_argument("--calibrate", type=pathlib.Path, help="quantized to int8 by these data")
    parser.add_argument("model", type=pathlib.Path)
    arguments = parser.parse_args()
    options = arguments.options.split()
    if arguments.calibrate:
        options += ["--quantize", "int8", "--calibrate", arguments.calibrate.resolve()]
    with tempfile.TemporaryDirectory(prefix="smelt-crc-") as folder:
        subject = Subject(arguments.smelt.resolve(), arguments.model.resolve(), options,
                          pathlib.Path(folder))
        check_compilers(subject)
        check_other_files(subject)
        checks.check_format(subject.model)
        program = build(subject)
        done = run(program, *subject.inputs)
        if check(done.returncode == 0, f"the program ends with {done.returncode}"):
            check_log(subject, done.stdout)
            check_good(subject, done.stdout)
            check_wrong(subject, done.stdout)
    return checks.verdict(arguments.model.name)


if __name__ == "__main__":
    sys.exit(main())
