"""Workbooks as they should not be: real ones with something wrong in the file, its parts or its cells."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random

from seed.workbooks import FOLDER

OLD = Path(__file__).resolve().parents[1] / "imports" / "cu.xls"
VALUES = (
    "-1", "999999999", "1e308", "-1e-308", "NaN", "INF", "", "abc", "=1+1", "2958466", "60", "0.1", "9" * 400,
)  # fmt: skip
TEXTS = ("&#1;", "\x01", "&#x0;", "&lt;script&gt;", "=HYPERLINK(1)", "e\u0301" * 300, "x" * 40_000, "&thing;", "\uffff")
KINDS = ("s", "n", "b", "e", "d", "str", "inlineStr", "zz")
PLACES = ("XFD1048576", "A99999999999", "ZZZZZ1", "1A", "", "A0", "A-1")
SHEET = re.compile(r"xl/worksheets/.*\.xml$")


def books() -> dict[str, bytes]:
    """The real workbooks, by name."""
    found = sorted(path for path in FOLDER.iterdir() if path.suffix in (".xlsx", ".xls", ".csv"))
    return {path.name: path.read_bytes() for path in (*found, OLD)}


def broken(content: bytes, rng: Random) -> bytes:
    """The same with some damage."""
    way = rng.choice((_cut, _flipped, _repacked, _repacked, _repacked, _repacked))
    return way(content, rng)


def _cut(content: bytes, rng: Random) -> bytes:
    at = rng.randrange(len(content))
    return rng.choice((content[:at], content[at:], content[:at] + bytes(rng.randrange(1, 4_000))))


def _flipped(content: bytes, rng: Random) -> bytes:
    made = bytearray(content)
    for _ in range(rng.choice((1, 10, 200))):
        made[rng.randrange(len(made))] = rng.randrange(256)
    return bytes(made)


def _repacked(content: bytes, rng: Random) -> bytes:
    """Another package with one part changed, missing, doubled or misnamed."""
    if not content.startswith(b"PK"):
        return _flipped(content, rng)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = [(name, package.read(name)) for name in package.namelist()]
    sheets = [at for at, (name, _) in enumerate(parts) if SHEET.search(name)]
    at = rng.choice(sheets) if rng.random() < 0.7 and sheets else rng.randrange(len(parts))
    name, text = parts[at]
    if at in sheets and rng.random() < 0.85:
        for _ in range(rng.choice((1, 1, 3))):
            text = rng.choice(CELLS)(text.decode(), rng).encode()
        parts[at] = (name, text)
    else:
        parts[at : at + 1] = rng.choice(
            (
                [],
                [(name, b"")],
                [(name, text[: len(text) // 2])],
                [(name, text), (name + "x", text)],
                [(name.upper(), text)],
                [("../" + name, text)],
                [(name, b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')],
                [(name, b"<a/>")],
                [(name, rng.randbytes(400))],
            )
        )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as package:
        for name, text in parts:
            package.writestr(name, text)
    return stream.getvalue()


def _some(pattern: str, made: Callable[[Random], str]) -> Callable[[str, Random], str]:
    """A change that puts something else in the place of some of what fits."""

    def change(text: str, rng: Random) -> str:
        share = rng.choice((0.002, 0.05, 0.5))
        return re.sub(pattern, lambda found: made(rng) if rng.random() < share else found.group(), text)

    return change


CELLS = (
    _some(r"<v>[^<]*</v>", lambda rng: f"<v>{rng.choice(VALUES)}</v>"),
    _some(r"<t[^>]*>[^<]*</t>", lambda rng: f"<t>{rng.choice(TEXTS)}</t>"),
    _some(r' t="\w+"', lambda rng: f' t="{rng.choice(KINDS)}"'),
    _some(r' r="[A-Z]+\d+"', lambda rng: f' r="{rng.choice(PLACES)}"'),
    _some(r'<row r="\d+"', lambda rng: f'<row r="{rng.choice(("0", "1", "1048577", "99999999999", "x"))}"'),
    _some(r' s="\d+"', lambda rng: f' s="{rng.choice(("0", "99999", "-1", "x"))}"'),
    lambda text, rng: re.sub(r'<dimension ref="[^"]*"', f'<dimension ref="A1:{rng.choice(PLACES)}"', text),
    lambda text, rng: text.replace("</row>", "", rng.randrange(1, 4)),
    lambda text, _: text.replace("</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'),
    lambda text, rng: text.replace("<mergeCells", f'<mergeCells junk="{rng.random()}"').replace(":", "::", 3),
    lambda text, _: re.sub(r'<mergeCell ref="[^"]*"', '<mergeCell ref="A1:XFD1048576"', text),
)
