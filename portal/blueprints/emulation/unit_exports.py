"""The list of units that owe a registration, as XLSX and on paper: what its own query shows, in its order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

from flask import Response, request

from portal.blueprints.emulation import bp
from portal.blueprints.emulation._export_form import ExportForm
from portal.blueprints.emulation._unit_list import OWING, UnitItem, unit_items
from portal.blueprints.emulation.exports import printed_sheet
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.emulation.queries.overview import may_export_unit
from portal.exports._list_paper import XLSX, ListForm, ListHead, head_of_list
from portal.exports._workbook import Target
from portal.exports.emulation_lists import UNIT_COLUMNS, UNITS_TITLE, write_units
from portal.jobs.emulation_exports import EXPORTED, PRINTED_LIST, in_order
from portal.web.access import requires
from portal.web.audit_reads import record_read
from portal.web.context import work
from portal.web.downloads import send_made
from portal.web.htmx import page
from portal.web.lists import Listing

OBJECT_TYPE = "emulation_unit_list"


@bp.get("/dang-ky/don-vi/xuat.xlsx")
@requires(Permission.COMPLETENESS_VIEW)
def export_units() -> Response:
    """The workbook; there are never more rows than units."""
    current = work()
    listing, paper, rows = _sheet(current)

    def make(stream: BinaryIO, workplace: Path) -> None:
        write_units(Target(workplace, stream), paper, rows, _sentence(rows))
        record_read(EXPORTED, OBJECT_TYPE, listing.about.year, detail={**listing.query, "rows": len(rows)})

    return send_made(make, f"tinh-hinh-dang-ky-thi-dua-{listing.about.year}.xlsx", XLSX)


@bp.get("/dang-ky/don-vi/in")
@requires(Permission.COMPLETENESS_VIEW)
def print_units() -> Response:
    """The same list on A4."""
    current = work()
    listing, paper, rows = _sheet(current)
    record_read(PRINTED_LIST, OBJECT_TYPE, listing.about.year, detail={**listing.query, "rows": len(rows)})
    return page(
        "lists/print_list.html",
        **printed_sheet(paper, UNIT_COLUMNS, [("", [(number, *row) for number, row in enumerate(rows, 1)])]),
        sentence=_sentence(rows),
        back_url=listing.url(),
        export_url=listing.url("emulation.export_units"),
    )


def _sheet(current: Work) -> tuple[Listing, ListHead, list[Sequence[Any]]]:
    today = current.today()
    listing = OWING.listing(current, request.args)
    form = ExportForm(request.args, meta={"csrf": False})
    year = listing.about.year
    period = f"Năm {year}, tính đến ngày {today:%d/%m/%Y}"
    paper = head_of_list(current, UNITS_TITLE, ListForm(form.the_thuc.data), period, year, note=listing.note)
    source = OWING.source(current, listing)
    stmt = in_order(source.stmt.where(may_export_unit(current.actor, today)), listing.order)
    items = unit_items(current.actor, current.session.execute(stmt).all(), today)
    return listing, paper, [_cells(item) for item in items]


def _cells(item: UnitItem) -> Sequence[Any]:
    return (
        item.name,
        item.kind,
        item.parent,
        item.status.label,
        item.due_on,
        item.sent_on,
        item.late or None,
        item.paper_no,
        item.lines,
    )


def _sentence(rows: Sequence[Sequence[Any]]) -> str:
    """Tổng số: 80 đơn vị, đã gửi 52 đơn vị (65,0%)./."""
    sent = sum(1 for row in rows if row[5] is not None)
    share = f" ({100 * sent / len(rows):.1f}%)".replace(".", ",") if rows else ""
    return f"Tổng số: {len(rows)} đơn vị, đã gửi {sent} đơn vị{share}./."
