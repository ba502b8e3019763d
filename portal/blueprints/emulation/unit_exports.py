"""The list of units that owe a registration, as XLSX and on paper: what its own query shows, in its order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from flask import Response, request

from portal.blueprints.emulation import bp
from portal.blueprints.emulation._export_form import ExportForm
from portal.blueprints.emulation.completeness import ENDPOINT, UnitView, unit_status, unit_view
from portal.blueprints.emulation.exports import printed_sheet
from portal.core.clock import local
from portal.core.pagination import AnyRow
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.emulation.enums import SUBMITTED
from portal.domain.emulation.queries.overview import may_export_unit
from portal.exports._workbook import Target
from portal.exports.emulation_lists import UNIT_COLUMNS, UNITS_TITLE, ListForm, ListHead, write_units
from portal.jobs.emulation_exports import EXPORTED, PRINTED_LIST, XLSX, head, in_order
from portal.web.access import requires
from portal.web.audit_reads import record_read
from portal.web.context import work
from portal.web.downloads import send_made
from portal.web.htmx import page

OBJECT_TYPE = "emulation_unit_list"


@bp.get("/dang-ky/don-vi/xuat.xlsx")
@requires(Permission.COMPLETENESS_VIEW)
def export_units() -> Response:
    """The workbook; there are never more rows than units."""
    current = work()
    view, paper, rows = _sheet(current)

    def make(stream: BinaryIO, workplace: Path) -> None:
        write_units(Target(workplace, stream), paper, rows, _sentence(rows))
        record_read(EXPORTED, OBJECT_TYPE, view.year, detail={**view.listing.query, "rows": len(rows)})

    return send_made(make, f"tinh-hinh-dang-ky-thi-dua-{view.year}.xlsx", XLSX)


@bp.get("/dang-ky/don-vi/in")
@requires(Permission.COMPLETENESS_VIEW)
def print_units() -> Response:
    """The same list on A4."""
    current = work()
    view, paper, rows = _sheet(current)
    record_read(PRINTED_LIST, OBJECT_TYPE, view.year, detail={**view.listing.query, "rows": len(rows)})
    return page(
        "emulation/print_registrations.html",
        **printed_sheet(paper, UNIT_COLUMNS, [("", [(number, *row) for number, row in enumerate(rows, 1)])]),
        sentence=_sentence(rows),
        back_url=view.listing.url(),
        export_url=view.listing.url("emulation.export_units"),
    )


def _sheet(current: Work) -> tuple[UnitView, ListHead, list[Sequence[Any]]]:
    today = current.today()
    view = unit_view(current, ENDPOINT)
    form = ExportForm(request.args, meta={"csrf": False})
    paper = head(
        current,
        UNITS_TITLE,
        ListForm(form.the_thuc.data),
        f"Năm {view.year}, tính đến ngày {today:%d/%m/%Y}",
        view.year,
        note=view.note,
    )
    stmt = in_order(view.stmt.where(may_export_unit(current.actor, today)), view.listing.order)
    own = current.actor.unit_ids(Permission.REGISTRATION_VIEW)
    rows = [_cells(row, row.unit_id in own, today) for row in current.session.execute(stmt)]
    return view, paper, rows


def _cells(row: AnyRow, own: bool, today: date) -> Sequence[Any]:
    sent = local(row.sent_at).date() if row.sent_at else None
    until = sent or (None if row.state in SUBMITTED else today)
    late = max(0, (until - row.due_on).days) if until else 0
    return (
        row.name,
        row.kind_label,
        row.parent_name,
        unit_status(row.state, own).label,
        row.due_on,
        sent,
        late or None,
        row.paper_no or "",
        row.line_count,
    )


def _sentence(rows: Sequence[Sequence[Any]]) -> str:
    """Tổng số: 80 đơn vị, đã gửi 52 đơn vị (65,0%)./."""
    sent = sum(1 for row in rows if row[5] is not None)
    share = f" ({100 * sent / len(rows):.1f}%)".replace(".", ",") if rows else ""
    return f"Tổng số: {len(rows)} đơn vị, đã gửi {sent} đơn vị{share}./."
