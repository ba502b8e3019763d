"""One process that writes a list of 100,000 rows by 20 columns and says what it took.

    python -m benchmarks._writing portal 100000      in the official layout, by the portal's row stream
    python -m benchmarks._writing plain 100000       the same cells by XlsxWriter's calls, one format a column

Prints seconds, seconds to the first progress, and the most memory it held in MB, as JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import xlsxwriter

from portal.exports._cells import Kind
from portal.exports._workbook import Annex, Column, ListDocument, Target, write_list
from seed.names import NameGenerator

KINDS = (Kind.INTEGER, *[Kind.TEXT] * 13, Kind.YEAR, Kind.DATE, Kind.DATE, Kind.DECIMAL, Kind.STATUS, Kind.TEXT)
DIFFERENT = 997  # rows that differ; a prime, so that they do not fall in step with anything


def rows(count: int) -> Iterator[tuple[Any, ...]]:
    """The same rows for both: names, posts, units, days, numbers."""
    random, names = Random(7), NameGenerator("bench:exports")
    drawn = [_row(random, names) for _ in range(DIFFERENT)]
    for number in range(count):
        yield (number + 1, *drawn[number % DIFFERENT])


def _row(random: Random, names: NameGenerator) -> tuple[Any, ...]:
    texts = [names.person().full_name]
    texts += [f"Phòng Nội vụ và Tổ chức cán bộ số {random.randrange(900)}" for _ in range(12)]
    day = date(2023, 1, 1) + timedelta(days=random.randrange(365))
    return (*texts, 1960 + random.randrange(45), day, day, random.randrange(10_000) / 10, "Đã gửi", "Ghi chú ngắn")


def by_portal(folder: Path, count: int) -> float:
    """Write by the portal; gives the seconds until progress was told first."""
    told: list[float] = []
    began = time.perf_counter()
    document = ListDocument(
        "DANH SÁCH ĐĂNG KÝ THI ĐUA",
        [Column(f"Cột {n}", 16, kind) for n, kind in enumerate(KINDS, 1)],
        Annex("Kèm theo Tờ trình số 12/TTr-SNV ngày 15 tháng 3 năm 2023 của Sở Nội vụ"),
        datetime(2023, 3, 15, tzinfo=UTC),
    )
    write_list(Target(folder), document, rows(count), progress=lambda _: told.append(time.perf_counter() - began))
    return told[0]


def by_calls(folder: Path, count: int) -> float:
    """Write by XlsxWriter's own calls in constant memory."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "tmpdir": str(folder)}
    with xlsxwriter.Workbook(str(folder / "plain.xlsx"), options) as book:
        sheet = book.add_worksheet()
        looks = {Kind.DATE: "dd/mm/yyyy", Kind.INTEGER: "#,##0", Kind.DECIMAL: "#,##0.0", Kind.YEAR: "0"}
        formats = [book.add_format({"border": 1, "num_format": looks.get(kind, "General")}) for kind in KINDS]
        for row, values in enumerate(rows(count), 1):
            for column, value in enumerate(values):
                if isinstance(value, str):
                    sheet.write_string(row, column, value, formats[column])
                elif isinstance(value, date):
                    sheet.write_datetime(row, column, value, formats[column])
                else:
                    sheet.write_number(row, column, value, formats[column])
    return 0.0


def main(way: str, count: int) -> None:
    """Write once, print what it took."""
    with tempfile.TemporaryDirectory() as name:
        began = time.perf_counter()
        first = (by_portal if way == "portal" else by_calls)(Path(name), count)
        seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "first": first, "peak": peak}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
