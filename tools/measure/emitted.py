# SPDX-License-Identifier: Apache-2.0
"""Runs smelt and the tools that build what it emits."""

import json
import subprocess
import sys

NAME = "model"


class DoesNotFit(Exception):
    """A model is too large for its device."""


def run(command, **options):
    """Runs a command that must succeed; its output."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False, **options)
    if done.returncode != 0:
        sys.exit(f"{done.stdout}\ntools/bench: failed: {' '.join(str(w) for w in command)}")
    return done.stdout


def emit(smelt, case, mode, folder, options=()):
    """Emits a model and its golden check into a folder, with the options of a mode; smelt's own report."""
    command = [smelt, "compile", case.model, "-o", folder, "--name", NAME, "--json",
               "--golden", case.golden, *mode, *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          check=False)
    if done.returncode == 0:
        return json.loads(done.stdout)
    if "error: needs " in done.stderr or "cannot take its input row by row" in done.stderr:
        raise DoesNotFit(done.stderr.splitlines()[0])
    sys.exit(f"{done.stderr}\ntools/bench: smelt refuses {case.name}")
