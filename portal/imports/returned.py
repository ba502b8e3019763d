"""The rows of a received file put together again as it was laid out, with what is wrong beside each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from portal.domain.staging.models import ImportRow
from portal.domain.staging.returned import ReturnedRow, ReturnedSheet
from portal.imports._body import read_body
from portal.imports._book import Merge, Sheet
from portal.imports._cells import text_of
from portal.imports._errors import WorkbookRefused
from portal.imports._groups import groups_above
from portal.imports._header import Header, header_from
from portal.imports.engine import GONE, Source, place_of
from portal.imports.kinds import ImportKind
from portal.imports.mapping import Layout, Looks, column_map, says_group
from portal.imports.spec import FAULT, FAULT_LABEL, ColumnMap

NARROWEST, WIDEST, FAULT_WIDTH = 5.0, 42.0, 60.0
MEASURED = 200


def returned_sheet(
    source: Source, kind: ImportKind, looks: Looks, layout: Layout, rows: Sequence[ImportRow], *, whole: bool
) -> ReturnedSheet:
    """The sheet that goes back: the rows of the file that `rows` (stored ones) stand for, or the whole table.

    Of rows with errors the cells are marked. Raises WorkbookRefused when the file is gone.
    """
    sheet = source.book(layout.sheet).sheet(layout.sheet)
    if sheet is None:
        raise WorkbookRefused(GONE)
    header, mapping = header_from(sheet, layout.first), column_map(layout)
    body = read_body(sheet, header, mapping, kind.fields, says_group(kind.fields, looks), kind.most_rows)
    sent = set(body.rows.numbers)
    wanted = sent if whole else {row.number for row in rows} & sent
    groups = groups_above(body.groups, wanted)
    faults = _faults(rows, kind, layout, mapping)
    width, own = _width(sheet, header), mapping.place(FAULT)
    at = width if own is None else own
    return ReturnedSheet(
        name=sheet.name,
        above=[_without(row[:width], own) for row in sheet.cells[: header.last + 1]],
        headings=header.last - header.first + 1,
        rows=[
            ReturnedRow(_without(sheet.cells[number - 1][:width], own), *faults.get(number, (frozenset(), "")))
            for number in sorted(wanted | groups)
        ],
        fault_at=at,
        fault_label=FAULT_LABEL,
        merges=[(m.top, m.left, m.bottom, m.right) for m in sheet.merges if _is_above(m, header, width)],
        hidden=_hidden(kind, mapping),
        widths={**{place: _column_width(sheet, header, place) for place in range(width)}, at: FAULT_WIDTH},
    )


def _faults(
    rows: Sequence[ImportRow], kind: ImportKind, layout: Layout, mapping: ColumnMap
) -> Mapping[int, tuple[frozenset[int], str]]:
    """By row of the file: the faulty columns, and the sentences with the headings that the unit wrote."""
    headings = {column.at: column.heading for column in layout.columns}
    main = main_field(kind)
    found: dict[int, tuple[set[int], list[str]]] = {}
    for row in rows:
        for error in row.errors or ():
            at = place_of(mapping, main, row.payload.get("places"), error["field"])
            places, texts = found.setdefault(row.number, (set(), []))
            places.add(at)
            text = f"{headings.get(at) or kind.fields.label(error['field'])}: {error['text']}"
            if text not in texts:
                texts.append(text)
    return {number: (frozenset(places), "\n".join(texts)) for number, (places, texts) in found.items()}


def main_field(kind: ImportKind) -> str:
    """The field that names a row: messages that have no column of their own are told there."""
    return next(shown.keys[0] for shown in kind.shown if shown.main)


def _hidden(kind: ImportKind, mapping: ColumnMap) -> frozenset[int]:
    keys = [f.key for f in kind.fields.all if f.hidden and f.key != FAULT]
    return frozenset(place for key in keys for place in mapping.columns.get(key, ()))


def _width(sheet: Sheet, header: Header) -> int:
    """How many columns the table has: those with headings, and those that the lines above it reach into."""
    headed = max((h.at for h in header.headings), default=0) + 1
    above = [at for row in sheet.cells[: header.last + 1] for at, value in enumerate(row) if text_of(value)]
    return max([headed, *(at + 1 for at in above)])


def _without(row: Sequence[Any], own: int | None) -> list[Any]:
    """A row, without what an earlier return wrote into the column of faults."""
    return ["" if at == own else value for at, value in enumerate(row)]


def _is_above(merge: Merge, header: Header, width: int) -> bool:
    return merge.bottom <= header.last and merge.right < width


def _column_width(sheet: Sheet, header: Header, at: int) -> float:
    """Wide enough for most of what stands in a column, in characters."""
    rows = sheet.cells[header.first : header.first + MEASURED]
    lengths = sorted(len(text_of(row[at])) for row in rows if at < len(row))
    usual = lengths[int(len(lengths) * 0.9)] if lengths else 0
    return min(max(usual + 2.0, NARROWEST), WIDEST)
