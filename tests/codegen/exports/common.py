# SPDX-License-Identifier: Apache-2.0
"""What is held of every export, and the helpers of the tests that know one ecosystem.

Each emitted file is there once, byte for byte as a plain compile writes it; the same model gives
the same bytes from any folder; texts are plain and name no time; wrong options change nothing.
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

# Debian's packages serve whichever Python runs this.
sys.path.append("/usr/lib/python3/dist-packages")

EXPORTS = ("arduino", "zephyr", "platformio", "esp-idf", "cmsis-pack")
# Names that are awkward somewhere: short, long, reserved, or with underscores in odd places.
NAMES = ("a", "n" * 40, "arduino_net", "a__b_", "main", "idf", "net_2")
STYLE = ("{BasedOnStyle: Google, ColumnLimit: 100, PointerAlignment: Right, "
         "DerivePointerAlignment: false}")
WARNINGS = "-Wall -Wextra -Wshadow -Wundef -Werror".split()

problems = []


def check(good, message):
    if not good:
        problems.append(message)
        print(f"FAILED: {message}")
    return good


def run(*command, cwd=None, timeout=None):
    return subprocess.run([str(word) for word in command], cwd=cwd, text=True, timeout=timeout,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)


def build(*command, what):
    done = run(*command)
    return check(done.returncode == 0, f"{what}:\n{done.stdout[-3000:]}")


def texts(folder):
    return {str(path.relative_to(folder)): path.read_text()
            for path in sorted(folder.rglob("*")) if path.is_file()}


class Library:
    """A model exported into a folder."""

    def __init__(self, smelt, kind, model, folder, *extra, cwd=None):
        self.folder, self.kind = pathlib.Path(folder), kind
        done = run(smelt, "compile", model, "-o", folder, "--export", kind, *extra, cwd=cwd)
        if done.returncode != 0:
            sys.exit(f"smelt cannot export {model}:\n{done.stdout}")
        self.files = texts(self.folder)
        (weights,) = self.folder.rglob("*_weights.cpp")
        self.name = weights.name.removesuffix("_weights.cpp")
        self.source = weights.parent
        self.sources = [self.source / f"{self.name}.cpp", weights]
        self.golden = "--golden" in extra

    def fields(self, path, separator):
        """Lines of KEY separator VALUE."""
        pairs = [line.split(separator, 1) for line in self.files[path].splitlines()]
        check(all(len(pair) == 2 for pair in pairs), f"{path}: every line has a {separator}")
        check(len({pair[0] for pair in pairs}) == len(pairs), f"{path}: every key is there once")
        return dict(pairs)


def check_files(smelt, kind, model, extra, scratch):
    """Against a plain compile, and against the same from elsewhere."""
    library = Library(smelt, kind, model, scratch / "once", *extra)
    plain = scratch / "plain"
    run(smelt, "compile", model, "-o", plain, *extra)
    for path, text in texts(plain).items():
        found = [place for place in library.files if place.endswith("/" + path)]
        check(len(found) == 1, f"{kind}: {path} is at {found}")
        check(all(library.files[place] == text for place in found), f"{kind}: {path} differs")
    elsewhere = scratch / "else where"
    elsewhere.mkdir()
    shutil.copy(model, elsewhere / model.name)
    again = Library(smelt, kind, model.name, scratch / "again", *extra, cwd=elsewhere)
    check(again.files == library.files, f"{kind}: two exports of {model.name} differ")
    for path, text in library.files.items():
        check(text.endswith("\n") and not text.endswith("\n\n") and text.isascii(),
              f"{kind}: {path} is not plain text")
        check(not re.search(r"@[A-Z]+@|\b20\d\d-\d\d-\d\d\b|\b\d\d:\d\d:\d\d\b", text),
              f"{kind}: {path} names a time or has a place that is not filled")
        check(str(scratch) not in text, f"{kind}: {path} names a path")
    check_format(library)
    check("Apache-2.0" in library.files["LICENSE.txt"], f"{kind}: the licence")
    for folder in ("once", "again", "plain", "else where"):
        shutil.rmtree(scratch / folder)


def check_format(library):
    """Samples; what is emitted has a test of its own."""
    if not shutil.which("clang-format-14"):
        print("format not checked: no clang-format-14")
        return
    for path in sorted(library.folder.rglob("*")):
        if path.suffix not in (".cpp", ".ino") or library.source in path.parents:
            continue
        done = run("clang-format-14", f"--style={STYLE}", f"--assume-filename={path.stem}.cpp",
                   "--dry-run", "-Werror", path)
        check(done.returncode == 0, f"{library.kind}: {path.name} is not formatted:\n{done.stdout}")


def check_options(smelt, kind, model, scratch):
    """What cannot be is refused before anything is written."""
    out = scratch / "refused"

    def refused(code, wanted, *extra):
        done = run(smelt, "compile", model, "-o", out, *extra)
        check(done.returncode == code and all(word in done.stdout for word in wanted),
              f"{extra}: {done.returncode} {done.stdout}")
        check(not out.exists(), f"{extra}: something was written")

    refused(64, EXPORTS, "--export", kind + "s")
    refused(64, ["--export-version"], "--export-version", "1.0.0")
    refused(1, ["RAM"], "--export", kind, "--ram", "1")
    for version in ("1", "1.0", "1.0.0.0", "01.0.0", "1.0.x", "1..0", "v1.0.0", "1.0.0-", " 1.0.0"):
        refused(64, ["not a version"], "--export", kind, "--export-version", version)


def first_run(smelt, model, scratch):
    """The outputs of a fresh model for inputs of zero, as {"output[0]": number}, by a program of
    our own for this machine; and the library's name."""
    plain = scratch / "plain"
    run(smelt, "compile", model, "-o", plain)
    (weights,) = plain.glob("*_weights.cpp")
    name = weights.name.removesuffix("_weights.cpp")
    header = (plain / f"{name}.h").read_text()
    ports = re.findall(rf"static inline (\w+) \*{name}_((input|output)\w*)\(", header)
    body = f"{name}_reset(&m);\n" if f"void {name}_reset(" in header else ""
    for ctype, port, kind in ports:
        if kind == "input":
            zero = (f"{name}_quantize_{port}(0.0f)" if f"{name}_quantize_{port}(" in header
                    else f"({ctype})0")
            body += f"for (unsigned i = 0; i < {name.upper()}_{port.upper()}_COUNT; ++i) "
            body += f"{name}_{port}(&m)[i] = {zero};\n"
    body += f"{name}_run(&m);\n"
    for _, port, kind in ports:
        if kind == "output":
            value = f"{name}_{port}(&m)[i]"
            if f"{name}_dequantize_{port}(" in header:
                value = f"{name}_dequantize_{port}({value})"
            body += f"for (unsigned i = 0; i < {name.upper()}_{port.upper()}_COUNT; ++i) "
            body += f'printf("{port}[%u] = %.9g\\n", i, (double){value});\n'
    main = scratch / "first_run.cpp"
    main.write_text(f'#include "{name}.h"\n#include <stdio.h>\nstatic {name}_model m;\n'
                    f"int main() {{\n{body}}}\n")
    build("g++", "-O1", f"-I{plain}", main, *plain.glob("*.cpp"), "-o", scratch / "first_run",
          what="first run")
    outputs = parse_outputs(run(scratch / "first_run").stdout)
    check(outputs, f"{model.name}: no outputs")
    shutil.rmtree(plain)
    return outputs


