#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads the pages of smelt report with an XML parser and with Chromium.

    browser.py --smelt PROGRAM --pages PROGRAM --examples FOLDER [--keep FOLDER]

Pages are well-formed, the same each time, name nothing outside of themselves, and have the figures
that smelt report and smelt plan print. In the browser, at every width and in light and dark: nothing is wider than the window, text can be told from what
it stands on, tables sort, the layer under the pointer is lit everywhere, nothing is requested, and
nothing fails; without scripts, all is there. --keep leaves pages and screenshots to be looked at."""

import argparse
import concurrent.futures
import html
import json
import math
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

HERE = pathlib.Path(__file__).resolve().parent
SVG = "{http://www.w3.org/2000/svg}"
# Of a text, as WCAG 2 wants it at level AA.
LEAST_CONTRAST = 4.5
WIDTHS = {360: 2000, 1400: 1200}
# Before all others: it hears what fails, and what a hostile name would run reports itself.
LISTEN = """<script>window.probe = {problems: []};
for (const kind of ["error", "unhandledrejection", "securitypolicyviolation"])
  addEventListener(kind, (event) => probe.problems.push(
    kind + ": " + (event.message ?? event.reason ?? event.blockedURI)), true);
for (const kind of ["error", "warn"])
  console[kind] = (...words) => probe.problems.push("console: " + words.join(" "));
