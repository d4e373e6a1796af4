#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compiles a model and holds the emitted code to what is promised of it.

    emitted.py --smelt PROGRAM MODEL.tflite [--golden FOLDER] [--optimize MODE]

The emitted code compiles without a warning with every compiler at hand, with and without hooks,
and under the macros of Arduino; its header is C99 too; its objects need nothing but memcpy and
memset (the C library's functions, where it computes in float) and hold no writable data; it is
formatted, names no path, and is the same bytes from any folder; run, run_in, step and trace agree,
in arenas of garbage, of several instances at once; the golden main passes, and fails on a wrong
number.
"""

import argparse
import pathlib
import re
import sys
import tempfile

import checks
from checks import Model, check, run

HARNESS = r"""
#include "NAME.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int runs = RUNS;
DATA

static void fail(const char *what) {
  printf("FAILED: %s\n", what);
  exit(1);
}

static void set_inputs(NAME_arena *arena, int run) {
  NAME_model *const model = reinterpret_cast<NAME_model *>(
      reinterpret_cast<unsigned char *>(arena) - offsetof(NAME_model, arena));
SET
}

struct outputs {
OUTPUTS
};

static outputs get_outputs(const NAME_arena &arena) {
  outputs result;
  memset(&result, 0, sizeof result);
GET
  return result;
}

static void garbage(void *to, size_t bytes, int seed) {
  srand(static_cast<unsigned>(seed));
  for (size_t i = 0; i < bytes; ++i) static_cast<unsigned char *>(to)[i] = static_cast<unsigned char>(rand());
}

static void reset(NAME_model *model) {
#ifdef NAME_STATE_BYTES
  NAME_reset(model);
#else
  (void)model;
#endif
}

#ifdef NAME_TRACE
// Of steps that run row by row, rows come in order; those that only copy rows are not traced.
static int32_t traced_rows[STEPS];
void NAME_trace(int32_t step, int32_t row, const void *data, size_t bytes) {
  if (step < 0 || step >= STEPS || !data || bytes == 0 || bytes > sizeof(NAME_arena))
    fail("trace's arguments");
  if (row != 0 && row != traced_rows[step]) fail("trace leaves out a row");
  traced_rows[step] = row + 1;
}

static void check_traced() {
  static const bool copies[] = {COPIES};
  for (int step = 0; step < STEPS; ++step)
    if ((traced_rows[step] == 0) != copies[step]) fail("trace leaves out a step");
}
#endif

// As run, by way of `how`.
static void run(NAME_model *model, int how) {
#ifdef NAME_TRACE
  memset(traced_rows, 0, sizeof traced_rows);
#endif
  if (how == 0) {
    NAME_run(model);
  } else if (how == 1) {
    // The arena is another's between runs.
    static NAME_arena shared;
    memcpy(&shared, &model->arena, sizeof shared);
    garbage(&model->arena, sizeof model->arena, 99);
#ifdef NAME_STATE_BYTES
    NAME_run_in(&model->state, &shared);
#else
    NAME_run_in(&shared);
#endif
    memcpy(&model->arena, &shared, sizeof shared);
  } else {
#if defined(NAME_STEP) || defined(NAME_TRACE)
    static NAME_model other;
    int32_t step = 0;
    int steps = 0;
    do {
      step = NAME_step(model, step);
      ++steps;
#ifndef NAME_TRACE
      // Others run in between.
      garbage(&other, sizeof other, steps);
      reset(&other);
      NAME_run(&other);
#endif
    } while (step != 0);
    (void)other;
    if (steps != CALLS) fail("the number of steps");
#endif
  }
}

#ifdef QUANTIZE
QUANTIZE_TEXT
#endif

int main() {
  static outputs first[runs];
#if defined(NAME_STEP) || defined(NAME_TRACE)
  const int ways = 3;
#else
  const int ways = 2;
#endif
  for (int how = 0; how < ways; ++how) {
    static NAME_model models[2];
    garbage(models, sizeof models, how);
    reset(&models[0]);
    reset(&models[1]);
    for (int i = 0; i < runs; ++i) {
      // Two instances, the second of them with other inputs; only the first one's results count.
      garbage(&models[0].arena, sizeof models[0].arena, i + how);
      set_inputs(&models[0].arena, i);
      set_inputs(&models[1].arena, runs - 1 - i);
      run(&models[1], how);
      static NAME_arena before;
      memcpy(&before, &models[0].arena, sizeof before);
      run(&models[0], how);
#ifdef NAME_TRACE
      check_traced();
#endif
#ifdef KEEPS_INPUT
KEPT
#endif
      const outputs now = get_outputs(models[0].arena);
      if (how == 0) first[i] = now;
      if (memcmp(&now, &first[i], sizeof now) != 0) fail("outputs differ");
    }
  }
  for (int i = 0; i < runs; ++i) {
    for (size_t j = 0; j < sizeof first[i]; ++j)
      printf("%02x", reinterpret_cast<const unsigned char *>(&first[i])[j]);
    printf("\n");
  }
#ifdef QUANTIZE
  quantization();
#endif
  return 0;
}
"""

QUANTIZE = r"""
static void one_input_NAME(float x) {
  const float scale = MACRO_SCALE;
  const double exact = static_cast<double>(x / scale);
  double expected = exact != exact ? LOW : round(exact) + MACRO_ZERO_POINT;
  expected = expected < LOW ? LOW : expected > HIGH ? HIGH : expected;
  if (PREFIX_quantize_NAME(x) != static_cast<TYPE>(expected)) {
    printf("%.9g becomes %d, not %g\n", static_cast<double>(x), static_cast<int>(PREFIX_quantize_NAME(x)), expected);
    fail("quantize_NAME");
  }
}

static void quantize_NAME() {
  const float scale = MACRO_SCALE;
  const float special[] = {0.0F, -0.0F, NAN, -NAN, INFINITY, -INFINITY, 3.4e38F, -3.4e38F, 1e-45F, -1e-45F, 2147483648.0F * scale, -2147483648.0F * scale};
  for (const float x : special) one_input_NAME(x);
  // Ties and their neighbours, over more than the range of the type.
  const int from = LOW - (HIGH - LOW) / 8, to = HIGH + (HIGH - LOW) / 8;
  for (int i = from; i <= to; ++i) {
    const float tie = scale * (static_cast<float>(i - (MACRO_ZERO_POINT)) + 0.5F);
    one_input_NAME(tie);
    one_input_NAME(nextafterf(tie, INFINITY));
    one_input_NAME(nextafterf(tie, -INFINITY));
    one_input_NAME(scale * static_cast<float>(i - (MACRO_ZERO_POINT)));
  }
}
"""

DEQUANTIZE = r"""
static void dequantize_NAME() {
  for (int q = LOW; q <= HIGH; ++q) {
    const double exact = static_cast<double>(MACRO_SCALE) * (q - (MACRO_ZERO_POINT));
    if (PREFIX_dequantize_NAME(static_cast<TYPE>(q)) != static_cast<float>(exact)) fail("dequantize_NAME");
  }
}
"""


def quantization_text(model):
    ranges = {"int8_t": (-128, 127), "uint8_t": (0, 255), "int16_t": (-32768, 32767)}
    text, calls = "", ""
    for kind, template in (("input", QUANTIZE), ("output", DEQUANTIZE)):
        for name, ctype, _, quantized in model.ports(kind):
            if not quantized:
                continue
            low, high = ranges[ctype]
            text += (template.replace("PREFIX", model.name).replace("NAME", name)
                     .replace("MACRO", f"{model.macro}_{name.upper()}")
                     .replace("LOW", str(low)).replace("HIGH", str(high)).replace("TYPE", ctype))
            calls += f"  {'quantize' if kind == 'input' else 'dequantize'}_{name}();\n"
    return text + f"static void quantization() {{\n{calls}}}\n"


def harness(model, runs=3):
    data, sets, fields, gets, kept = [], [], [], [], []
    for name, ctype, count, _ in model.ports("input"):
        offset = f"{model.macro}_{name.upper()}_OFFSET"
        numbers = ", ".join(checks.number_texts(ctype, count * runs, name))
        data.append(f"static const {ctype} data_{name}[] = {{{numbers}}};")
        sets.append(f"  memcpy({model.name}_{name}(model), data_{name} + run * {count}, "
                    f"{count} * sizeof({ctype}));")
        kept.append(f"      if (memcmp(models[0].arena.bytes + {offset}, before.bytes + {offset}, "
                    f"{count} * sizeof({ctype})) != 0) fail(\"the input is kept\");")
    for name, ctype, count, _ in model.ports("output"):
        fields.append(f"  {ctype} {name}[{count}];")
        gets.append(f"  memcpy(result.{name}, arena.bytes + {model.macro}_{name.upper()}_OFFSET, "
                    f"sizeof result.{name});")
    calls = len(re.findall(r"^    case \d+:", model.text(".cpp"), re.M))
    steps = checks.steps_of_run(model.text(".cpp"))
    copied = checks.copying_steps(model.text(".cpp"))
    copies = ["true" if step in copied else "false" for step in steps]
    text = HARNESS
    for key, value in {"DATA": data, "SET": sets, "OUTPUTS": fields, "GET": gets, "KEPT": kept}.items():
        text = re.sub(rf"^{key}$", lambda _, lines=value: "\n".join(lines), text, flags=re.M)
    text = re.sub("^QUANTIZE_TEXT$", lambda _: quantization_text(model), text, flags=re.M)
    text = re.sub(r"\bSTEPS\b", str(len(steps)), text)
    text = re.sub(r"\bCALLS\b", str(calls), text)
    text = re.sub(r"\bCOPIES\b", ", ".join(copies), text)
    text = re.sub(r"\bRUNS\b", str(runs), text)
    return re.sub(r"\bNAME_(STATE_BYTES|STEP|TRACE)\b", rf"{model.macro}_\1", text).replace(
        "NAME_", f"{model.name}_").replace("NAME.h", f"{model.name}.h")


def check_runs(model, kept, scratch):
    """Every way to run gives the same bytes."""
    results = {}
    for each, label, options in (
            (model, "plain", ["-O2", "-DQUANTIZE", "-ffp-contract=off"]),
            (model, "step", ["-O1", f"-D{model.macro}_STEP", "-ffp-contract=off"]),
            (model, "trace", ["-O1", f"-D{model.macro}_TRACE", "-ffp-contract=off"]),
            (kept, "keep-input", ["-O1", "-DKEEPS_INPUT", "-ffp-contract=off",
                                  "-fsanitize=address,undefined", "-fno-sanitize-recover=all"])):
        source = scratch / f"harness_{label}.cpp"
        source.write_text(harness(each))
        program = scratch / f"harness_{label}"
        done = run("g++", "-std=c++14", *options, f"-I{each.folder}", source, *each.sources,
                   "-o", program)
        if not check(done.returncode == 0, f"harness {label}:\n{done.stdout[:3000]}"):
            continue
        done = run(program)
        check(done.returncode == 0, f"harness {label}: {done.stdout[-1000:]}")
        results[label] = done.stdout
    check(len(set(results.values())) <= 1, f"results of {list(results)} differ")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smelt", required=True, type=pathlib.Path)
    parser.add_argument("--golden", type=pathlib.Path)
    parser.add_argument("--optimize", default="balanced")
    parser.add_argument("model", type=pathlib.Path)
    options = parser.parse_args()
    smelt, file = options.smelt.resolve(), options.model.resolve()
    golden = options.golden.resolve() if options.golden else None
    with tempfile.TemporaryDirectory(prefix="smelt-emitted-") as folder:
        scratch = pathlib.Path(folder)
        golden = golden if checks.golden_fits(smelt, file, golden) else None
        mode = ["--optimize", options.optimize]
        model = Model(smelt, file, scratch / "out", golden, mode)
        kept = Model(smelt, file, scratch / "kept", extra=[*mode, "--keep-input"])
        checks.check_data_sheet(model, file)
        checks.check_same_bytes(smelt, model, file, golden, scratch, mode)
        checks.check_code(model, {str(scratch), str(file.parent)}, scratch)
        check_runs(model, kept, scratch)
    return checks.verdict(file.name)


if __name__ == "__main__":
    sys.exit(main())
