#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads what `smelt plan --svg` draws with an XML parser, and compares it with what --json says.

    plan_svg.py --smelt PROGRAM MODEL...

of each model, in every mode: every buffer that owns bytes has a box of just its bytes and steps,
and nothing that is drawn leaves the picture."""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

SVG = "{http://www.w3.org/2000/svg}"
PIXEL = 0.02  # numbers are written with two decimals
MODES = [["--optimize", "none"], ["--optimize", "speed"], ["--optimize", "ram"]]


def extent(rect):
    """(left, top, right, bottom)"""
    x, y, width, height = (float(rect.get(key)) for key in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def owners(plan):
    """Buffers with bytes that are drawn, and their last steps: an output that a step computes in
    place ends what it is made of."""
    last = {each["name"]: each["last_step"] for each in plan["buffers"]}
    written = {each["output"] for each in plan["overlays"]}
    alias_of = {each["name"]: each.get("alias_of") for each in plan["buffers"]}

    def storage(name):
        while alias_of[name]:
            name = alias_of[name]
        return name

    for each in plan["overlays"]:
        if storage(each["output"]) == storage(each["over"]):
            last[each["over"]] = min(last[each["over"]], each["first_step"])
    return [(each, last[each["name"]]) for each in plan["buffers"] if each["bytes"] > 0 and
            (not each.get("alias_of") or each["name"] in written)]


def check(plan, root):
    plot = extent(root.find(f".//{SVG}rect[@class='plot']"))
    columns = len(plan["steps"]) + 1
    across = (plot[2] - plot[0]) / columns
    upwards = (plot[3] - plot[1]) / max(plan["arena_bytes"], 1)
    boxes = {group.get("id"): group for group in root.iter(f"{SVG}g") if group.get("id")}
    expected = owners(plan)
    assert set(boxes) == {each["name"] for each, _ in expected}, "a box too many or too few"
    for each, last in expected:
        box = boxes[each["name"]]
        assert each["name"] in box.find(f"{SVG}title").text
        if each["kind"] == "state":
            continue
        want = (plot[0] + across * each["first_step"],
                plot[3] - upwards * (each["offset"] + each["bytes"]),
                plot[0] + across * (last + 1), plot[3] - upwards * each["offset"])
        seen = extent(box.find(f"{SVG}rect"))
        assert all(abs(a - b) < PIXEL for a, b in zip(want, seen)), (each["name"], want, seen)
    width, height = float(root.get("width")), float(root.get("height"))
    for rect in root.iter(f"{SVG}rect"):
        left, top, right, bottom = extent(rect) if rect.get("x") else (0, 0, 0, 0)
        assert left >= 0 and top >= 0 and right <= width + PIXEL and bottom <= height + PIXEL
    overlays = [group for group in root.iter(f"{SVG}g") if group.get("class") == "overlay"]
    assert len(overlays) == len(plan["overlays"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--smelt", required=True)
    parser.add_argument("models", nargs="+", type=pathlib.Path)
    args = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        svg = pathlib.Path(folder) / "plan.svg"
        for model in args.models:
            for mode in MODES:
                command = [args.smelt, "plan", model, *mode, "--json", "--svg", svg]
                plan = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
                try:
                    check(plan, xml.parse(svg).getroot())
                except (AssertionError, xml.ParseError) as problem:
                    print(f"FAILED: {model} {' '.join(mode)}: {problem}")
                    failed = True
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