</script>"""

problems = []


def check(good, message):
    if not good:
        problems.append(message)
        print(f"FAILED: {message}", flush=True)
    return good


def report(smelt, page, model, *options, targets=("cortex-m4",)):
    """Writes a page, and holds it to the figures for the first target."""
    def run(command, *arguments):
        done = subprocess.run([smelt, command, model, *options, *arguments, "--json"],
                              capture_output=True, text=True)
        check(done.returncode == 0, f"{page.name}: {done.stderr}")
        return json.loads(done.stdout)

    prices = run("report", "--target", *targets, "--html", page)
    check_figures(page, prices, run("plan", "--target", targets[0]))


def figures(table):
    """By title of the column: the values of the rows."""
    titles = [heading.text for heading in table.find("thead").iter("th")]
    rows = [[float(cell.get("data-value") or "nan") for cell in row]
            for row in table.find("tbody")]
    return dict(zip(titles, zip(*rows)))


def check_figures(page, prices, plan):
    root = xml.fromstring(page.read_text(encoding="utf-8"))
    tables = {section.get("id"): section.find(".//table") for section in root.iter("section")}

    def same(found, expected, what):
        expected = [math.floor(each + 0.5) for each in expected]
        check(list(found) == expected, f"{page.name}: {what} {found}, not {expected}")

    found = figures(tables["devices"])
    for title, key in {"Flash, B": "flash_bytes", "RAM, B": "ram_bytes", "Cycles": "cycles",
                       "Instructions": "instructions", "Code, B": "code_bytes",
                       "Constants, B": "constant_bytes", "Arena, B": "arena_bytes",
                       "Stack, B": "stack_bytes"}.items():
        same(found[title], [price[key] for price in prices], title)
    found = figures(tables["layers"])
    steps = plan["steps"]
    same(found["MACs"][:len(steps)], [step["macs"] for step in steps], "MACs of layers")
    same(found["RAM, B"][:len(steps)], [step["live_bytes"] for step in steps], "RAM of layers")
    for price in prices:
        named = f"\n{price['target']}" if len(prices) > 1 else ""
        by_name = {step["name"]: step for step in price["steps"]}
        rows = [by_name[step["name"]] for step in steps] + [by_name[""]]
        same(found["Flash, B" + named],
             [row["code_bytes"] + row["constant_bytes"] for row in rows], "flash of layers")
        same(found["Cycles" + named], [row["cycles"] for row in rows], "cycles of layers")


def write_images(examples, path):
    """The test images as the float model takes them."""
    data = (examples / "digits/test_images.npy").read_bytes()
    start = 10 + struct.unpack("<H", data[8:10])[0]
    images = data[start:start + 50 * 64]
    head = "{'descr': '<f4', 'fortran_order': False, 'shape': (50, 1, 8, 8, 1), }".ljust(117) + "\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() +
                     struct.pack(f"<{len(images)}f", *(value / 16 for value in images)))


def write_pages(options, folder):
    """By name: a model that is quantized, compressed and runs by rows, for several targets and a
    device that is too small; one of an importer's names in a file with a hostile one; one with
    state; and two that come from no file."""
    digits = options.examples / "digits"
    images = folder / "images.npy"
    write_images(options.examples, images)
    hostile = folder / "<img src=x onerror=probe.hacked=5>&\"'\u00e9.onnx"
    shutil.copy(digits / "digits.onnx", hostile)
    board = folder / "board.json"
    board.write_text('{"name": "board", "based_on": "cortex-m4", "ram_bytes": 1024, '
                     '"flash_bytes": 32768}')
    quantized = [digits / "digits_float.tflite", "--quantize", "int8", "--calibrate", images,
                 "--prune", "0.5", "--optimize", "ram", "--ram", "4K", "--flash", "16K"]
    targets = [board, "cortex-m55", "rv32imc"]
    state = options.examples / "gesture/gesture_gru.onnx"
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(report, options.smelt, folder / "digits.html", *quantized,
                            targets=targets),
                pool.submit(report, options.smelt, folder / "onnx.html", hostile),
                pool.submit(report, options.smelt, folder / "again.html", hostile),
                pool.submit(report, options.smelt, folder / "state.html", state)]
        for run in runs:
            run.result()
    subprocess.run([options.pages, folder], check=True)
    again = folder / "again.html"
    check(again.read_bytes() == (folder / "onnx.html").read_bytes(), "two runs differ")
    again.unlink()
    return sorted(folder.glob("*.html"))


def check_markup(page):
    """What can be said of a page without showing it."""
    text = page.read_text(encoding="utf-8")
    try:
        root = xml.fromstring(text)
    except xml.ParseError as problem:
        check(False, f"{page.name}: not well-formed: {problem}")
        return
    check(root.get("lang") == "en", f"{page.name}: says no language")
    levels = [int(each.tag[1]) for each in root.iter() if re.fullmatch("h[1-6]", each.tag)]
    check(levels[0] == 1 and levels.count(1) == 1 and
          all(b <= a + 1 for a, b in zip(levels, levels[1:])), f"{page.name}: headings {levels}")
    ids = [each.get("id") for each in root.iter() if each.get("id")]
    check(len(ids) == len(set(ids)), f"{page.name}: an id is used twice")
    for each in root.iter():
        for name, value in each.attrib.items():
            local = value.startswith("#") and value[1:] in ids
            check(name not in ("src", "srcset", "data", "action") and (name != "href" or local),
                  f"{page.name}: <{each.tag} {name}=\"{value}\">")
            check(not name.startswith("on"), f"{page.name}: <{each.tag} {name}>")
    for table in root.iter("table"):
        check(table.find("caption") is not None and table.find("caption").text,
              f"{page.name}: a table without a caption")
        check(all(cell.get("scope") for cell in table.iter("th")), f"{page.name}: th without scope")
    drawings = [each for each in root.iter(f"{SVG}svg")]
    check(drawings, f"{page.name}: nothing is drawn")
    check(all(each.get("role") == "img" and each.get("aria-label") for each in drawings),
          f"{page.name}: a drawing without a name")
    style = "".join(each.text for each in root.iter() if each.tag.endswith("style"))
    check("@import" not in style and not re.search(r"url\((?!#)", style), f"{page.name}: a url")


def chromium(profile, width, page, *options):
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
               "--no-first-run", "--disable-dev-shm-usage", f"--user-data-dir={profile}",
               f"--window-size={width},{WIDTHS[width]}", *options, page.as_uri()]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, encoding="utf-8",
                         errors="replace")
    check(run.returncode == 0, f"{page.name}: chromium: {run.stderr[-500:]}")
    return run.stdout


def found_in(dom):
    """What a probe wrote; None: it did not come so far."""
    found = re.search(r'<pre id="probe">(.*?)</pre>', dom, re.DOTALL)
    return json.loads(html.unescape(found.group(1))) if found else None


def is_sorted(values, descending):
    """What is empty is at the end, either way."""
    numbers = [float(value) for value in values if value]
    return numbers == sorted(numbers, reverse=descending) and not any(values[len(numbers):])


def check_found(name, found, dark):
    check(found["scrollWidth"] <= found["width"], f"{name}: {found['scrollWidth']} pixels wide")
    check(found["outside"] == 0, f"{name}: {found['outside']} elements outside")
    for text in ("dimmest", "dimmestDrawn"):
        check(found[text] >= LEAST_CONTRAST, f"{name}: contrast {found[text]:.2f}, {text}")
    check(found["dark"] == dark, f"{name}: dark is {found['dark']}")
    light = sum(int(each) for each in re.findall(r"\d+", found["ground"])[:3])
    check((light < 200) == dark, f"{name}: stands on {found['ground']}")
    usual, first, second = found["sorts"]["macs"]["orders"]
    check(is_sorted(first, True) and is_sorted(second, False), f"{name}: MACs are not sorted")
    check(sorted(usual) == sorted(first) == sorted(second), f"{name}: sorting changes the rows")
    check(found["sorts"]["macs"]["aria"] == "ascending", f"{name}: aria-sort")
    _, first, second = found["sorts"]["layer"]["orders"]
    check(is_sorted(first, False) and is_sorted(second, True), f"{name}: steps are not sorted")
    hover = found["hover"]
    check({"layers", "memory", "passes"} <= set(hover["lit"]), f"{name}: lit in {hover['lit']}")
    check("RAM, B: " in hover["tip"] and hover["inside"], f"{name}: the tip says {hover['tip']}")
    check(hover["left"] == 0, f"{name}: {hover['left']} stay lit")
    check(found["requests"] == 0, f"{name}: {found['requests']} requests")
    check(found["problems"] == [], f"{name}: {found['problems'][:3]}")
    check(found["hacked"] is None, f"{name}: a name ran a script: {found['hacked']}")


def check_shown(page, width, dark, folder):
    """The page with the probe within."""
    name = f"{page.stem}, {width} pixels{', dark' if dark else ''}"
    text = page.read_text(encoding="utf-8")
    probe = (HERE / "probe.js").read_text(encoding="utf-8")
    probed = folder / f"{page.stem}-{width}-{dark}.html"
    probed.write_text(text.replace("<head>", f"<head>{LISTEN}", 1)
                      .replace("</body>", f"<script>{probe}</script></body>"), encoding="utf-8")
    scheme = ["--force-dark-mode", "--blink-settings=preferredColorScheme=0"] if dark else []
    dom = chromium(folder / f"profile-{probed.stem}", width, probed, *scheme, "--dump-dom")
    found = found_in(dom)
    if check(found, f"{name}: the probe found nothing"):
        check_found(name, found, dark)


def check_without_scripts(page, folder):
    """In a frame where no script may run, all rows, bars and drawings are shown."""
    frame = folder / "frame.html"
    frame.write_text(f"""<iframe sandbox="allow-same-origin" width="360" src="{page.name}"></iframe>
