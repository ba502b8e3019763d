"""What the page of an import shows: its rows, what each would do, what is wrong with which cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from portal.core.pagination import bounded_count
from portal.domain.access.actor import Work
from portal.domain.staging.enums import ImportRowState
from portal.domain.staging.models import ImportBatch, ImportRow
from portal.domain.staging.queries import rows_of
from portal.imports._cells import at_cell, column_letters
from portal.imports.engine import place_of
from portal.imports.kinds import ImportKind, Shown
from portal.imports.returned import main_field
from portal.imports.spec import ColumnMap
from portal.web.formats import number
from portal.web.lists import Pager, Tab

PAGE = 100
MOST_LINKS = 20
STATES = {
    "can-sua": ImportRowState.FAULTY,
    "them": ImportRowState.NEW,
    "doi": ImportRowState.CHANGED,
    "nguyen": ImportRowState.SAME,
}
TAB_LABELS = {"can-sua": "Cần sửa", "them": "Thêm mới", "doi": "Thay đổi", "nguyen": "Không đổi"}


@dataclass(frozen=True, slots=True)
class CellView:
    """A cell of the list: its text, how it stands in the file where that differs, how it is set."""

    label: str
    text: str
    typed: str
    main: bool
    num: bool


@dataclass(frozen=True, slots=True)
class RowView:
    """A row of the workbook as the page shows it."""

    number: int
    anchor: str
    state: ImportRowState
    cells: list[CellView]
    changes: list[str]
    errors: list[str]
    warnings: list[str]


@dataclass(frozen=True, slots=True)
class RowsView:
    """One page of a batch's rows, with the tabs and pages around it."""

    rows: list[RowView]
    shown: Sequence[Shown]
    tabs: list[Tab]
    pager: Pager
    chosen: str


class Rows:
    """The rows of one batch, as pages show them."""

    def __init__(self, work: Work, kind: ImportKind, batch: ImportBatch) -> None:
        self._work, self._kind, self._batch = work, kind, batch
        self._mapping = ColumnMap.from_json(batch.mapping)
        self._main = main_field(kind)

    def view(self, chosen: str, page: int) -> RowsView:
        """One page (from 1) of the rows, all or those of one state."""
        batch = self._batch
        chosen = chosen if chosen in STATES else ""
        counts = {
            "": batch.row_count,
            "can-sua": batch.faulty_count,
            "them": batch.new_count,
            "doi": batch.changed_count,
            "nguyen": batch.same_count,
        }
        total = counts[chosen]
        page = min(max(page, 1), max(1, -(-total // PAGE)))
        stmt = rows_of(batch.id, STATES.get(chosen)).limit(PAGE).offset((page - 1) * PAGE)
        rows = [self._row(row) for row in self._work.session.scalars(stmt)]
        tabs = [
            Tab(TAB_LABELS.get(key, "Tất cả"), self._url(key), key == chosen, number(count))
            for key, count in counts.items()
            if count or not key
        ]
        return RowsView(rows, self._kind.shown, tabs, self._pager(chosen, page, len(rows), total), chosen)

    def fault_links(self) -> list[tuple[str, str]]:
        """The first faults, each a link to its row: (address, sentence with its cell)."""
        rows = self._work.session.scalars(rows_of(self._batch.id, ImportRowState.FAULTY).limit(MOST_LINKS))
        links = []
        for place, row in enumerate(rows):
            address = f"{self._url('can-sua', place // PAGE + 1)}#{_anchor(row)}"
            links += [(address, text) for text in self._texts(row, row.errors or [])]
        return links[:MOST_LINKS]

    def has_faulty(self) -> bool:
        """Whether rows are there to be given back (a batch that was given up has none)."""
        return bounded_count(self._work.session, rows_of(self._batch.id, ImportRowState.FAULTY), 1).value > 0

    def _row(self, row: ImportRow) -> RowView:
        cells, read = row.payload["cells"], row.payload.get("read", {})
        return RowView(
            number=row.number,
            anchor=_anchor(row),
            state=row.state,
            cells=[_cell(shown, cells, read) for shown in self._kind.shown],
            changes=[self._change(name, *values) for name, values in (row.changes or {}).items()],
            errors=self._texts(row, row.errors or []),
            warnings=self._texts(row, row.warnings or []),
        )

    def _texts(self, row: ImportRow, findings: Sequence[Any]) -> list[str]:
        """The sentences about a row's cells, each with its cell."""
        places = row.payload.get("places")
        return [
            at_cell(column_letters(place_of(self._mapping, self._main, places, f["field"])), row.number, f["text"])
            for f in findings
        ]

    def _change(self, name: str, before: str, after: str) -> str:
        return f"{self._kind.fields.label(name)}: {before or 'để trống'} → {after or 'để trống'}"

    def _url(self, chosen: str, page: int = 1) -> str:
        values: dict[str, Any] = {"loai": chosen} if chosen else {}
        if page > 1:
            values["trang"] = page
        return url_for("imports.show_import", batch_id=self._batch.id, **values)

    def _pager(self, chosen: str, page: int, shown: int, total: int) -> Pager:
        first = (page - 1) * PAGE + 1
        last = first + shown - 1
        return Pager(
            text=f"{number(first)}–{number(last)} trong {number(total)} dòng" if shown else "Không có dòng nào",
            first_url=self._url(chosen) if page > 1 else None,
            prev_url=self._url(chosen, page - 1) if page > 1 else None,
            next_url=self._url(chosen, page + 1) if last < total else None,
        )


def _anchor(row: ImportRow) -> str:
    return f"dong-{row.number}-{row.part}" if row.part else f"dong-{row.number}"


def _cell(shown: Shown, cells: dict[str, str], read: dict[str, str]) -> CellView:
    texts = [text for key in shown.keys if (text := read.get(key) or cells.get(key, ""))]
    typed = [cells[key] for key in shown.keys if read.get(key) and cells.get(key)]
    return CellView(shown.label, ", ".join(texts), ", ".join(typed), shown.main, shown.num)
