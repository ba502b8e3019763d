"""GET /thi-dua/dang-ky/don-vi: every unit that owes a registration, where it stands, how long it is overdue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import Response, url_for

from portal.blueprints.emulation import bp
from portal.blueprints.emulation._line_view import note_of, year_spec
from portal.core.clock import local
from portal.core.pagination import AnyRow, AnySelect
from portal.domain.access.actor import Actor, Work
from portal.domain.access.enums import Permission
from portal.domain.emulation.enums import SUBMITTED, HiddenState, RegistrationState, UnitStatus
from portal.domain.emulation.policies import shown
from portal.domain.emulation.queries.completeness import (
    BY_UNIT,
    Completeness,
    OwingFilter,
    completeness,
    owing_key,
    units_owing,
)
from portal.domain.emulation.queries.overview import (
    Vantage,
    blocks_to_choose,
    by_urgency,
    level_figures,
    levels_to_choose,
    summed,
    urgency_key,
    vantage,
    with_urgency,
)
from portal.web.access import requires
from portal.web.context import work
from portal.web.formats import day, days_left, due_tone
from portal.web.htmx import page
from portal.web.lists import Column, FilterSpec, Listing
from portal.web.menu import year_in_view

ENDPOINT = "emulation.list_units"
ANY = ("", "Tất cả")
EVERY, DIRECT = "tat-ca", ""
U = UnitStatus
TABS = (U.OVERDUE, U.MISSING, U.DRAFTING, U.RETURNED, U.SENT, U.ACCEPTED)
PARENT = Column("Cấp trên")
COLUMNS = (
    Column("Đơn vị", order="don-vi"),
    PARENT,
    Column("Trạng thái", order="uu-tien"),
    Column("Hạn gửi", css="nowrap"),
    Column("Ngày gửi", css="nowrap"),
    Column("Số văn bản"),
    Column("Số dòng", css="num"),
)


@dataclass(frozen=True, slots=True)
class UnitItem:
    """A row of the table. `late` says by how many days it is overdue, or was sent too late."""

    name: str
    parent: str
    status: UnitStatus | RegistrationState | HiddenState
    due: str
    due_words: str
    due_tone: str
    sent: str
    late: str
    paper_no: str
    lines: int | None
    url: str


@dataclass(frozen=True, slots=True)
class UnitView:
    """The list of units at this address."""

    listing: Listing
    chosen: OwingFilter
    stmt: AnySelect
    year: int

    @property
    def note(self) -> str:
        """What the list is cut to, in words."""
        return note_of(self.listing)


@bp.get("/dang-ky/don-vi")
@requires(Permission.COMPLETENESS_VIEW)
def list_units() -> Response:
    """Who has sent, who has not and since when, against the plan's 100%."""
    current = work()
    view = unit_view(current, ENDPOINT)
    listing, today = view.listing, current.today()
    found = listing.fetch(view.stmt, urgency_key if listing.order.name == "uu-tien" else owing_key)
    count = listing.count(view.stmt)
    asked = replace(view.chosen, status=None, words="")
    figure = completeness(current.session, current.actor, today, asked)
    levels = level_figures(current.session, current.actor, today, view.year)
    return page(
        "emulation/list_units.html",
        block="region",
        listing=listing,
        year=view.year,
        figure=figure,
        levels=levels,
        level_urls={f.code: url_for(ENDPOINT, **_year(view, today), cap=f.code) for f in levels},
        whole=summed(levels, "Tất cả") if len(levels) > 1 else None,
        tabs=listing.tabs("trang_thai", _tabs(figure)),
        direct=view.chosen.direct_to is not None,
        columns=listing.columns(c for c in COLUMNS if view.chosen.direct_to is None or c is not PARENT),
        rows=unit_items(current.actor, found.rows, today),
        count=count,
        pager_state=listing.pager(found, count),
        export_url=listing.url("emulation.export_units") if current.actor.can(Permission.REGISTRATION_EXPORT) else "",
        print_url=listing.url("emulation.print_units"),
    )


