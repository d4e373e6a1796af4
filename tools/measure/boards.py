# SPDX-License-Identifier: Apache-2.0
"""The emulated boards of examples/firmware."""

import json
from dataclasses import dataclass
from pathlib import Path

FIRMWARE = Path(__file__).resolve().parents[2] / "examples" / "firmware"


@dataclass(frozen=True)
class Board:
    name: str
    core: str
    target: str           # device class of smelt
    toolchain: str
    prefix: str           # of the compiler's and binutils' names
    compile_model: tuple  # options for emitted code
    compile_start: tuple  # options for start-up code
    link: tuple           # options to link with
    sources: tuple        # start-up code, in examples/firmware/src
    emulate: tuple        # command to which the program is appended

    @property
    def avr(self):
        return self.toolchain == "avr"


def _memory_options(board):
    """Where link.ld is to put things; boards without a memory map use their toolchain's script."""
    if "flash" not in board:
        return []
    symbols = {"vectors_origin": board["vectors"],
               "flash_origin": board["flash"][0], "flash_bytes": board["flash"][1],
               "ram_origin": board["ram"][0], "ram_bytes": board["ram"][1]}
    return [f"-Wl,--defsym={symbol}={value}" for symbol, value in symbols.items()] + [
        f"-T{FIRMWARE / 'link.ld'}"]


def _board(name, board, data):
    toolchain = data["toolchains"][board["toolchain"]]
    flags = [*toolchain["compile"], *board["flags"]]
    return Board(
        name=name, core=board["core"], target=board["target"], toolchain=board["toolchain"],
        prefix=toolchain["prefix"],
        compile_model=(*flags, *data["compile_model"]),
        compile_start=(*flags, *data["compile_start"]),
        link=(*flags, *data["link"], *toolchain["link"], *_memory_options(board)),
        sources=tuple(toolchain["sources"]),
        emulate=(*toolchain["emulator"], *board["machine"], *toolchain["load"]))


def _read():
    data = json.loads((FIRMWARE / "boards.json").read_text())
    return {name: _board(name, board, data) for name, board in data["boards"].items()}


BOARDS = _read()
