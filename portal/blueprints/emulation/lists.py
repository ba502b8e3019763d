"""GET /thi-dua/dang-ky: all lines over units for who sees below, one's own registrations, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Response, url_for

from portal.blueprints.emulation import bp
from portal.blueprints.emulation._line_view import LineView, line_view
from portal.core.clock import local
from portal.core.pagination import AnyRow
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.emulation.enums import RegistrationState
from portal.domain.emulation.policies import can_open
from portal.domain.emulation.queries.submitted import counted_lines, key_of, submitted_lines
from portal.domain.emulation.queries.waiting import own_registrations
from portal.web.access import requires
from portal.web.context import work
from portal.web.formats import day, days_left, due_tone
from portal.web.htmx import page
from portal.web.lists import Column

ENDPOINT = "emulation.list_registrations"
UNIT = Column("Đơn vị trình", order="don-vi", css="nowrap")
COLUMNS = (
    Column("Cá nhân, tập thể", order="ten"),
    Column("Chức vụ, phòng ban"),
    UNIT,
    Column("Danh hiệu", order="danh-hieu", css="nowrap"),
    Column("Trạng thái"),
    Column("Ngày gửi", css="nowrap"),
)


@dataclass(frozen=True, slots=True)
class LineItem:
    """A row of the table."""

    name: str
    kind: str
    work: str
    unit: str
    via: str
    title: str
    state: RegistrationState
    sent: str
    sent_iso: str
    url: str


@dataclass(frozen=True, slots=True)
class OwnItem:
    """One registration that the reader's unit owes: where it stands, by when, what they can do."""

    unit: str
    period: str
    state: RegistrationState | None
    due: str
    due_words: str
    due_tone: str
    url: str
    new_url: str


@bp.get("/dang-ky")
@requires(Permission.REGISTRATION_VIEW)
def list_registrations() -> Response:
    """The lines below, with filters in the address; who has nobody below sees their own registrations and lines."""
    current = work()
    view = line_view(current, ENDPOINT)
    listing = view.listing
    stmt = submitted_lines(current.actor, current.today(), view.order.chosen)
    found = listing.fetch(stmt, key_of(listing.order))
    count = listing.count(counted_lines(current.actor, current.today(), view.order.chosen))
    return page(
        "emulation/list_registrations.html",
        block="region",
        listing=listing,
        own=own_items(current, view.year),
        has_below=view.seen.has_below,
        tabs=listing.tabs("trang_thai", ((value, label, None) for value, label in view.states)),
        columns=listing.columns(c for c in COLUMNS if view.seen.has_below or c is not UNIT),
        rows=_items(found.rows),
        count=count,
        pager_state=listing.pager(found, count),
        exports=export_links(view) if current.actor.can(Permission.REGISTRATION_EXPORT) else [],
        print_url=listing.url("emulation.print_registrations"),
        units_url=url_for("emulation.list_units") if current.actor.can(Permission.COMPLETENESS_VIEW) else "",
        new_url=url_for("emulation.new_registration"),
        can_write=current.actor.can(Permission.REGISTRATION_EDIT),
    )


def export_links(view: LineView) -> list[tuple[str, str, str]]:
    """What the menu "Xuất Excel" offers: this list at once, or another layout of the same lines."""
    return [
        ("Tải danh sách này", view.listing.url("emulation.export_registrations"), "file-spreadsheet"),
        ("Chọn mẫu, thể thức khác", view.listing.url("emulation.choose_export"), "adjustments-horizontal"),
    ]


def own_items(current: Work, year: int) -> list[OwnItem]:
    """The registrations that the reader's own units write, approve or send in the year."""
    today = current.today()
    rows = current.session.execute(own_registrations(current.actor, today, year)).all()
    return [_own(current, row, today) for row in rows]


def _own(current: Work, row: AnyRow, today: date) -> OwnItem:
    open_now = row.opens_on <= today <= max(row.closes_on, row.last_day)
    may_open = row.registration_id is None and open_now and can_open(current.actor, row.unit_id)
    waits = row.state not in (RegistrationState.SENT, RegistrationState.ACCEPTED)
    return OwnItem(
        unit=row.unit_name,
        period=row.period_name,
        state=row.state,
        due=day(row.due_on),
        due_words=days_left(row.due_on, today) if waits else "",
        due_tone=due_tone(row.due_on, today) if waits else "idle",
        url=url_for("emulation.show_registration", registration_id=row.registration_id) if row.registration_id else "",
        new_url=url_for("emulation.new_registration", unit_id=row.unit_id, period_id=row.period_id) if may_open else "",
    )


def _items(rows: Sequence[AnyRow]) -> list[LineItem]:
    base = url_for("emulation.show_registration", registration_id=0).removesuffix("0")
    return [_item(row, base) for row in rows]


def _item(row: AnyRow, base: str) -> LineItem:
    sent = local(row.sent_at).date() if row.sent_at else None
    return LineItem(
        name=row.name,
        kind=row.subject.label,
        work=", ".join(part for part in (row.post, row.division) if part),
        unit=row.unit_short_name,
        via=row.origin_short_name or "",
        title=row.title_short_name,
        state=row.state,
        sent=day(sent),
        sent_iso=sent.isoformat() if sent else "",
        url=f"{base}{row.registration_id}",
    )
