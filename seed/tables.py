"""Reader of the seed's CSV tables: UTF-8, a header row, empty cells kept as empty strings."""

from __future__ import annotations

import csv
from pathlib import Path

ROOT = Path(__file__).parent
DATA = ROOT / "data"
DEMO = ROOT / "demo"


def read_table(name: str, folder: Path = DATA) -> list[dict[str, str]]:
    """The rows of `<folder>/<name>.csv`, in the file's order.

    Raises FileNotFoundError if there is no such table, ValueError if a row has more or fewer cells than the header.
    """
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream, restkey="", restval=None, strict=True)
        rows: list[dict[str, str]] = []
        for row in reader:
            if "" in row or None in row.values():
                raise ValueError(f"{name}.csv, line {reader.line_num}: the number of cells differs from the header")
            rows.append(row)
    return rows


def parts(cell: str) -> tuple[str, ...]:
    """The values of a cell that holds several, written between bars (a|b|c); none for an empty cell."""
    return tuple(cell.split("|")) if cell else ()
