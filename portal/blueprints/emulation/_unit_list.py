"""The list of units that owe a registration, declared: where each stands, how long it is overdue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from flask import url_for
from markupsafe import Markup

from portal.blueprints.emulation._line_view import year_spec
from portal.blueprints.emulation._unit_bulk import OWING_BULK
from portal.core.clock import local
from portal.core.pagination import AnyRow, Order
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
    levels_to_choose,
    may_export_unit,
    urgency_key,
    vantage,
    with_urgency,
)
from portal.exports._cells import Kind
from portal.exports.emulation_lists import UNITS_TITLE
from portal.web.formats import day, days_left, due_tone, number
from portal.web.lists import Column, Empty, FilterSpec, Listing, ListSpec, Offer, Source, declare
from portal.web.lists.cells import link, status, toned
from portal.web.menu import year_in_view

NAME = "tinh-hinh-dang-ky"
ANY = ("", "Tất cả")
EVERY, DIRECT = "tat-ca", ""
SEVERAL_LEVELS = "several-levels"
U = UnitStatus
TABS = (U.OVERDUE, U.MISSING, U.DRAFTING, U.RETURNED, U.SENT, U.ACCEPTED)


@dataclass(frozen=True, slots=True)
class UnitItem:
    """A row of the table. `late` is by how many days it is overdue, or was sent too late."""

    unit_id: int
    period_id: int
    registration_id: int | None
    version: int | None
    name: str
    kind: str
    parent: str
    status: UnitStatus | RegistrationState | HiddenState
    due_on: date
    due_words: str
    due_tone: str
    sent_on: date | None
    late: int
    paper_no: str
    lines: int | None
    people: int | None
    url: str


@dataclass(frozen=True, slots=True)
class UnitFrame:
    """What the list stands on: the year, and from where the actor looks."""

    year: int
    seen: Vantage


@dataclass(frozen=True, slots=True)
class UnitView:
    """The list of units at this address; `figure` counts them by state, whatever the tab."""

    chosen: OwingFilter
    year: int
    figure: Completeness


def unit_offer(work: Work, args: Mapping[str, str]) -> Offer:
    """A year, whose units, and what they may be cut to."""
    year, today, session = year_in_view(args), work.today(), work.session
    seen = vantage(session, work.actor, today, Permission.COMPLETENESS_VIEW)
    levels = session.execute(levels_to_choose(work.actor, today)).all()
    blocks = session.execute(blocks_to_choose(work.actor, year, today)).all()
    breadths = ((DIRECT, "Gửi trực tiếp"), *((code, label) for code, label in levels), (EVERY, "Tất cả các cấp"))
    statuses = (ANY, *((status.value, status.label) for status in TABS))
    specs = (
        FilterSpec("tu", "Tên đơn vị", kind="search"),
        FilterSpec("cap", "Cấp", breadths),
        FilterSpec("khoi", "Khối", (ANY, *((str(key), name) for key, name in blocks))),
        FilterSpec("trang_thai", "Trạng thái", statuses, "hidden"),
        year_spec(year, today.year),
    )
    direct = args.get("cap", DIRECT) not in {value for value, _ in breadths[1:]}
    return Offer(specs, frozenset() if direct else frozenset({SEVERAL_LEVELS}), UnitFrame(year, seen))


def chosen_of(listing: Listing) -> OwingFilter:
    """What the listing asks for."""
    frame: UnitFrame = listing.about
    level = listing["cap"]
    return OwingFilter(
        frame.year,
        direct_to=min(frame.seen.tops, default=0) if level == DIRECT else None,
        level="" if level in (DIRECT, EVERY) else level,
        block_id=listing.number("khoi"),
        status=UnitStatus(listing["trang_thai"]) if listing["trang_thai"] else None,
        words=listing["tu"],
    )


def _units(work: Work, listing: Listing) -> Source:
    today, chosen = work.today(), chosen_of(listing)
    figure = completeness(work.session, work.actor, today, replace(chosen, status=None, words=""))
    urgent = listing.order.name == by_urgency(today).name
    return Source(
        with_urgency(units_owing(work.actor, today, chosen), today),
        items=lambda rows: unit_items(work.actor, rows, today),
        key_of=urgency_key if urgent else owing_key,
        tabs=("trang_thai", _tabs(figure)),
        sum_text=_sum_text(figure),
        more=UnitView(chosen, chosen.year, figure),
    )


def _sum_text(figure: Completeness) -> Markup:
    overdue = Markup(', <span class="c-bad">{} đơn vị quá hạn</span>').format(figure.overdue) if figure.overdue else ""
    said = Markup("; đã gửi <b>{}/{}</b> ({}%){}")
    return said.format(figure.sent, figure.owing, number(figure.percent, 1), overdue)


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
    until = sent or (today if waits else None)
    return UnitItem(
        unit_id=row.unit_id,
        period_id=row.period_id,
        registration_id=row.registration_id,
        version=row.version,
        name=row.name,
        kind=row.kind_label,
        parent=row.parent_name,
        status=unit_status(row.state, own),
        due_on=row.due_on,
        due_words=days_left(row.due_on, today) if waits else "",
        due_tone=due_tone(row.due_on, today) if waits else "idle",
        sent_on=sent,
        late=max(0, (until - row.due_on).days) if until else 0,
        paper_no=row.paper_no or "",
        lines=row.line_count,
        people=row.person_count,
        url=f"{base}{row.registration_id}" if row.line_count is not None else "",
    )


def unit_status(state: RegistrationState | None, own: bool) -> UnitStatus | RegistrationState | HiddenState:
    """The state as the reader sees it: of what is not sent, others see that it is being written."""
    return UnitStatus.MISSING if state is None else shown(state, own)


def _due(item: UnitItem) -> str:
    return toned(day(item.due_on), item.due_words, item.due_tone)


def _sent(item: UnitItem) -> str:
    late = f"muộn {item.late} ngày" if item.sent_on and item.late else ""
    return toned(day(item.sent_on), late, "warn")


def _orders(work: Work) -> tuple[Order, ...]:
    return by_urgency(work.today()), BY_UNIT


def _exports(listing: Listing, shown: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Exactly this list, or the table with every column and the share that has sent."""
    return [
        ("Tải danh sách này", listing.url("lists.export_list", list_name=NAME, **shown), "file-spreadsheet"),
        ("Bảng đủ cột, có tỷ lệ đã gửi", listing.url("emulation.export_units"), "table"),
        ("Bản in đủ cột, có tỷ lệ đã gửi", listing.url("emulation.print_units"), "printer"),
    ]


