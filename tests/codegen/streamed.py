#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compiles a model that takes its input row by row, and holds the emitted code to its promises.

    streamed.py --smelt PROGRAM --stream rows|time [--golden FOLDER] MODEL

Besides what checks.py holds of all emitted code: two instances that take rows by turns, in memory
of garbage, give the bytes of the model that takes its input as a whole, input by input, or window
by window of rows without end; the countdown of missing rows is right; rows are read only, and only
while they are pushed; a reset in the middle begins anew; traces see every row of every layer, in
order.
"""

import argparse
import pathlib
import re
import sys
import tempfile

import checks
from checks import Model, check, run

WHOLE = "taken_whole"  # name of the same model without --stream


class Streamed(Model):
    """A model that takes rows."""

    def use(self, folder):
        super().use(folder)
        self.type = re.search(rf"_push_row\({self.name}_model \*model, const (\w+) \*row\)",
                              self.header).group(1)

    def uses(self):
        name, rows = self.name, f"{self.macro}_INPUT_COUNT"
        return [f"static const {self.type} input[{rows}] = {{0}};", f"{name}_reset(model);",
                f"sum += {name}_push_row(model, input);",
                f"sum += {name}_push_row_in(&model->state, &model->arena, input);",
                f"{name}_run(model, input);"] + [
                    f"sum += (double)*{name}_{port}(model);"
                    for port, *_ in self.ports("output")]

    def for_avr(self):
        fits = self.golden.exists() and self.golden.stat().st_size < 2 * checks.AVR_OBJECT
        return self.sources + ([self.golden] if fits else [])

    def stages(self):
        """By step that runs row by row: the rows that are traced of an input, 0 of copies."""
        drawn = re.findall(r"^// +(\d+)  \S+ +(\d+) x \d+ ", self.text(".cpp"), re.M)
        copies = checks.copying_steps(self.text(".cpp"))
        return {int(step): 0 if int(step) in copies else int(rows) for step, rows in drawn}

    def periods(self):
        """By field of the counters: what is taken off them now and then, of rows without end."""
        return dict(re.findall(r"done\.(\w+) = static_cast<int\w+>\(done\.\1 - (\d+)\);",
                               self.text(".cpp")))

    def counters(self):
        """The fields, in the order of steps."""
        fields = re.search(r"struct rows_0 \{\n(.*?)\};", self.text(".cpp"), re.S).group(1)
        return re.findall(r"^  int\d+_t (\w+);$", fields, re.M)


HARNESS = r"""
#include "NAME.h"
#include "WHOLE.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef TYPE element;
static const int32_t rows = MACRO_INPUT_ROWS, pitch = MACRO_INPUT_ROW_COUNT;
static const bool endless = ENDLESS;
static const int32_t pushed_rows = PUSHED;
static element data[2][(PUSHED + MACRO_INPUT_ROWS) * MACRO_INPUT_ROW_COUNT];

static void fail(const char *what, int32_t instance, int32_t row) {
  printf("FAILED: %s, instance %d, row %d\n", what, static_cast<int>(instance), static_cast<int>(row));
  exit(1);
}

static void garbage(void *to, size_t bytes) {
  for (size_t i = 0; i < bytes; ++i) static_cast<unsigned char *>(to)[i] = static_cast<unsigned char>(rand());
}

static void draw(float *to) { *to = static_cast<float>(rand() % 4001 - 2000) / 1000.0F; }
template <typename T>
static void draw(T *to) { *to = static_cast<T>(rand()); }

// The first keeps state and arena apart, the second is a model of its own.
struct instance {
  NAME_model *model;
  NAME_state *state;
  NAME_arena *arena;
  int32_t row, missing, results;
};
static instance instances[2];
// Rows to the first result, and from one to the next.
static int32_t first, stride;

#ifdef MACRO_TRACE
static const int32_t traced_of_input[] = {TRACED};
static const int32_t periods[] = {PERIODS};
static int32_t tracing, seen[2][STEPS], next_row[2][STEPS], fallen_back[STEPS];
static size_t bytes_of[STEPS];
void NAME_trace(int32_t step, int32_t row, const void *from, size_t bytes) {
  const instance &at = instances[tracing];
  const unsigned char *const begin = static_cast<const unsigned char *>(from);
  if (step < 0 || step >= STEPS || traced_of_input[step] == 0) fail("no step to trace", tracing, at.row);
  const bool in_arena = begin >= at.arena->bytes && begin + bytes <= at.arena->bytes + sizeof *at.arena;
  const bool in_state = begin >= at.state->bytes && begin + bytes <= at.state->bytes + sizeof *at.state;
  if (bytes == 0 || (!in_arena && !in_state)) fail("traced bytes", tracing, at.row);
  if (bytes_of[step] == 0) bytes_of[step] = bytes;
  if (bytes_of[step] != bytes) fail("traced rows differ in size", tracing, at.row);
  // Of what follows the rows, there is one.
  int32_t &next = next_row[tracing][step];
  if (row != next && (periods[step] == 0 || row != next - periods[step])) fail("traced row", tracing, at.row);
  if (row < next) ++fallen_back[step];
  next = traced_of_input[step] == 1 && periods[step] == 0 ? 0 : row + 1;
  ++seen[tracing][step];
}

