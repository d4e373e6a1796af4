#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What smelt compile does to the output folder.

    files.py --smelt PROGRAM --examples FOLDER

Unchanged files are not rewritten; a compile that fails leaves what was there; a model that was
trained again changes the data alone; headers of another version of the runtime do not compile.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

problems = []


def check(good, message):
    if not good:
        problems.append(message)
        print(f"FAILED: {message}")


def snapshot(folder):
    """Bytes and time stamps of all that is in a folder."""
    return {str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
            if path.is_file() else None for path in sorted(folder.rglob("*"))}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smelt", required=True, type=pathlib.Path)
    parser.add_argument("--examples", required=True, type=pathlib.Path)
    options = parser.parse_args()
    model = options.examples / "sine" / "sine.tflite"
    golden = options.examples / "sine" / "golden"

    def compile_model(folder, *extra, file=model):
        return subprocess.run([options.smelt, "compile", file, "-o", folder, *extra], text=True,
                              capture_output=True, check=False)

    with tempfile.TemporaryDirectory(prefix="smelt-files-") as root:
        root = pathlib.Path(root)
        out = root / "out"

        def unchanged(what, code, *extra, **keywords):
            before = snapshot(out)
            done = compile_model(out, *extra, **keywords)
            check(done.returncode == code, f"{what}: exit code {done.returncode}, {done.stderr}")
            check((code == 0) == (done.stderr == ""), f"{what}: stderr is {done.stderr!r}")
            check(snapshot(out) == before, f"{what}: the output folder changed")

        check(compile_model(out, "--golden", golden).returncode == 0, "compile")
        old = 1_000_000_000
        for path in out.rglob("*"):
            os.utime(path, ns=(old, old))
        unchanged("compiled again", 0, "--golden", golden)
        unchanged("a broken budget", 1, "--ram", "1")
        unchanged("no budget at all", 1, "--ram", "much")
        unchanged("no labels", 1, "--labels", root / "nothing")
        unchanged("no golden vectors", 1, "--golden", root)
        unchanged("no such pass", 64, "--stop-after", "magic")
        broken = root / "broken.tflite"
        broken.write_bytes(model.read_bytes()[:100])
        unchanged("a broken model", 1, file=broken)

        # One file in the output differs: it alone is written.
        (out / "sine.cpp").write_text("edited\n")
        check(compile_model(out).returncode == 0, "compiled over an edited file")
        times = {path.name: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}
        check([name for name, time in times.items() if time != old] == ["sine.cpp"],
              f"times of files: {times}")

        # A folder in the way of the last file that is written.
        (out / "sine.cpp").write_text("edited\n")
        (out / "smelt" / "runtime.h").unlink()
        (out / "smelt" / "runtime.h").mkdir()
        unchanged("a folder in the way", 70)
        # A file where the folder should be; a root who may do everything is refused too.
        (root / "file").write_text("")
        done = compile_model(root / "file" / "out")
        check(done.returncode == 70 and "cannot be written" in done.stderr,
              f"a file in place of the folder: {done.returncode} {done.stderr}")

        # Another training of the same network: constants only.
        first, second = root / "first", root / "second"
        again = root / "trained" / "sine.tflite"
        again.parent.mkdir()
        data = bytearray(model.read_bytes())
        compile_model(first)
        weights = [int(word) for line in (first / "sine_weights.cpp").read_text().splitlines()
                   if line.startswith("    ") for word in line.replace(",", " ").split()]
        run = bytes(value & 0xff for value in weights[:16])
        at = data.find(run)
        check(at >= 0, "the first weights are in the file")
        data[at] ^= 1
        again.write_bytes(data)
        compile_model(second, file=again)
        changed = []
        for path in first.rglob("*"):
            if path.is_file() and path.read_bytes() != (second / path.relative_to(first)).read_bytes():
                changed.append(path.name)
        check(sorted(changed) == ["sine.h", "sine_weights.cpp"], f"retraining changes {changed}")
        lines = zip((first / "sine.h").read_text().splitlines(),
                    (second / "sine.h").read_text().splitlines())
        check([a.split()[1] for a, b in lines if a != b] == ["sha256"],
              "of the header, retraining changes the hash alone")

        # A stale runtime says so.
        runtime = second / "smelt" / "runtime.h"
        text = runtime.read_text()
        stale = text.replace("runtime_abi = 1", "runtime_abi = 2")
        check(stale != text, "the runtime has a version")
        runtime.write_text(stale)
        done = subprocess.run(["g++", "-std=c++14", "-fsyntax-only", f"-I{second}",
                               second / "sine.cpp"], text=True, capture_output=True, check=False)
        check(done.returncode != 0 and "regenerate sine" in done.stderr, "a stale runtime compiles")
        # So does a budget that is set lower in the build.
        shutil.rmtree(second)
        compile_model(second, "--ram", "1K")
        for budget, good in (("1024u", True), ("8u", False)):
            done = subprocess.run(["g++", "-std=c++14", "-fsyntax-only", f"-I{second}",
                                   f"-DSINE_RAM_BUDGET={budget}", second / "sine.cpp"], text=True,
                                  capture_output=True, check=False)
            check((done.returncode == 0) == good, f"a budget of {budget}: {done.stderr}")
    print("good" if not problems else f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
