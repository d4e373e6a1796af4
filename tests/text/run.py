#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the text tests: commands, their input files and what they must print, each in one file.

    run.py --smelt PROGRAM [--models FOLDER] [--rebase] [NAME...]

runs every tests/text/**/*.test, or those whose path contains one of the NAMEs. --rebase writes
what the commands print now into the files: read the difference before you commit it.

A test file:

    # What this shows, in as many lines as it needs.
    # RUN: {smelt} opt --pass fold_constants input
    # EXIT: 1
    graph "before"
    ---- other.txt
    a second input file
    ----
    what is printed to stdout
    ---- stderr
    what is printed to stderr

The head is the lines that begin with '#'. Each RUN line is given to /bin/sh, in a fresh folder that
holds the input files; what several of them print is taken together. EXIT belongs to the RUN line
above it and is 0 where it is missing. The text up to the first '----' is the file 'input'; a line
'---- NAME' begins another input file; '----' alone begins the expected stdout, '---- stderr' the
expected stderr. A section is left out if nothing is expected. A line of a text that itself begins
with '----' is written '\\----'. A last line '\\ no newline' says that the output ends without one.

Places in RUN lines, which stand for themselves in the output as well:

    {smelt}     the program
    {tmp}       the test's folder, which is also the current one
    {models}    the shared models; the test is skipped where there are none
    {examples}  the examples of the repository
    {python}    this Python, and {runner} this file