static void check_traced(int32_t i) {
  for (int32_t step = 0; step < STEPS; ++step) {
    const bool all = endless ? (seen[i][step] == 0) == (traced_of_input[step] == 0) : seen[i][step] == traced_of_input[step];
    if (!all) fail("trace leaves out a row", i, step);
    if (!endless) seen[i][step] = next_row[i][step] = 0;
  }
}
#endif

static void check_outputs(int32_t i, const element *input) {
  static WHOLE_model whole;
  garbage(&whole, sizeof whole);
  memcpy(WHOLE_input(&whole), input, static_cast<size_t>(rows * pitch) * sizeof(element));
  WHOLE_run(&whole);
  const instance &at = instances[i];
OUTPUTS
}

static void count(int32_t i, int32_t missing) {
  instance &at = instances[i];
  if (at.missing > 0 && missing != at.missing - 1) fail("the countdown", i, at.row);
  if (missing < 0) fail("rows too many", i, at.row);
  if (at.missing == 0) {
    int32_t &total = at.results == 0 || !endless ? first : stride;
    if (total == 0) total = missing + 1;
    if (total != missing + 1) fail("the rows wanted", i, at.row);
  }
  at.missing = missing;
}

static void push(int32_t i) {
  instance &at = instances[i];
  const element *const from = data[i] + at.row * pitch;
  // Exactly as long as a row, and gone after the call.
  const size_t bytes = static_cast<size_t>(pitch) * sizeof(element);
  element *const row = static_cast<element *>(malloc(bytes));
  memcpy(row, from, bytes);
#ifdef MACRO_TRACE
  tracing = i;
#endif
  const int32_t missing = i == 0 ? NAME_push_row_in(at.state, at.arena, row) : NAME_push_row(at.model, row);
  if (memcmp(row, from, bytes) != 0) fail("the row is changed", i, at.row);
  garbage(row, bytes);
  free(row);
  count(i, missing);
  ++at.row;
  if (missing == 0) {
    const int32_t begin = endless ? at.results * stride : at.row - rows;
    check_outputs(i, data[i] + begin * pitch);
    ++at.results;
#ifdef MACRO_TRACE
    check_traced(i);
#endif
  }
  // Between inputs the arena is another's; of rows without end, between any two.
  if (missing == 0 || endless) garbage(at.arena, sizeof *at.arena);
}

static void restart(int32_t i) {
  instance &at = instances[i];
  garbage(at.model, sizeof *at.model);
  NAME_reset(at.model);
  if (i == 0) {
    garbage(at.arena, sizeof *at.arena);
    memcpy(at.state, &at.model->state, sizeof *at.state);
  }
  at.row = at.missing = at.results = 0;
#ifdef MACRO_TRACE
  memset(seen[i], 0, sizeof seen[i]);
  memset(next_row[i], 0, sizeof next_row[i]);
#endif
}

