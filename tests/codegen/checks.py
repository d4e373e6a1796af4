# SPDX-License-Identifier: Apache-2.0
"""What is held of any emitted code, whatever it computes and however its input comes."""

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

    def uses(self):
        """Statements in C that call what the header offers of `model`, and add to `sum`."""
        return [f"{self.name}_run(model);"] + [
            f"sum += (double)*{self.name}_{name}(model);"
            for kind in ("input", "output") for name, *_ in self.ports(kind)]

    def for_avr(self):
        """Sources that read differently there."""
        return self.sources

    def network(self):
        """The functions that call the steps, in the order of these."""
        functions = [re.search(rf"\n{head}\(.*?\n}}\n", self.text(".cpp"), re.S)
                     for head in ("int32_t push_row", "void run")]
        return "".join(found.group(0) for found in functions if found)

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
                  [model.number("ARENA_BYTES"), model.number("STATE_BYTES") or 0])
    if largest > AVR_OBJECT:
        print(f"skipped avr-g++: an object of {largest} bytes")
        return
    for options in ([], [f"-D{model.macro}_TRACE"], ["-include", HERE / "arduino.h"]):
        for source in model.for_avr():
            done = run("avr-g++", "-mmcu=atmega2560", "-Os", "-std=c++14", *WARNINGS, *options,
                       f"-I{model.folder}", "-c", source, "-o", scratch / "avr.o")
            check(done.returncode == 0, f"avr-g++ {options} {source.name}:\n{done.stdout[:3000]}")


def check_header(model, scratch):
    uses = "\n".join(f"  {line}" for line in model.uses())
    source = scratch / "use.c"
    source.write_text(f'#include "{model.name}.h"\n#include "{model.name}.h"\n'
                      f"double use({model.name}_model *model);\n"
                      f"double use({model.name}_model *model) {{\n  double sum = 0;\n"
                      f"{uses}\n  return sum;\n}}\n")
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


def copying_steps(text):
    """Steps that only copy rows, which are not traced."""
    return {int(step) for step in re.findall(r"^// (\d+)  .*  rows into a ring$", text, re.M)}


def check_data_sheet(model, file):
    """The header says what the model is, and where everything lies; run is the network."""
    sheet = model.header[:model.header.index("#ifndef")]
    digest = run("sha256sum", file).stdout.split()[0]
    for wanted in (file.name, digest, "smelt compile ", "passes ", "flash ", "ram ", "work ",
                   "Memory map of the arena"):
        check(wanted in sheet, f"the data sheet does not say \"{wanted}\"")
    body = model.network()
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


def check_same_bytes(smelt, model, file, golden, scratch, extra=()):
    """From another folder, of a file elsewhere, under another path."""
    elsewhere = scratch / "else where"
    elsewhere.mkdir()
    copy = elsewhere / file.name
    shutil.copy(file, copy)
    again = Model(smelt, copy.name, scratch / "again", golden, extra, cwd=elsewhere)
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


def check_code(model, strings, scratch):
    """All that needs no more than the emitted files; they name none of `strings`."""
    check_text(model, strings | {str(pathlib.Path.cwd()), socket.gethostname(),
                                 os.environ.get("HOME", "/root") + "/"})
    check_format(model)
    check_header(model, scratch)
    check_objects(model, scratch)
    check_warnings(model, scratch)
    check_avr(model, scratch)
    check_golden(model, scratch)


def verdict(what):
    """Says how it went; the exit code."""
    print(f"{what}: {'good' if not problems else f'{len(problems)} problems'}")
    return 1 if problems else 0


def golden_fits(smelt, file, golden):
    """Whether the folder holds outputs of this model (another's may lie beside it)."""
    if not golden:
        return False
    with tempfile.TemporaryDirectory() as folder:
        done = run(smelt, "compile", file, "-o", folder, "--golden", golden)
        return done.returncode == 0