OWING = declare(
    ListSpec(
        name=NAME,
        endpoint="emulation.list_units",
        title="Đơn vị phải đăng ký",
        row="đơn vị",
        permission=Permission.COMPLETENESS_VIEW,
        columns=(
            Column(
                "don-vi",
                "Đơn vị",
                lambda i: i.name,
                lambda i: link(i.name, i.url),
                order="don-vi",
                head=True,
                required=True,
                phone="m-11",
                width=34,
            ),
            Column("loai-hinh", "Loại hình", lambda i: i.kind, shown=False, width=22),
            Column(
                "cap-tren",
                "Cấp trên",
                lambda i: i.parent,
                cell_css="soft",
                phone="m-20",
                when=SEVERAL_LEVELS,
                width=20,
            ),
            Column(
                "trang-thai",
                "Trạng thái",
                lambda i: i.status.label,
                lambda i: status(i.status),
                order="uu-tien",
                phone="m-31",
                kind=Kind.STATUS,
                width=15,
            ),
            Column(
                "han-gui", "Hạn gửi", lambda i: i.due_on, _due, css="nowrap", phone="m-32", kind=Kind.DATE, width=12
            ),
            Column("ngay-gui", "Ngày gửi", lambda i: i.sent_on, _sent, css="nowrap", kind=Kind.DATE, width=12),
            Column(
                "qua-han",
                "Số ngày quá hạn",
                lambda i: i.late or None,
                shown=False,
                css="num",
                kind=Kind.INTEGER,
                width=10,
            ),
            Column("so-van-ban", "Số văn bản", lambda i: i.paper_no, css="nowrap", width=16),
            Column("so-dong", "Số dòng", lambda i: i.lines, css="num", kind=Kind.INTEGER, width=10, total=True),
            Column(
                "so-nguoi",
                "Số người",
                lambda i: i.people,
                shown=False,
                css="num",
                kind=Kind.INTEGER,
                width=10,
                total=True,
            ),
        ),
        orders=_orders,
        filters=unit_offer,
        source=_units,
        bulk=OWING_BULK,
        paper=UNITS_TITLE,
        export_menu=_exports,
        export_permission=Permission.REGISTRATION_EXPORT,
        taken=lambda work, stmt: stmt.where(may_export_unit(work.actor, work.today())),
        small="there are never more rows than units",
        tabs_label="Tình hình",
        caption="Đơn vị phải đăng ký thi đua",
        empty=Empty(
            "Không có đơn vị nào phải đăng ký",
            "Năm này chưa có kỳ đăng ký, hoặc đơn vị của ông/bà không có đơn vị trực thuộc phải đăng ký.",
            "building-community",
        ),
    )
)
