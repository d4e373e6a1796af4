#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Emits a front end and holds the code to what is promised of a model's.

    features.py --smelt PROGRAM --sound FILE.wav

As emitted.py: no warnings, C99, nothing needed and no writable data, formatted, the same bytes from
any folder; run, run_in, step and trace agree; the golden main passes on a sound, and fails on a
wrong number. All that for windows longer and shorter than strides.
"""

import argparse
import pathlib
import shutil
import sys
import tempfile

import checks
import emitted

SHAPES = ([], ["--window", "20ms", "--stride", "25ms", "--bands", "13", "--low", "0"])


class FrontEnd(checks.Model):
    """A front end in a folder."""

    def __init__(self, smelt, folder, options, cwd=None):
        self.folder = pathlib.Path(folder)
        done = checks.run(smelt, "features", "-o", folder, *options, cwd=cwd)
        if done.returncode != 0:
            sys.exit(f"smelt features {options}:\n{done.stdout}")
        self.use(self.folder)


def check_same_bytes(smelt, model, options, sound, scratch):
    """From another folder, with the sound elsewhere."""
    elsewhere = scratch / "else where"
    elsewhere.mkdir()
    shutil.copy(sound, elsewhere / "other.wav")
    again = FrontEnd(smelt, scratch / "again", [*options, "--golden", "other.wav"], elsewhere)
    one, two = (each.files() for each in (model, again))
    checks.check(one == two, f"two front ends differ in {[k for k in one if one[k] != two.get(k)]}")


def check(smelt, options, sound, scratch):
    model = FrontEnd(smelt, scratch / "out", [*options, "--golden", sound])
    check_same_bytes(smelt, model, options, sound, scratch)
    checks.check_code(model, {str(scratch), str(sound.parent)}, scratch)
    kept = FrontEnd(smelt, scratch / "kept", [*options, "--keep-input"])
    emitted.check_runs(model, kept, scratch)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smelt", required=True, type=pathlib.Path)
    parser.add_argument("--sound", required=True, type=pathlib.Path)
    options = parser.parse_args()
    for shape in SHAPES:
        with tempfile.TemporaryDirectory(prefix="smelt-features-") as folder:
            check(options.smelt.resolve(), shape, options.sound.resolve(), pathlib.Path(folder))
    return checks.verdict("features")


if __name__ == "__main__":
    sys.exit(main())