def parse_outputs(text):
    return {name: float(number)
            for name, number in re.findall(r"^(\w+\[\d+\]) = (-?\d\S*)", text, re.M)}


def check_outputs(printed, expected, what):
    """Samples print millionths, by truncating."""
    got = parse_outputs(printed)
    good = got.keys() == expected.keys() and all(
        abs(got[name] - expected[name]) <= 2e-6 + 2e-5 * abs(expected[name]) for name in got)
    check(good, f"{what}: printed {printed[:500]}, expected {expected}")


def check_sample(done, library, expected):
    """What a sample printed that ran here."""
    check_outputs(done.stdout, expected, f"{library.kind} {library.name}")
    last = "0 golden vectors failed" if library.golden else r"\d+ us per run"
    check(done.returncode == 0 and re.search(rf"^{library.name}: {last}\n\Z", done.stdout, re.M),
          f"{library.kind} {library.name}: {done.returncode} {done.stdout[-500:]}")


def main(kind, check_model, check_name, golden_in_sample=True):
    """`check_model(smelt, model, extra, expected, scratch)` looks at an export of a model, with
    more options, that prints what the model gives for zeros; `check_name(library)` at the metadata
    alone, of libraries with awkward names."""
    parser = argparse.ArgumentParser(description=f"Exports models for {kind} and checks the result")
    parser.add_argument("--smelt", required=True, type=pathlib.Path)
    parser.add_argument("--rows", action="append", default=[], type=pathlib.Path, metavar="MODEL",
                        help="a model that shall take its input row by row")
    parser.add_argument("models", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    cases = [(path.resolve(), []) for path in options.models]
    cases += [(path.resolve(), ["--stream", "rows"]) for path in options.rows]
    smelt = options.smelt.resolve()
    with tempfile.TemporaryDirectory(prefix=f"smelt-{kind}-") as folder:
        root = pathlib.Path(folder)
        check_options(smelt, kind, options.models[0].resolve(), root)
        for model, extra in cases:
            golden = ["--golden", model.parent / "golden"]
            fits = run(smelt, "compile", model, "-o", root / "fits", *golden).returncode == 0
            extra = extra + (golden if fits and golden_in_sample else [])
            kept_apart = "_rows" if "--stream" in extra else ""
            scratch = root / f"{model.parent.name}_{model.stem}{kept_apart}"
            scratch.mkdir()
            check_files(smelt, kind, model, extra, scratch)
            check_model(smelt, model, extra, first_run(smelt, model, scratch), scratch)
        # Nor does the name of the file break anything.
        hostile = root / "a\"b'<&>\n@NAME@\\: #%\t\u00e9.tflite"
        shutil.copy(options.models[0], hostile)
        for name in NAMES:
            version = ["--export-version", "12.0.345"]
            check_name(Library(smelt, kind, hostile, root / "names" / name,
                               "--name", name, *version), "12.0.345")
    print(f"{kind}: {'good' if not problems else f'{len(problems)} problems'}")
    return 1 if problems else 0