<script>addEventListener("load", () => {{
  const inner = frames[0].document;
  const shown = (selector) => [...inner.querySelectorAll(selector)].filter((each) =>
    each.getClientRects().length > 0).length;
  const result = document.createElement("pre");
  result.id = "probe";
  result.textContent = JSON.stringify({{tr: shown("tr"), svg: shown("svg"), bar: shown(".bar"),
    tip: shown("#tip"), button: shown("button"), summary: shown("summary"),
    over: inner.documentElement.scrollWidth - inner.documentElement.clientWidth}});
  document.body.append(result);
}});</script>""")
    dom = chromium(folder / "profile-plain", 1400, frame, "--allow-file-access-from-files",
                   "--dump-dom")
    root = xml.fromstring(page.read_text(encoding="utf-8"))
    found = found_in(dom)
    if not check(found, f"{page.name}: nothing is shown without scripts"):
        return
    expected = {"tr": len(list(root.iter("tr"))), "svg": len(list(root.iter(f"{SVG}svg"))),
                "bar": len([each for each in root.iter("span") if each.get("class") == "bar"]),
                "summary": len(list(root.iter("summary"))), "tip": 0, "button": 0, "over": 0}
    check(found == expected, f"{page.name}: without scripts {found}, expected {expected}")


def screenshots(pages, folder):
    for page in pages:
        for width in WIDTHS:
            for dark in (False, True):
                scheme = (["--force-dark-mode", "--blink-settings=preferredColorScheme=0"]
                          if dark else [])
                picture = folder / f"{page.stem}-{width}-{'dark' if dark else 'light'}.png"
                chromium(folder / "profile", width, page, *scheme, f"--screenshot={picture}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--smelt", required=True)
    parser.add_argument("--pages", required=True)
    parser.add_argument("--examples", required=True, type=pathlib.Path)
    parser.add_argument("--keep", type=pathlib.Path)
    options = parser.parse_args()
    if not shutil.which("chromium"):
        sys.exit("chromium is missing: tools/setup --tests installs it")
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        pages = write_pages(options, folder)
        for page in pages:
            check_markup(page)
        digits = folder / "digits.html"
        check(digits.stat().st_size < 300_000, f"the page has {digits.stat().st_size} bytes")
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            runs = [pool.submit(check_without_scripts, digits, folder)]
            for i, page in enumerate(pages):
                for j, width in enumerate(WIDTHS):
                    runs.append(pool.submit(check_shown, page, width, (i + j) % 2 == 1, folder))
            for run in runs:
                run.result()
        if options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
            for page in pages:
                shutil.copy(page, options.keep)
            screenshots([options.keep / page.name for page in pages], options.keep)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
