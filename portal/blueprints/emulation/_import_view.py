"""What the pages of an import show: the workbook that was read, its rows, what is wrong with which cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from portal.blueprints.emulation._page import Frame, load_frame, visible
from portal.core.errors import NotAllowed
from portal.core.pagination import bounded_count
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.emulation.catalogue_models import EmulationTitle
from portal.domain.emulation.enums import EDITABLE
from portal.domain.emulation.errors import NotEditable
from portal.domain.emulation.import_enums import ImportRowState, ImportState
from portal.domain.emulation.import_models import ImportBatch, ImportRow
from portal.domain.emulation.models import EmulationRegistration
from portal.domain.emulation.queries.imports import imports_of, rows_of, title_names
from portal.domain.emulation.queries.periods import titles_valid
from portal.domain.emulation.workbook import LABELS, NAME, Marker
from portal.imports._sheet import at_cell
from portal.web.formats import moment, number
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
class RowView:
    """A row of the workbook as the page shows it."""

    number: int
    state: ImportRowState
    name: str
    kind: str
    title: str
    typed_title: str
    work: str
    born: str
    changes: list[str]
    errors: list[str]
    warnings: list[str]


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch as a list of earlier imports shows it."""

    file_name: str
    state: ImportState
    at: str
    who: str
    counts: str
    url: str


@dataclass(frozen=True, slots=True)
class RowsView:
    """One page of a batch's rows, with the tabs and pages around it."""

    rows: list[RowView]
    tabs: list[Tab]
    pager: Pager
    chosen: str


def own_registration(work: Work, registration_id: int) -> EmulationRegistration:
    """The registration of a unit for which the actor edits, in whatever state; NotFound or NotAllowed otherwise."""
    found = visible(work, registration_id)
    if not work.actor.holds_at(Permission.REGISTRATION_EDIT, found.unit_id):
        raise NotAllowed
    return found


def import_frame(work: Work, registration_id: int) -> Frame:
    """The registration into which a workbook may be imported now; raises NotFound, NotAllowed, NotEditable."""
    found = own_registration(work, registration_id)
    if found.state not in EDITABLE:
        raise NotEditable
    return load_frame(work, found)


def titles_of(work: Work, frame: Frame) -> list[EmulationTitle]:
    """The titles that exist in the registration's period."""
    return list(work.session.scalars(titles_valid(frame.period)))


def marker_of(frame: Frame) -> Marker:
    """What the registration's own workbook says of itself."""
    return Marker(frame.unit.code, frame.period.code)


def earlier_imports(work: Work, registration_id: int) -> list[BatchView]:
    """The latest imports of a registration, those that wait for a decision among them."""
    rows = work.session.execute(imports_of(work.actor, registration_id, work.today()))
    return [
        BatchView(
            file_name=batch.file_name,
            state=batch.state,
            at=moment(batch.created_at),
            who=who,
            counts=counts_text(batch),
            url=url_for("emulation.show_import", registration_id=registration_id, batch_id=batch.id),
        )
        for batch, who in rows
    ]


def counts_text(batch: ImportBatch) -> str:
    """Thêm 22 dòng, thay đổi 1 dòng, giữ nguyên 15 dòng, 2 dòng cần sửa."""
    parts = [
        ("thêm {} dòng", batch.new_count),
        ("thay đổi {} dòng", batch.changed_count),
        ("giữ nguyên {} dòng", batch.same_count),
        ("{} dòng cần sửa", batch.faulty_count),
    ]
    text = ", ".join(words.format(number(count)) for words, count in parts if count) or "không có dòng nào"
    return text[:1].upper() + text[1:]


