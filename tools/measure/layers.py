# SPDX-License-Identifier: Apache-2.0
"""What each layer of emitted code takes.

Nothing is added to the code for that: it is the code of every other measurement, compiled with -g,
which does not change an instruction. Debug information says of each instruction which line of
model.cpp it comes from, through all that was inlined there; the comment above that line says which
step that is. A function that layers share is of no line there, and counts for the layer that called
it. Where the compiler mixed the instructions of two layers, each counts for its own."""

import json
import re

from . import emitted

# "// 3  conv_2, 9,216 MACs"; "// 0-10  input to conv_9, row by row" is of no single step.
TITLE = re.compile(r" *// (\d+)(-\d+)?  \S")
# What does no layer's work itself.
NETWORK = re.compile(r"[\w ]+ (\w+_)?(run|push_row|pipeline_\d+)(_in)?\(")
INSTRUCTION = re.compile(r"^ *([0-9a-f]+):\t", re.M)
SHARED = "_ZN5smelt"  # a function in namespace smelt
BETWEEN = -1

# What is computed of so many inputs per output is not ruled by the work that each output takes.
MANY_TAPS = 128


def _steps_of_lines(source):
    """By number of a line, from 1, the step that its code is part of; none of code that is no
    layer's own."""
    steps, step = {}, None
    for number, line in enumerate(source.read_text().splitlines(), 1):
        title = TITLE.match(line)
        if title:
            step = BETWEEN if title.group(2) else int(title.group(1))
        elif step is None and NETWORK.match(line):
            step = BETWEEN
        elif line == "}":
            step = None
        if step is not None:
            steps[number] = step
    return steps


def _step_of(functions, places, steps, file):
    """Of an instruction, by what it comes from, the innermost first: BETWEEN for what run and
    pipelines do themselves, None for what is no layer's own."""
    # A function of the runtime may be said to be of the file that includes it.
    if functions[-1].startswith(SHARED):
        return None
    lines = [re.search(rf"/{file}:(\d+)", place) for place in reversed(places)]
    found = [steps.get(int(line.group(1))) if line else None for line in lines]
    own = [step for step in found if step is not None and step != BETWEEN]
    return own[0] if own else found[0]


def of_instructions(prefix, program, source):
    """By address, the step of every instruction of a program that is of a line of that source."""
    steps = _steps_of_lines(source)
    addresses = INSTRUCTION.findall(emitted.run([f"{prefix}objdump", "-d", program]))
    # This machine's reads the debug information of all others; avr-addr2line misreads its own.
    text = emitted.run(["addr2line", "-i", "-f", "-a", "-e", program],
                       input="\n".join(addresses))
    result = {}
    for block in re.split(r"^0x", text, flags=re.M)[1:]:
        address, *lines = block.splitlines()
        step = _step_of(lines[::2], lines[1::2], steps, source.name)
        if step is not None:
            result[int(address, 16)] = step
    return result


def write_steps(path, of_address, count):
    """For the emulators: what comes between layers is the step behind the last."""
    lines = [f"{address:x} {count if step == BETWEEN else step}\n"
             for address, step in sorted(of_address.items())]
    path.write_text(f"{count + 1}\n{''.join(lines)}")


def of_model(smelt, case, options):
    """The steps of a model, as smelt plans it with those options."""
    steps = json.loads(emitted.run([smelt, "plan", case.model, "--json", *options]))["steps"]
    return [{"name": step["name"], "kernel": step["kernel"], "macs": step["macs"],
             "taps": step["macs"] // step["outputs"] if step["outputs"] else 0} for step in steps]


def with_counts(steps, total, counts):
    """The steps with what they take, and at the end what is between them. `total`, and for each
    step one of `counts`, have counts by name."""
    rows = [{**step, **count} for step, count in zip(steps, counts)]
    rest = {key: None if value is None else value - sum(row[key] for row in rows)
            for key, value in total.items()}
    return rows + [{"name": "between layers", "kernel": None, "macs": 0, "taps": 0, **rest}]