int main() {
  for (int32_t i = 0; i < 2; ++i) {
    instance &at = instances[i];
    at.model = static_cast<NAME_model *>(malloc(sizeof(NAME_model)));
    at.state = i == 1 ? &at.model->state : static_cast<NAME_state *>(malloc(sizeof(NAME_state)));
    at.arena = i == 1 ? &at.model->arena : static_cast<NAME_arena *>(malloc(sizeof(NAME_arena)));
    for (size_t j = 0; j < sizeof data[i] / sizeof *data[i]; ++j) draw(&data[i][j]);
    restart(i);
  }
  // Begun and given up.
  for (int32_t row = 0; row <= rows / 2; ++row) push(1);
  restart(1);
  const int32_t lag = 3;
  for (int32_t row = 0; row < pushed_rows + lag; ++row) {
    if (row < pushed_rows) push(0);
    // The first result says how many rows there are to the next.
    if (row >= lag) push(1);
  }
  if (first <= 0 || first > rows || (!endless && first != rows)) fail("rows of an input", 0, first);
  if (instances[0].results < WANTED || instances[1].results < WANTED) fail("too few results", 0, 0);
  const int32_t results = instances[0].results;
#ifdef MACRO_TRACE
  // Numbers of rows without end stay small.
  for (int32_t step = 0; step < STEPS; ++step)
    if (periods[step] > 0 && traced_of_input[step] > 0 && fallen_back[step] < 2) fail("rows go on", 0, step);
#endif
#ifndef MACRO_TRACE
  restart(0);
  free(instances[0].state);
  free(instances[0].arena);
  instances[0].state = &instances[0].model->state;
  instances[0].arena = &instances[0].model->arena;
  for (int32_t times = 0; times < 2; ++times) {
    NAME_run(instances[0].model, data[0] + times * pitch);
    check_outputs(0, data[0] + times * pitch);
  }
#endif
  printf("%d results after %d rows, then every %d\n", static_cast<int>(results), static_cast<int>(first), static_cast<int>(endless ? stride : first));
  return 0;
}
"""


def compared_outputs(model):
    lines = []
    for name, *_ in model.ports("output"):
        # Of rows without end, outputs may be state.
        region = re.search(rf"\*{model.name}_{name}\(.*?model->(\w+)\.bytes", model.header,
                           re.S).group(1)
        lines.append(f"  if (memcmp(at.{region}->bytes + {model.macro}_{name.upper()}_OFFSET, "
                     f"{WHOLE}_{name}(&whole), {model.macro}_{name.upper()}_COUNT * "
                     f"sizeof *{WHOLE}_{name}(&whole)) != 0) fail(\"{name} differs\", i, at.row);")
    return "\n".join(lines)


def rows_to_push(model, endless):
    """Some inputs; of rows without end, until the counters have begun anew more than once."""
    rows = model.number("INPUT_ROWS")
    if not endless:
        return 3 * rows
    return min(rows + 2 * max(int(period) for period in model.periods().values()) + 20, 400)


def harness(model, stream):
    endless = stream == "time"
    stages = model.stages()
    steps = len(checks.steps_of_run(model.network()))
    periods = [model.periods().get(name, "0") for name in model.counters()]
    values = {
        "TYPE": model.type, "ENDLESS": str(endless).lower(), "STEPS": str(steps),
        "PUSHED": str(rows_to_push(model, endless)), "WANTED": "5" if endless else "3",
        "TRACED": ", ".join(str(stages.get(step, 1)) for step in range(steps)),
        "PERIODS": ", ".join(periods + ["0"] * (steps - len(periods))),
        "OUTPUTS": compared_outputs(model)}
    text = HARNESS
    for key, value in values.items():
        text = re.sub(rf"\b{key}\b", lambda _, value=value: value, text)
    for key, value in (("MACRO_", f"{model.macro}_"), ("NAME", model.name), ("WHOLE", WHOLE)):
        text = text.replace(key, value)
    return text


def check_rows(model, whole, stream, scratch):
    """Rows give what the whole input gives."""
    source, program = scratch / "harness.cpp", scratch / "harness"
    source.write_text(harness(model, stream))
    for options in (["-O2"], ["-O1", f"-D{model.macro}_TRACE"],
                    ["-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]):
        command = ["g++", "-std=c++14", "-Wall", "-Wextra", "-ffp-contract=off", *options]
        done = run(*command, f"-I{model.folder}", f"-I{whole.folder}", source, *model.sources,
                   *whole.sources, "-o", program)
        if not check(done.returncode == 0, f"harness {options}:\n{done.stdout[:3000]}"):
            continue
        done = run(program)
        check(done.returncode == 0, f"harness {options}: {done.stdout[-1000:]}")
        print(done.stdout, end="")


def check_sheet(model, file, stream):
    checks.check_data_sheet(model, file)
    sheet = " ".join(model.header[:model.header.index("#ifndef")].replace("//", " ").split())
    for wanted in ("the input comes row by row", f"--stream {stream}",
                   f"{model.number('ARENA_BYTES'):,} B arena",
                   f"{model.number('STATE_BYTES'):,} B state"):
        check(wanted in sheet, f"the data sheet does not say \"{wanted}\"")
    rows, elements = model.number("INPUT_ROWS"), model.number("INPUT_ROW_COUNT")
    check(rows * elements == model.number("INPUT_COUNT"), "rows make up the input")
    check(not model.ports("input"), "an input that comes by rows is nowhere to be written")
    check(len(model.stages()) == len(model.counters()), "all stages are drawn")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smelt", required=True, type=pathlib.Path)
    parser.add_argument("--stream", required=True, choices=("rows", "time"))
    parser.add_argument("--golden", type=pathlib.Path)
    parser.add_argument("--calibrate", type=pathlib.Path, help="quantized to int8 by these data")
    parser.add_argument("model", type=pathlib.Path)
    options = parser.parse_args()
    smelt, file = options.smelt.resolve(), options.model.resolve()
    golden = options.golden.resolve() if options.golden else None
    extra = ["--optimize", "ram"]
    if options.calibrate:
        extra += ["--quantize", "int8", "--calibrate", options.calibrate.resolve()]
    streamed = [*extra, "--stream", options.stream]
    with tempfile.TemporaryDirectory(prefix="smelt-streamed-") as folder:
        scratch = pathlib.Path(folder)
        model = Streamed(smelt, file, scratch / "out", golden, streamed)
        whole = Model(smelt, file, scratch / "whole", extra=[*extra, "--name", WHOLE])
        check_sheet(model, file, options.stream)
        checks.check_same_bytes(smelt, model, file, golden, scratch, streamed)
        checks.check_code(model, {str(scratch), str(file.parent)}, scratch)
        check_rows(model, whole, options.stream, scratch)
    return checks.verdict(f"{file.name} by {options.stream}")


if __name__ == "__main__":
    sys.exit(main())
