#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""PlatformIO libraries: library.json by the rules that PlatformIO Core checks and its
documentation states; the example built as PlatformIO builds it, for this machine and for a
stand-in for Arduino's core, and run.

    platformio.py --smelt PROGRAM MODEL...
"""

import configparser
import json
import re
import sys

import common
from common import check

FIELDS = {"name", "version", "description", "keywords", "license", "frameworks", "platforms",
          "headers", "examples"}

ARDUINO = """
#pragma once
#include <stdio.h>
#define round(x) ((x) >= 0 ? (long)((x) + 0.5) : (long)((x) - 0.5))
#define F(text) (text)
#define B1 1
struct { void begin(long) {} } Serial;
static inline unsigned long micros() { return 0; }
void setup();
void loop();
int main() { setup(); loop(); }
"""


def check_metadata(library, version):
    manifest = json.loads(library.files["library.json"])
    check(set(manifest) == FIELDS, f"fields of library.json: {sorted(manifest)}")
    check(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", manifest["name"]) and
          len(manifest["name"]) <= 50, f"name {manifest['name']}")
    check(manifest["version"] == version and len(version) <= 20, f"version {manifest['version']}")
    check(0 < len(manifest["description"]) <= 255, f"description {manifest['description']}")
    check(all(re.fullmatch(r"[a-z\d\-+. ]{1,50}", word) for word in manifest["keywords"]),
          f"keywords {manifest['keywords']}")
    check(manifest["license"] == "Apache-2.0" and manifest["frameworks"] == "*" and
          manifest["platforms"] == "*", "license, frameworks, platforms")
    check(f"src/{manifest['headers']}" in library.files, f"headers {manifest['headers']}")
    (example,) = manifest["examples"]
    check(set(example) == {"name", "base", "files"} and
          re.fullmatch(r"[a-zA-Z\d\-_/]{1,100}", example["name"]), f"example {example}")
    listed = {f"{example['base']}/{file}" for file in example["files"]}
    present = {path for path in library.files if path.startswith("examples/")}
    check(listed == present, f"example files {listed ^ present}")


def example_flags(library, environment):
    """The build flags of an environment, which finds this library."""
    folder = library.folder / "examples" / library.name
    project = configparser.ConfigParser()
    project.read(folder / "platformio.ini")
    common_part = dict(project["env"])
    root = (folder / common_part["lib_deps"].removeprefix("symlink://")).resolve()
    check(root == library.folder.resolve(), f"lib_deps leads to {root}")
    check(project["platformio"]["default_envs"] in ("native",), "the default environment")
    check("platform" in project[f"env:{environment}"], f"{environment} has a platform")
    return common_part.get("build_flags", "").split()


def check_model(smelt, model, extra, expected, scratch):
    library = common.Library(smelt, "platformio", model, scratch / "library", *extra)
    check_metadata(library, "1.0.0")
    stand_in = scratch / "arduino"
    stand_in.mkdir()
    (stand_in / "Arduino.h").write_text(ARDUINO)
    sources = sorted((library.folder / "examples" / library.name / "src").glob("*.cpp"))
    for environment, flags in (("native", []), ("esp32dev", ["-DARDUINO=10819", f"-I{stand_in}"])):
        program = scratch / environment
        if common.build("g++", "-O1", *common.WARNINGS, *flags,
                        *example_flags(library, environment), f"-I{library.source}", *sources,
                        *library.sources, "-o", program, what=f"{environment} {model.name}"):
            common.check_sample(common.run(program), library, expected)


if __name__ == "__main__":
    sys.exit(common.main("platformio", check_model, check_metadata))