"""

import argparse
import concurrent.futures
import dataclasses
import difflib
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TIMEOUT_SECONDS = 120
MARK = "----"
NO_NEWLINE = "\\ no newline\n"


@dataclasses.dataclass
class Run:
    """One RUN line and the exit code that is expected or was seen."""

    command: str
    exit_code: int = 0


@dataclasses.dataclass
class Test:
    """A test file in pieces; written by text() as it was read."""

    head: list  # comment lines and Runs, in order
    files: dict  # input name -> text as in the file
    stdout: str = ""
    stderr: str = ""

    def runs(self):
        return [each for each in self.head if isinstance(each, Run)]

    def text(self):
        parts = []
        for each in self.head:
            parts.append(each if isinstance(each, str) else f"# RUN: {each.command}\n")
            if isinstance(each, Run) and each.exit_code != 0:
                parts.append(f"# EXIT: {each.exit_code}\n")
        for name, text in self.files.items():
            parts.append(text if name == "input" else f"{MARK} {name}\n{text}")
        parts.append(f"{MARK}\n{self.stdout}" if self.stdout else "")
        parts.append(f"{MARK} stderr\n{self.stderr}" if self.stderr else "")
        return "".join(parts)


class Malformed(Exception):
    """A test file that does not follow the format."""


def parse_head(lines):
    """Comment lines and runs from the start of `lines`, which they are removed from."""
    head = []
    while lines and lines[0].startswith("#"):
        line = lines.pop(0)
        run = re.match(r"# RUN: (.*)", line)
        code = re.match(r"# EXIT: (-?\d+)$", line)
        if code and head and isinstance(head[-1], Run):
            head[-1].exit_code = int(code[1])
        elif code or (not run and re.match(r"#\s*(RUN|EXIT)\b", line)):
            raise Malformed(f"not understood: {line.strip()}")
        else:
            head.append(Run(run[1].strip()) if run else line)
    return head


def parse(text):
    if not text.endswith("\n"):
        raise Malformed("the last line has no end")
    lines = re.findall(r"[^\n]*\n", text)
    test = Test(parse_head(lines), {})
    if not test.runs():
        raise Malformed("no line '# RUN: command'")
    sections = {}
    name = "input"
    for line in lines:
        if line.startswith(MARK):
            name = line[len(MARK):].strip() or "stdout"
            if name in sections or name == "input":
                raise Malformed(f"two sections {name}")
            if "/" in name or name.startswith("."):
                raise Malformed(f"not a plain file name: {name}")
            sections[name] = ""
        else:
            sections[name] = sections.get(name, "") + line
    test.stdout = sections.pop("stdout", "")
    test.stderr = sections.pop("stderr", "")
    test.files = sections
    return test


def escaped(output):
    """Output as it stands in a test file."""
    if output and not output.endswith("\n"):
        output += "\n" + NO_NEWLINE
    return re.sub(f"^{MARK}", "\\\\" + MARK, output, flags=re.MULTILINE)


def unescaped(text):
    return re.sub(rf"^\\{MARK}", MARK, text, flags=re.MULTILINE)


def command_line(command, places):
    for name, value in places.items():
        command = command.replace("{" + name + "}", shlex.quote(str(value)))
    return command


def with_places(output, places):
    """The output with places for paths, so that it is the same on every machine."""
    for name, value in sorted(places.items(), key=lambda item: -len(str(item[1]))):
        output = output.replace(str(value), "{" + name + "}")
    return output


def execute(test, places):
    """What the test would say, had it expected what happens."""
    seen = Test([], test.files)
    with tempfile.TemporaryDirectory(prefix="smelt-text-") as folder:
        places = {**places, "tmp": os.path.realpath(folder)}
        for name, text in test.files.items():
            pathlib.Path(folder, name).write_text(unescaped(text), encoding="utf-8", newline="")
        outputs = ["", ""]
        for each in test.head:
            if isinstance(each, str):
                seen.head.append(each)
                continue
            done = subprocess.run(
                ["/bin/sh", "-c", command_line(each.command, places)], cwd=folder,
                capture_output=True, stdin=subprocess.DEVNULL, timeout=TIMEOUT_SECONDS,
                env={**os.environ, "LC_ALL": "C"})
            seen.head.append(Run(each.command, done.returncode))
            for i, raw in enumerate((done.stdout, done.stderr)):
                outputs[i] += raw.decode("utf-8", errors="backslashreplace")
    seen.stdout, seen.stderr = (escaped(with_places(each, places)) for each in outputs)
    return seen


@dataclasses.dataclass
class Result:
    outcome: str  # passed, failed, skipped, rebased
    message: str = ""


def missing_place(test, places):
    """The first place that the test needs and nobody has given."""
    for run in test.runs():
        for name in ("smelt", "models", "examples"):
            if "{" + name + "}" in run.command and name not in places:
                return name
    return None


def check(path, places, rebase):
    expected = path.read_bytes().decode("utf-8")
    try:
        test = parse(expected)
        missing = missing_place(test, places)
        if missing == "models":
            return Result("skipped", "there are no models: give --models or SMELT_MODELS")
        if missing:
            return Result("failed", f"nobody said where {{{missing}}} is")
        seen = execute(test, places).text()
    except Malformed as problem:
        return Result("failed", str(problem))
    except subprocess.TimeoutExpired:
        return Result("failed", f"no end after {TIMEOUT_SECONDS} s")
    if seen == expected:
        return Result("passed")
    if rebase:
        path.write_bytes(seen.encode("utf-8"))
        return Result("rebased")
    return Result("failed", "".join(difference(expected, seen)))


def difference(expected, seen):
    for line in difflib.unified_diff(expected.split("\n")[:-1], seen.split("\n")[:-1], "expected",
                                     "seen", lineterm=""):
        yield line + "\n"


def options():
    parser = argparse.ArgumentParser(description="Runs the text tests; see the head of this file.")
    parser.add_argument("--smelt", help="the program to test")
    parser.add_argument("--models", default=os.environ.get("SMELT_MODELS"),
                        help="folder of the shared models (default: $SMELT_MODELS)")
    parser.add_argument("--examples", default=HERE.parents[1] / "examples")
    parser.add_argument("--tests", default=HERE, type=pathlib.Path, help="where to look for tests")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--rebase", action="store_true", help="take what is printed now as right")
    parser.add_argument("names", nargs="*", help="run only tests with one of these in their path")
    return parser.parse_args()


def known_places(args):
    places = {"python": sys.executable, "runner": pathlib.Path(__file__).resolve()}
    if args.smelt:
        places["smelt"] = pathlib.Path(args.smelt).resolve()
    for name in ("models", "examples"):
        folder = getattr(args, name)
        if folder and pathlib.Path(folder).is_dir():
            places[name] = pathlib.Path(folder).resolve()
    return places


def main():
    args = options()
    places = known_places(args)
    paths = {path.relative_to(args.tests).as_posix(): path
             for path in sorted(args.tests.rglob("*.test"))}
    wanted = {name: path for name, path in paths.items()
              if not args.names or any(each in name for each in args.names)}
    counts = dict.fromkeys(("passed", "failed", "skipped", "rebased"), 0)
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        results = pool.map(lambda path: check(path, places, args.rebase), wanted.values())
        for name, result in zip(wanted, results):
            counts[result.outcome] += 1
            if result.outcome != "passed":
                print(f"{result.outcome}: {name}\n{result.message}".rstrip(), flush=True)
    for outcome in ("skipped", "rebased"):
        if counts[outcome]:
            print(f"{counts[outcome]} {outcome}")
    print(f"{counts['passed']} passed, {counts['failed']} failed")
    if not wanted:
        print("there is no such test", file=sys.stderr)
    return 1 if counts["failed"] or not wanted else 0


if __name__ == "__main__":
    sys.exit(main())
