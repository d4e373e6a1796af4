#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compiles a model and holds the emitted code to what is promised of it.

    emitted.py --smelt PROGRAM MODEL.tflite [--golden FOLDER]

The emitted code compiles without a warning with every compiler at hand, with and without hooks,
and under the macros of Arduino; its header is C99 too; its objects need nothing but memcpy and
memset (the C library's functions, where it computes in float) and hold no writable data; it is
formatted, names no path, and is the same bytes from any folder; run, run_in, step and trace agree,
in arenas of garbage, of several instances at once; the golden main passes, and fails on a wrong
number.
"""

import argparse
import os
import pathlib
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
WARNINGS = ("-Wall -Wextra -Wconversion -Wshadow -Wundef -pedantic -Werror "
            "-fno-exceptions -fno-rtti -ffreestanding").split()
STYLE = ("{BasedOnStyle: Google, ColumnLimit: 100, PointerAlignment: Right, "
         "DerivePointerAlignment: false}")
MATH = {"acosf", "asinf", "atanf", "ceilf", "copysignf", "cosf", "coshf", "expf", "fabsf", "floorf",
        "fmodf", "logf", "powf", "roundf", "sinf", "sinhf", "sqrtf", "tanf", "tanhf"}
WIDEST = 120
AVR_OBJECT = 32767

problems = []


def check(good, message):
    if not good:
        problems.append(message)
        print(f"FAILED: {message}")
    return good


def run(*command, cwd=None):
    return subprocess.run([str(word) for word in command], cwd=cwd, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)


def compilers():
    return [name for name in ("g++", "clang++", "clang++-19") if shutil.which(name)]


class Model:
    """A model compiled into a folder."""

    def __init__(self, smelt, model, folder, golden=None, extra=(), cwd=None):
        self.folder = pathlib.Path(folder)
        command = [smelt, "compile", model, "-o", folder, *extra]
        if golden:
            command += ["--golden", golden]
        done = run(*command, cwd=cwd)
        if done.returncode != 0:
            sys.exit(f"smelt cannot compile {model}:\n{done.stdout}")
        self.use(self.folder)

    def use(self, folder):
        """Takes what has been emitted into a folder."""
        (weights,) = folder.glob("*_weights.cpp")
        self.name = weights.name.removesuffix("_weights.cpp")
        self.macro = self.name.upper()
        self.sources = [self.folder / f"{self.name}.cpp", weights]
        self.golden = self.folder / f"{self.name}_golden.cpp"
        self.header = self.text(".h")

    def text(self, suffix):
        return (self.folder / (self.name + suffix)).read_text()

    def own_files(self):
        return sorted(self.folder.glob("*.h")) + sorted(self.folder.glob("*.cpp"))

    def files(self):
        """Bytes by path."""
        return {path.relative_to(self.folder): path.read_bytes()
                for path in self.folder.rglob("*") if path.is_file()}

    def number(self, name):
        found = re.search(rf"^#define {self.macro}_{name} (\d+)u$", self.header, re.M)
        return int(found.group(1)) if found else None

    def ports(self, kind):
        """(suffix of the access function, C type, elements, quantized) of inputs or outputs."""
        pattern = rf"static inline (\w+) \*{self.name}_({kind}\w*)\("
        verb = "quantize" if kind == "input" else "dequantize"
        return [(name, ctype, self.number(f"{name.upper()}_COUNT"),
                 f"{self.name}_{verb}_{name}(" in self.header)
                for ctype, name in re.findall(pattern, self.header)]

    def real(self):
        """Whether it computes in float."""
        return "float" in self.text(".cpp") + self.text("_weights.h") or "_f32" in self.text(".cpp")


def check_warnings(model, scratch):
    hooks = [[], [f"-D{model.macro}_STEP"], [f"-D{model.macro}_TRACE"]]
    sources = model.sources + ([model.golden] if model.golden.exists() else [])
    for compiler in compilers():
        for level in ("-O0", "-O2") if compiler == "g++" else ("-O0",):
            for hook in hooks if level == "-O0" else hooks[:1]:
                for source in sources:
                    # Weights are the same whatever the hooks.
                    if hook and source != model.sources[0]:
                        continue
                    done = run(compiler, "-std=c++14", level, *WARNINGS, *hook, f"-I{model.folder}",
                               "-c", source, "-o", scratch / "out.o")
                    check(done.returncode == 0,
                          f"{compiler} {level} {hook} {source.name}:\n{done.stdout[:3000]}")
    done = run("g++", "-std=c++14", "-O1", *WARNINGS, "-include", HERE / "arduino.h",
               f"-I{model.folder}", "-c", model.sources[0], "-o", scratch / "out.o")
    check(done.returncode == 0, f"Arduino's macros, {model.name}:\n{done.stdout[:3000]}")


def check_avr(model, scratch):
    if not shutil.which("avr-g++"):
        print("skipped: no avr-g++")
        return
    sizes = {"int8_t": 1, "uint8_t": 1, "int16_t": 2, "int32_t": 4, "float": 4, "int64_t": 8}
    arrays = re.findall(r"extern const (\w+) \w+\[(\d+)\]", model.text("_weights.h"))
    largest = max([sizes[ctype] * int(count) for ctype, count in arrays] +
                  [model.number("ARENA_BYTES")])
    if largest > AVR_OBJECT:
        print(f"skipped avr-g++: an object of {largest} bytes")
        return
    for options in ([], [f"-D{model.macro}_TRACE"], ["-include", HERE / "arduino.h"]):
        for source in model.sources:
            done = run("avr-g++", "-mmcu=atmega2560", "-Os", "-std=c++14", *WARNINGS, *options,
                       f"-I{model.folder}", "-c", source, "-o", scratch / "avr.o")
            check(done.returncode == 0, f"avr-g++ {options} {source.name}:\n{done.stdout[:3000]}")


def check_header(model, scratch):
    uses = "\n".join(f"  sum += (double)*{model.name}_{name}(model);"
                     for kind in ("input", "output") for name, *_ in model.ports(kind))
    source = scratch / "use.c"
    source.write_text(f'#include "{model.name}.h"\n#include "{model.name}.h"\n'
                      f"double use({model.name}_model *model);\n"
                      f"double use({model.name}_model *model) {{\n  double sum = 0;\n"
                      f"  {model.name}_run(model);\n{uses}\n  return sum;\n}}\n")
    for command in (["gcc", "-std=c99"], ["g++", "-xc++", "-std=c++14"], ["g++", "-xc++", "-std=c++20"]):
        for hook in ([], [f"-D{model.macro}_TRACE"], [f"-D{model.macro}_STEP"]):
            done = run(*command, "-pedantic", "-Wall", "-Wextra", "-Wconversion", "-Wundef", "-Werror",
                       *hook, f"-I{model.folder}", "-c", source, "-o", scratch / "use.o")
            check(done.returncode == 0, f"header, {command} {hook}:\n{done.stdout[:3000]}")


def check_objects(model, scratch):
    """What the objects need and hold."""
    for compiler in compilers():
        needed, given = set(), set()
        for source in model.sources:
            out = scratch / "out.o"
            run(compiler, "-std=c++14", "-O2", "-fno-pie", "-fno-exceptions", "-fno-rtti",
                "-ffreestanding", f"-I{model.folder}", "-c", source, "-o", out)
            for line in run("nm", "-C", out).stdout.splitlines():
                kind, name = line[17:18], line[19:]
                (needed if kind == "U" else given).add(name)
                check(kind in "UTtRrW", f"{compiler}: {source.name} holds {kind} {name}")
                check("vtable" not in name and "typeinfo" not in name, f"{compiler}: {name}")
            for line in run("objdump", "-h", out).stdout.splitlines():
                words = line.split()
                if len(words) == 7 and words[1].startswith((".data", ".bss", ".init_array", ".ctors",
                                                            ".tdata", ".tbss")):
                    check(int(words[2], 16) == 0 or words[1].startswith(".data.rel.ro"),
                          f"{compiler}: {source.name} has {words[1]} of {int(words[2], 16)} bytes")
        allowed = {"memcpy", "memset"} | (MATH if model.real() else set())
        check(needed - given <= allowed, f"{compiler}: needs {sorted(needed - given - allowed)}")


def check_text(model, strings):
    runtime = set(re.findall(r'#include "(smelt/\w+\.h)"', model.text(".cpp")))
    calls = set(re.findall(r"smelt::(\w+?)(?:_[su]8|_f32|_s16|_s32|_s64)?\b", model.text(".cpp")))
    check(runtime and calls, "the source includes the runtime and calls it")
    for path in model.own_files():
        text = path.read_text()
        check(text.endswith("\n") and not text.endswith("\n\n"), f"{path.name}: end of file")
        check(text.startswith("// SPDX-License-Identifier: Apache-2.0\n"), f"{path.name}: licence")
        for number, line in enumerate(text.splitlines(), 1):
            check(len(line) <= WIDEST, f"{path.name}:{number}: {len(line)} columns")
            check(line == line.rstrip() and line.isascii() and "\t" not in line,
                  f"{path.name}:{number}: blanks at the end, tabs or characters outside ASCII")
        for string in strings:
            check(string not in text, f"{path.name} names {string}")
        check(not re.search(r"\b\d\d:\d\d:\d\d\b|\b20\d\d-\d\d-\d\d\b", text),
              f"{path.name} names a time")
    for path in model.folder.glob("smelt/*.h"):
        check("SPDX-License-Identifier" in path.read_text(), f"{path.name}: licence")


def check_format(model):
    if not shutil.which("clang-format-14"):
        print("skipped: no clang-format-14")
        return
    for path in model.own_files():
        formatted = run("clang-format-14", f"--style={STYLE}", path).stdout
        if not check(formatted == path.read_text(), f"{path.name} is not formatted"):
            (pathlib.Path(tempfile.gettempdir()) / "formatted").write_text(formatted)
            print(run("diff", path, pathlib.Path(tempfile.gettempdir()) / "formatted").stdout[:2000])


def steps_of_run(text):
    """Numbers in the comments of the calls; a pipeline's is a range."""
    titles = re.findall(r"^  // (\d+)(?:-(\d+))?  ", text, re.M)
    return [step for first, last in titles for step in range(int(first), int(last or first) + 1)]


def check_data_sheet(model, file):
    """The header says what the model is, and where everything lies; run is the network."""
    sheet = model.header[:model.header.index("#ifndef")]
    digest = run("sha256sum", file).stdout.split()[0]
    for wanted in (file.name, digest, "smelt compile ", "passes ", "flash ", "ram ", "work ",
                   "Memory map of the arena"):
        check(wanted in sheet, f"the data sheet does not say \"{wanted}\"")
    body = re.search(r"\nvoid run\(.*?\n}\n", model.text(".cpp"), re.S).group(0)
    places = re.findall(r"\*const (\w+) = smelt::at<\w+>\(\w+, (\d+)\);", body)
    for name, offset in places:
        check(re.search(rf"^// +{offset} \.\. \d+ +{name} ", sheet, re.M),
              f"the memory map does not show {name} at {offset}")
    steps = steps_of_run(body)
    check(steps == list(range(len(steps))) and steps, f"steps of run: {steps}")
    bytes_of_arena = max((int(end) for end in re.findall(r"^// +\d+ \.\. (\d+) ", sheet, re.M)),
                         default=0)
    check(bytes_of_arena <= max(model.number("ARENA_BYTES"), model.number("STATE_BYTES") or 0),
          "the memory map ends within the arena")


def check_same_bytes(smelt, model, file, golden, scratch):
    """From another folder, of a file elsewhere, under another path."""
    elsewhere = scratch / "else where"
    elsewhere.mkdir()
    copy = elsewhere / file.name
    shutil.copy(file, copy)
    again = Model(smelt, copy.name, scratch / "again", golden, cwd=elsewhere)
    one, two = model.files(), again.files()
    check(one == two, f"{[str(k) for k in one.keys() | two.keys() if one.get(k) != two.get(k)]} "
          "differ between two compiles")


def number_texts(ctype, count, seed):
    draw = random.Random(seed)
    if ctype == "float":
        return [f"{draw.uniform(-2, 2):.6f}F" for _ in range(count)]
    limits = {"int8_t": (-128, 127), "uint8_t": (0, 255), "int16_t": (-32767, 32767)}
    low, high = limits.get(ctype, (0, 3))
    return [str(draw.randint(low, high)) for _ in range(count)]


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
        numbers = ", ".join(number_texts(ctype, count * runs, name))
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
    steps = steps_of_run(model.text(".cpp"))
    copied = re.findall(r"^// (\d+)  .*  rows into a ring$", model.text(".cpp"), re.M)
    copies = ["true" if str(step) in copied else "false" for step in steps]
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


def check_golden(model, scratch):
    """The golden main passes, hooks or not; and fails where a number is wrong."""
    if not model.golden.exists():
        print("skipped: no golden outputs that fit")
        return
    program = scratch / "golden"
    text = model.golden.read_text()
    (cases,) = re.findall(r"cases = (\d+);", text)
    for options in (["-O2"], ["-O1", f"-D{model.macro}_STEP"]):
        done = run("g++", "-std=c++14", *options, f"-I{model.folder}", model.golden, *model.sources,
                   "-o", program)
        if not check(done.returncode == 0, f"golden main:\n{done.stdout[:3000]}"):
            return
        done = run(program)
        check(done.returncode == 0 and done.stdout == f"{model.name}: {cases} cases, 0 failed\n",
              f"golden main: {done.stdout[:1000]}")
    name, ctype, *_ = model.ports("output")[0]
    start = text.index("= {", text.index(f" {name}[cases")) + 3
    first = re.compile(r"-?[\d.]+(e-?\d+)?F?").search(text, start)
    wrong = {"float": "1e30F"}.get(ctype, "5" if first.group(0) != "5" else "6")
    broken = scratch / "broken.cpp"
    broken.write_text(text[:first.start()] + wrong + text[first.end():])
    run("g++", "-std=c++14", "-O1", f"-I{model.folder}", broken, *model.sources, "-o", program)
    done = run(program)
    check(done.returncode == 1 and done.stdout.startswith(f"case 0: {name}[") and
          done.stdout.endswith(f"{model.name}: {cases} cases, 1 failed\n"),
          f"a wrong golden output: {done.stdout[:1000]}")


def golden_fits(smelt, file, golden):
    """Whether the folder holds outputs of this model (another's may lie beside it)."""
    if not golden:
        return False
    with tempfile.TemporaryDirectory() as folder:
        done = run(smelt, "compile", file, "-o", folder, "--golden", golden)
        return done.returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smelt", required=True, type=pathlib.Path)
    parser.add_argument("--golden", type=pathlib.Path)
    parser.add_argument("model", type=pathlib.Path)
    options = parser.parse_args()
    smelt, file = options.smelt.resolve(), options.model.resolve()
    golden = options.golden.resolve() if options.golden else None
    with tempfile.TemporaryDirectory(prefix="smelt-emitted-") as folder:
        scratch = pathlib.Path(folder)
        golden = golden if golden_fits(smelt, file, golden) else None
        model = Model(smelt, file, scratch / "out", golden)
        kept = Model(smelt, file, scratch / "kept", extra=["--keep-input"])
        check_text(model, {str(scratch), str(file.parent), str(pathlib.Path.cwd()),
                           socket.gethostname(), os.environ.get("HOME", "/root") + "/"})
        check_data_sheet(model, file)
        check_format(model)
        check_same_bytes(smelt, model, file, golden, scratch)
        check_header(model, scratch)
        check_objects(model, scratch)
        check_warnings(model, scratch)
        check_avr(model, scratch)
        check_golden(model, scratch)
        check_runs(model, kept, scratch)
    print(f"{file.name}: {'good' if not problems else f'{len(problems)} problems'}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
