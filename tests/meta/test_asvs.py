"""docs/asvs.md: whole, with verdicts it may give, and nothing named that is not there."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (V[0-9.]+) \| (yes|part|no|site) \| (.+) \|$", re.MULTILINE)
# Requirements of level 1 and 2 in ASVS 5.0.0, by section; V10 and V17 are left out whole.
LEVEL_TWO = {
    "1.1": [1, 2],
    "1.2": [1, 2, 3, 4, 5, 6, 7, 8, 9],
    "1.3": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    "1.4": [1, 2, 3],
    "1.5": [1, 2],
    "2.1": [1, 2, 3],
    "2.2": [1, 2, 3],
    "2.3": [1, 2, 3, 4],
    "2.4": [1],
    "3.2": [1, 2],
    "3.3": [1, 2, 3, 4],
    "3.4": [1, 2, 3, 4, 5, 6],
    "3.5": [1, 2, 3, 4, 5],
    "3.7": [1, 2],
    "4.1": [1, 2, 3],
    "4.2": [1],
    "4.3": [1, 2],
    "4.4": [1, 2, 3, 4],
    "5.1": [1],
    "5.2": [1, 2, 3],
    "5.3": [1, 2],
    "5.4": [1, 2, 3],
    "6.1": [1, 2, 3],
    "6.2": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    "6.3": [1, 2, 3, 4],
    "6.4": [1, 2, 3, 4],
    "6.5": [1, 2, 3, 4, 5],
    "6.6": [1, 2, 3],
    "6.8": [1, 2, 3, 4],
    "7.1": [1, 2, 3],
    "7.2": [1, 2, 3, 4],
    "7.3": [1, 2],
    "7.4": [1, 2, 3, 4, 5],
    "7.5": [1, 2],
    "7.6": [1, 2],
    "8.1": [1, 2],
    "8.2": [1, 2, 3],
    "8.3": [1],
    "8.4": [1],
    "9.1": [1, 2, 3],
    "9.2": [1, 2, 3, 4],
    "11.1": [1, 2],
    "11.2": [1, 2, 3],
    "11.3": [1, 2, 3],
    "11.4": [1, 2, 3, 4],
    "11.5": [1],
    "11.6": [1],
    "12.1": [1, 2, 3],
    "12.2": [1, 2],
    "12.3": [1, 2, 3, 4],
    "13.1": [1],
    "13.2": [1, 2, 3, 4, 5],
    "13.3": [1, 2],
    "13.4": [1, 2, 3, 4, 5],
    "14.1": [1, 2],
    "14.2": [1, 2, 3, 4],
    "14.3": [1, 2, 3],
    "15.1": [1, 2, 3],
    "15.2": [1, 2, 3],
    "15.3": [1, 2, 3, 4, 5, 6, 7],
    "16.1": [1],
    "16.2": [1, 2, 3, 4, 5],
    "16.3": [1, 2, 3, 4],
    "16.4": [1, 2, 3],
    "16.5": [1, 2, 3],
}


def test_every_requirement_stands_once() -> None:
    left_out = re.findall(r"\bV\d+\.\d+\.\d+\b", TEXT.split("## V1 ", 1)[0])
    named = Counter([*left_out, *(row[0] for row in ROW.findall(TEXT))])
    wanted = {f"V{section}.{number}" for section, numbers in LEVEL_TWO.items() for number in numbers}
    assert {name for name in wanted if named[name] != 1} == set()
    assert set(named) - wanted == set()


def test_every_line_has_a_verdict() -> None:
    lines = [line for line in TEXT.splitlines() if line.startswith("| V")]
    assert len(lines) == len(ROW.findall(TEXT))


def test_what_is_named_is_there() -> None:
    paths = re.findall(r"\b(?:[tp]|docs|deploy|tests|seed)/[\w./-]*\w", TEXT)
    assert len(paths) > 100
    whole = [re.sub(r"^p/", "portal/", re.sub(r"^t/", "tests/", path)) for path in paths]
    assert [path for path in whole if not (ROOT / path).exists()] == []