def rows_view(work: Work, batch: ImportBatch, chosen: str, page: int) -> RowsView:
    """One page (from 1) of the rows, all or those of one state."""
    chosen = chosen if chosen in STATES else ""
    counts = {
        "": batch.new_count + batch.changed_count + batch.same_count + batch.faulty_count,
        "can-sua": batch.faulty_count,
        "them": batch.new_count,
        "doi": batch.changed_count,
        "nguyen": batch.same_count,
    }
    total = counts[chosen]
    page = min(max(page, 1), max(1, -(-total // PAGE)))
    stmt = rows_of(batch.id, STATES.get(chosen)).limit(PAGE).offset((page - 1) * PAGE)
    rows = list(work.session.scalars(stmt))
    titles = _title_names(work, rows)
    return RowsView(
        rows=[_row(batch, row, titles) for row in rows],
        tabs=[
            Tab(TAB_LABELS.get(key, "Tất cả"), _url(batch, key), key == chosen, number(count))
            for key, count in counts.items()
            if count or not key
        ],
        pager=_pager(batch, chosen, page, len(rows), total),
        chosen=chosen,
    )


def fault_links(work: Work, batch: ImportBatch) -> list[tuple[str, str]]:
    """The first faults, each a link to its row: (address, sentence with its cell)."""
    rows = work.session.scalars(rows_of(batch.id, ImportRowState.FAULTY).limit(MOST_LINKS))
    links = []
    for place, row in enumerate(rows):
        address = f"{_url(batch, 'can-sua', place // PAGE + 1)}#dong-{row.number}"
        links += [(address, text) for text in texts_of(batch, row, row.errors)]
    return links[:MOST_LINKS]


def texts_of(batch: ImportBatch, row: ImportRow, findings: Sequence[Any]) -> list[str]:
    """The sentences about a row's cells, each with its cell."""
    return [at_cell(letters_of(batch, finding["field"]), row.number, finding["text"]) for finding in findings]


def letters_of(batch: ImportBatch, field: str) -> str:
    """The letters of a field's column; what has no column of its own is told at the name."""
    found: str = batch.columns.get(field) or batch.columns[NAME]
    return found


def faulty_rows(work: Work, batch: ImportBatch) -> list[ImportRow]:
    """The rows that are given back to be corrected."""
    return list(work.session.scalars(rows_of(batch.id, ImportRowState.FAULTY)))


def has_faulty(work: Work, batch: ImportBatch) -> bool:
    """Whether rows are there to be given back (a batch that was given up has none)."""
    return bounded_count(work.session, rows_of(batch.id, ImportRowState.FAULTY), 1).value > 0


def _title_names(work: Work, rows: Sequence[ImportRow]) -> dict[int, str]:
    ids = {row.payload["line"]["title_id"] for row in rows if row.payload["line"]}
    return {row.id: row.name for row in work.session.execute(title_names(ids))}


def _row(batch: ImportBatch, row: ImportRow, titles: dict[int, str]) -> RowView:
    cells, line = row.payload["cells"], row.payload["line"]
    typed = cells.get("title_id", "")
    title = titles.get(line["title_id"], typed) if line else typed
    return RowView(
        number=row.number,
        state=row.state,
        name=cells.get(NAME, ""),
        kind=cells.get("subject", ""),
        title=title,
        typed_title=typed if typed != title else "",
        work=", ".join(text for text in (cells.get("post"), cells.get("division")) if text),
        born=cells.get("birth_year", ""),
        changes=[_change(name, *values) for name, values in row.changes.items()],
        errors=texts_of(batch, row, row.errors),
        warnings=texts_of(batch, row, row.warnings),
    )


def _change(name: str, before: str, after: str) -> str:
    return f"{LABELS.get(name, name)}: {before or 'để trống'} → {after or 'để trống'}"


def _url(batch: ImportBatch, chosen: str, page: int = 1) -> str:
    values: dict[str, Any] = {"loai": chosen} if chosen else {}
    if page > 1:
        values["trang"] = page
    return url_for("emulation.show_import", registration_id=batch.registration_id, batch_id=batch.id, **values)


def _pager(batch: ImportBatch, chosen: str, page: int, shown: int, total: int) -> Pager:
    first = (page - 1) * PAGE + 1
    last = first + shown - 1
    return Pager(
        text=f"{number(first)}–{number(last)} trong {number(total)} dòng" if shown else "Không có dòng nào",
        first_url=_url(batch, chosen) if page > 1 else None,
        prev_url=_url(batch, chosen, page - 1) if page > 1 else None,
        next_url=_url(batch, chosen, page + 1) if last < total else None,
    )
