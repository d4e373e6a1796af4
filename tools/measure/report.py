# SPDX-License-Identifier: Apache-2.0
"""Results as tables, JSON and changes."""

import json
import sys

from .layers import MANY_TAPS

KEYS = ["model", "target", "optimize", "stream", "instructions", "cycles", "ram_bytes",
        "stack_bytes", "flash_code", "flash_weights", "flash_tables", "bit_exact"]
COUNTS = KEYS[4:-1]

# Milliseconds of one run in TensorFlow Lite Micro with its reference kernels: x86-64, one thread,
# -O3 -DNDEBUG, the shortest of several runs.
INTERPRETER_MILLISECONDS = {
    "kws_ref_model": 5.99,
    "vww_96_int8": 10.0,
    "pretrainedResnet_quant": 10.2,
    "ad01_int8": 0.150,
    "micro_speech_quantized": 0.72,
}


def _ratio(count, result):
    macs = result.get("macs")
    return f"{result[count] / macs:.3f}" if macs and result[count] else ""


# Heading, width (negative: left-justified), and what stands there.
COLUMNS = [
    ("model", -24, lambda r: r["model"]),
    ("target", -14, lambda r: r["target"]),
    ("instructions", 12, lambda r: r["instructions"]),
    ("per MAC", 8, lambda r: _ratio("instructions", r)),
    ("cycles ~", 11, lambda r: r["cycles"]),
    ("RAM", 8, lambda r: r["ram_bytes"]),
    ("stack", 7, lambda r: r["stack_bytes"]),
    ("code", 7, lambda r: r["flash_code"]),
    ("weights", 9, lambda r: r["flash_weights"]),
    ("tables", 7, lambda r: r["flash_tables"]),
    ("exact", 6, lambda r: {True: "yes", False: "NO", None: None}[r["bit_exact"]]),
    ("ms", 8, lambda r: f"{r['milliseconds']:.3f}" if "milliseconds" in r else None),
    ("interpreter", 11, lambda r: INTERPRETER_MILLISECONDS.get(r["model"])
     if "milliseconds" in r else None),
]


def _text(value):
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else str(value)


def shortened(name, width):
    return name if len(name) <= width else f"{name[:width - 3]}..."


def _line(cells, columns):
    return "  ".join(cell.ljust(-width) if width < 0 else cell.rjust(width)
                     for cell, (_, width, _) in zip(cells, columns)).rstrip()


def print_head():
    print(_line([head for head, _, _ in COLUMNS], COLUMNS), flush=True)


def print_result(result):
    print(_line([_text(value(result)) for _, _, value in COLUMNS], COLUMNS), flush=True)


def _layer_columns(counts, totals):
    """The first of the counts is what shares are of."""
    columns = [
        ("", 2, lambda _: ""),
        ("layer", -32, lambda r: shortened(r["name"], 32)),
        ("kernel", -28, lambda r: r["kernel"]),
        ("taps", 6, lambda r: r["taps"] or None),
        ("MACs", 11, lambda r: r["macs"] or None),
        ("share", 7, lambda r: f"{100 * r[counts[0]] / max(totals[counts[0]], 1):.1f} %"),
    ]
    for count in counts:
        title = "cycles ~" if count == "cycles" else count
        columns += [(title, 12, lambda r, count=count: r[count]),
                    ("per MAC", 8, lambda r, count=count: _ratio(count, r))]
    return columns


def _by_taps(rows, counts):
    """Sums over the layers with many taps, and with few."""
    for name, chosen in (
            (f"{MANY_TAPS} taps or more", [r for r in rows if r["taps"] >= MANY_TAPS]),
            ("fewer", [r for r in rows if 0 < r["taps"] < MANY_TAPS])):
        if chosen:
            yield {"name": name, "kernel": None, "taps": 0,
                   **{key: sum(r[key] for r in chosen) for key in ("macs", *counts)}}


def print_layers(result):
    counts = [key for key in ("instructions", "cycles") if result[key] is not None]
    rows = result["layers"]
    columns = _layer_columns(counts, result)
    print(_line([head for head, _, _ in columns], columns))
    for row in [*rows, *_by_taps(rows, counts)]:
        print(_line([_text(value(row)) for _, _, value in columns], columns))
    print(flush=True)


def write_markdown(path, results):
    rows = [[head for head, _, _ in COLUMNS],
            ["---" if width < 0 else "---:" for _, width, _ in COLUMNS]]
    rows += [[_text(value(result)) for _, _, value in COLUMNS] for result in results]
    path.write_text("".join(f"| {' | '.join(row)} |\n" for row in rows))


def write_json(path, results):
    path.write_text(json.dumps([{key: r[key] for key in [*KEYS, "layers"] if key in r}
                                for r in results], indent=1) + "\n")


def read(path):
    """Results of --json."""
    try:
        results = json.loads(path.read_text())
        return [{key: result[key] for key in KEYS} for result in results]
    except OSError as error:
        sys.exit(f"tools/bench: cannot read {path}: {error.strerror}")
    except (ValueError, TypeError, KeyError) as error:
        sys.exit(f"tools/bench: {path} is not a result of tools/bench --json: {error!r}")


def print_changes(before, after):
    """What differs between two lists of results of the same models, targets and modes."""
    def place(result):
        return tuple(result[key] for key in KEYS[:4])

    old = {place(result): result for result in before}
    print("\nchanges:")
    changed = False
    for result in after:
        for key in COUNTS + ["bit_exact"]:
            was, now = old.get(place(result), {}).get(key), result[key]
            if was is None or now is None or was == now:
                continue
            changed = True
            percent = f"{100 * (now - was) / was:+8.2f} %" if was and key in COUNTS else ""
            print(f"  {result['model']:<24}  {result['target']:<14}  {key:<14} "
                  f"{_text(was):>12} -> {_text(now):>12}  {percent}".rstrip())
    missing = [row for row in map(place, after) if row not in old]
    if missing:
        print(f"  {len(missing)} results are new")
    if not changed and not missing:
        print("  none")
