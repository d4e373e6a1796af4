#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Arduino libraries: library.properties by the Arduino library specification and arduino-lint's
rules; the sketch built by arduino-builder with the AVR core, and run by simavr.

    arduino.py --smelt PROGRAM MODEL...
"""

import pathlib
import re
import shutil
import subprocess
import sys
import time

import common
from common import check

HARDWARE = pathlib.Path("/usr/share/arduino/hardware")
BUILDER = pathlib.Path("/usr/share/arduino-builder")
CATEGORIES = {"Display", "Communication", "Signal Input/Output", "Sensors", "Device Control",
              "Timing", "Data Storage", "Data Processing", "Other"}
UNO_MEMORY = 1800  # of 2,048; the rest is for the core and the stack
FIELDS = {"name", "version", "author", "maintainer", "sentence", "paragraph", "category", "url",
          "architectures", "includes"}


def check_properties(library, version):
    fields = library.fields("library.properties", "=")
    check(set(fields) == FIELDS and all(fields.values()), f"fields of library.properties: {fields}")
    name = fields["name"]
    check(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 _.-]*", name) and re.search("[A-Za-z]", name) and
          len(name) <= 63 and not name.lower().startswith("arduino"), f"library name {name}")
    check(fields["version"] == version, f"version {fields['version']}")
    check(fields["category"] in CATEGORIES, f"category {fields['category']}")
    check(fields["architectures"] == "*", "architectures")
    check(not fields["paragraph"].startswith(fields["sentence"]), "paragraph repeats sentence")
    check(re.fullmatch(r"https?://\S+", fields["url"]), f"url {fields['url']}")
    check(f"src/{fields['includes']}" in library.files, "includes a header of the library")
    for line in library.files["keywords.txt"].splitlines():
        check(re.fullmatch(r"[A-Za-z_]\w*\t(KEYWORD[12]|LITERAL1)", line), f"keyword {line}")
    # The folder of a sketch has its name.
    check(f"examples/{library.name}/{library.name}.ino" in library.files, "the sketch")


def memory(library):
    """Bytes of RAM on an AVR, where constants are in RAM too."""
    paragraph = library.fields("library.properties", "=")["paragraph"]
    ram, weights = re.search(r": ([\d,]+) B of RAM, ([\d,]+) B of weights", paragraph).groups()
    return int(ram.replace(",", "")) + int(weights.replace(",", ""))


def build_sketch(library, board, folder):
    folder.mkdir()
    sketch = library.folder / "examples" / library.name / f"{library.name}.ino"
    # The core of Debian 12 uses a constant that the float.h of its own compiler lacks in C++11.
    return common.run(
        "arduino-builder", "-compile", "-warnings", "all", "-hardware", BUILDER, "-hardware",
        HARDWARE, "-tools", "/usr/bin", "-fqbn", f"arduino:avr:{board}", "-libraries",
        library.folder.parent, "-build-path", folder,
        "-prefs=compiler.cpp.extra_flags=-DDECIMAL_DIG=__DECIMAL_DIG__", sketch)


def serial_output(program, lines):
    """What an Arduino Uno prints, until it has printed that many lines."""
    simulator = subprocess.Popen(["simavr", "-m", "atmega328p", "-f", "16000000", str(program)],
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    deadline = time.monotonic() + 60
    printed = []
    while len(printed) < lines and time.monotonic() < deadline:
        line = simulator.stdout.readline()
        if not line:
            break
        # In colour, with ".." for the end of the line.
        printed.append(re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip().removesuffix(".."))
    simulator.kill()
    simulator.wait()
    return "\n".join(printed)


def check_objects(library, scratch):
    """Where the whole does not fit: its parts, as the core's platform.txt has them compiled."""
    core = HARDWARE / "arduino" / "avr"
    sketch = scratch / "sketch.cpp"
    sketch.write_text("#include <Arduino.h>\n" +
                      library.files[f"examples/{library.name}/{library.name}.ino"])
    for source in (sketch, *library.sources):
        common.build("avr-g++", "-c", "-Os", "-Wall", "-Wextra", "-Werror", "-std=gnu++11",
                     "-fpermissive", "-fno-exceptions", "-ffunction-sections", "-fdata-sections",
                     "-fno-threadsafe-statics", "-mmcu=atmega2560", "-DF_CPU=16000000L",
                     "-DARDUINO=10819", "-DARDUINO_ARCH_AVR",
                     f"-I{core}/cores/arduino", f"-I{core}/variants/mega",
                     f"-I{library.source}", source, "-o", scratch / "out.o",
                     what=f"avr-g++ {source.name}")


def check_sketch(library, expected, scratch):
    if memory(library) > UNO_MEMORY:
        print(f"{library.name}: too large for an Uno, compiled only")
        check_objects(library, scratch)
        return
    done = build_sketch(library, "uno", scratch / "build")
    if not check(done.returncode == 0, f"{library.name}: {done.stdout[-3000:]}"):
        return
    ours = [line for line in done.stdout.splitlines()
            if "warning" in line and str(HARDWARE) not in line]
    check(not ours, f"{library.name}: {ours}")
    if not shutil.which("simavr"):
        print("not run: no simavr")
        return
    (program,) = (scratch / "build").glob("*.elf")
    printed = serial_output(program, len(expected) + 1)
    common.check_outputs(printed, expected, library.name)
    check(re.search(rf"^{library.name}: \d+ us per run", printed, re.M), f"time in {printed}")


def check_model(smelt, model, extra, expected, scratch):
    library = common.Library(smelt, "arduino", model, scratch / "libraries" / model.stem, *extra)
    check_properties(library, "1.0.0")
    done = common.run(smelt, "compile", model, "-o", scratch / "golden", "--export", "arduino",
                      "--golden", model.parent / "golden")
    check(done.returncode == 64 and "golden" in done.stdout and not (scratch / "golden").exists(),
          f"golden vectors: {done.returncode} {done.stdout}")
    if HARDWARE.exists() and shutil.which("arduino-builder"):
        check_sketch(library, expected, scratch)
    else:
        print("not built: no arduino-builder with Arduino's AVR core")


if __name__ == "__main__":
    sys.exit(common.main("arduino", check_model, check_properties, golden_in_sample=False))