def unit_view(current: Work, endpoint: str) -> UnitView:
    """Read the address: a year, whose units, and what they are cut to."""
    year, today, session = year_in_view(), current.today(), current.session
    seen = vantage(session, current.actor, today, Permission.COMPLETENESS_VIEW)
    levels = session.execute(levels_to_choose(current.actor, today)).all()
    blocks = session.execute(blocks_to_choose(current.actor, year, today)).all()
    breadths = ((DIRECT, "Gửi trực tiếp"), *((code, label) for code, label in levels), (EVERY, "Tất cả các cấp"))
    statuses = (ANY, *((status.value, status.label) for status in TABS))
    specs = (
        FilterSpec("tu", "Tên đơn vị", kind="search"),
        FilterSpec("cap", "Cấp", breadths),
        FilterSpec("khoi", "Khối", (ANY, *((str(key), name) for key, name in blocks))),
        FilterSpec("trang_thai", "Trạng thái", statuses, "hidden"),
        year_spec(year, today.year),
    )
    listing = Listing(endpoint, specs, (by_urgency(today), BY_UNIT))
    chosen = _chosen(listing, year, seen)
    return UnitView(listing, chosen, with_urgency(units_owing(current.actor, today, chosen), today), year)


def _chosen(listing: Listing, year: int, seen: Vantage) -> OwingFilter:
    level = listing["cap"]
    return OwingFilter(
        year,
        direct_to=min(seen.tops, default=0) if level == DIRECT else None,
        level="" if level in (DIRECT, EVERY) else level,
        block_id=listing.number("khoi"),
        status=UnitStatus(listing["trang_thai"]) if listing["trang_thai"] else None,
        words=listing["tu"],
    )


def _tabs(figure: Completeness) -> list[tuple[str, str, str | None]]:
    numbers = {
        U.OVERDUE: figure.overdue,
        U.MISSING: figure.missing,
        U.DRAFTING: figure.drafting,
        U.RETURNED: figure.returned,
        U.SENT: figure.sent - figure.accepted,
        U.ACCEPTED: figure.accepted,
    }
    tabs: list[tuple[str, str, str | None]] = [("", "Tất cả", str(figure.owing))]
    return tabs + [(status.value, status.label, str(numbers[status])) for status in TABS]


def unit_items(actor: Actor, rows: Sequence[AnyRow], today: date) -> list[UnitItem]:
    """The rows as the page shows them."""
    base = url_for("emulation.show_registration", registration_id=0).removesuffix("0")
    own = actor.unit_ids(Permission.REGISTRATION_VIEW)
    return [_item(row, row.unit_id in own, today, base) for row in rows]


def _item(row: AnyRow, own: bool, today: date, base: str) -> UnitItem:
    sent = local(row.sent_at).date() if row.sent_at else None
    waits = row.state not in SUBMITTED
    readable = row.line_count is not None
    late = (sent - row.due_on).days if sent else 0
    return UnitItem(
        name=row.name,
        parent=row.parent_name,
        status=unit_status(row.state, own),
        due=day(row.due_on),
        due_words=days_left(row.due_on, today) if waits else "",
        due_tone=due_tone(row.due_on, today) if waits else "idle",
        sent=day(sent),
        late=f"muộn {late} ngày" if late > 0 else "",
        paper_no=row.paper_no or "",
        lines=row.line_count,
        url=f"{base}{row.registration_id}" if readable else "",
    )


def unit_status(state: RegistrationState | None, own: bool) -> UnitStatus | RegistrationState | HiddenState:
    """The state as the reader sees it: of what is not sent, others see that it is being written."""
    return UnitStatus.MISSING if state is None else shown(state, own)


def _year(view: UnitView, today: date) -> dict[str, Any]:
    return {"nam": view.year} if view.year != today.year else {}
