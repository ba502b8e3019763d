"""The lists of the channel, declared: items of one's unit or of all units, and the answers that are open to all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for

from portal.blueprints.difficulties._bulk import ITEM_BULK
from portal.core.clock import local
from portal.core.pagination import AnyRow
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.difficulties import policies
from portal.domain.difficulties.enums import OWED, DifficultyKind, DifficultyState, WorkField
from portal.domain.difficulties.models import Difficulty
from portal.domain.difficulties.queries import NEWEST, DifficultyFilter, item_rows, published, units_asking
from portal.exports._cells import Kind
from portal.web.formats import day, days_left, due_tone
from portal.web.lists import Column, Empty, FilterSpec, Listing, ListSpec, Offer, Source, declare
from portal.web.lists.cells import a_day, link, status, toned
from portal.web.menu import year_in_view

ANY = ("", "Tất cả")
AT_OFFICE = "at-office"


@dataclass(frozen=True, slots=True)
class Item:
    """A row as the columns read it."""

    record: Difficulty
    unit: str
    assignee: str
    sent_on: date | None
    answered_on: date | None
    due_words: str
    due_tone: str
    url: str

    @property
    def id(self) -> int:
        return self.record.id


def _items(work: Work, rows: Sequence[AnyRow], endpoint: str = "difficulties.show_item") -> list[Item]:
    base, today = url_for(endpoint, item_id=0).removesuffix("0"), work.today()
    return [_item(row, base, today) for row in rows]


def _item(row: AnyRow, base: str, today: date) -> Item:
    record: Difficulty = row.Difficulty
    owed = record.state in OWED
    return Item(
        record=record,
        unit=row.unit_name,
        assignee=row.assignee or "",
        sent_on=local(record.sent_at).date() if record.sent_at else None,
        answered_on=local(record.decided_at).date() if record.decided_at else None,
        due_words=days_left(record.due_on, today) if owed else "",
        due_tone=due_tone(record.due_on, today) if owed else "idle",
        url=f"{base}{record.id}",
    )


def _offer(work: Work, args: Mapping[str, str]) -> Offer:
    this_year, at_office = work.today().year, policies.is_at_office(work.actor)
    units = work.session.execute(units_asking(work.actor, work.today())).all() if at_office else ()
    year = str(year_in_view(args))
    specs = [
        FilterSpec("tu", "Tiêu đề", kind="search"),
        FilterSpec("trang-thai", "Trạng thái", (ANY, *((s.value, s.label) for s in DifficultyState))),
        FilterSpec("linh-vuc", "Lĩnh vực", (ANY, *((f.value, f.label) for f in WorkField))),
        FilterSpec("loai", "Loại", (ANY, *((k.value, k.label) for k in DifficultyKind))),
        FilterSpec("qua-han", "Quá hạn trả lời", kind="check"),
        FilterSpec("nam", "Năm", ((year, year),), "hidden", default=str(this_year), frame=True),
    ]
    if at_office:
        specs.insert(2, FilterSpec("don-vi", "Đơn vị", (ANY, *((str(key), name) for key, name in units))))
    return Offer(specs, frozenset({AT_OFFICE}) if at_office else frozenset(), at_office)


def _chosen(listing: Listing) -> DifficultyFilter:
    return DifficultyFilter(
        year=listing.number("nam"),
        words=listing["tu"],
        state=DifficultyState(listing["trang-thai"]) if listing["trang-thai"] else None,
        kind=DifficultyKind(listing["loai"]) if listing["loai"] else None,
        work_field=WorkField(listing["linh-vuc"]) if listing["linh-vuc"] else None,
        unit_id=listing.number("don-vi") if listing.about else None,
        overdue=listing["qua-han"] == "1",
    )


def _source(work: Work, listing: Listing) -> Source:
    stmt = item_rows(work.actor, _chosen(listing), work.today())
    return Source(stmt, items=lambda rows: _items(work, rows), key_of=lambda row: (row.Difficulty.id,))


def _due(item: Item) -> str:
    return toned(day(item.record.due_on), item.due_words, item.due_tone)


ITEMS = declare(
    ListSpec(
        name="vuong-mac-kien-nghi",
        endpoint="difficulties.list_items",
        title="Vướng mắc, kiến nghị",
        row="vướng mắc, kiến nghị",
        permission=Permission.DIFFICULTY_VIEW,
        export_permission=Permission.DIFFICULTY_VIEW,
        columns=(
            Column(
                "tieu-de",
                "Tiêu đề",
                lambda i: i.record.title,
                lambda i: link(i.record.title, i.url),
                head=True,
                required=True,
                phone="m-11",
                width=44,
            ),
            Column("don-vi", "Đơn vị", lambda i: i.unit, when=AT_OFFICE, phone="m-20", width=28),
            Column("loai", "Loại", lambda i: i.record.kind.label, shown=False, width=18),
            Column("linh-vuc", "Lĩnh vực", lambda i: i.record.work_field.label, width=24),
            Column(
                "trang-thai",
                "Trạng thái",
                lambda i: i.record.state.label,
                lambda i: status(i.record.state),
                phone="m-31",
                kind=Kind.STATUS,
                width=18,
            ),
            Column(
                "ngay-gui",
                "Ngày gửi",
                lambda i: i.sent_on,
                lambda i: a_day(i.sent_on),
                css="nowrap",
                kind=Kind.DATE,
                width=12,
            ),
            Column(
                "han",
                "Hạn trả lời",
                lambda i: i.record.due_on,
                _due,
                css="nowrap",
                phone="m-32",
                kind=Kind.DATE,
                width=12,
            ),
            Column("xu-ly", "Người xử lý", lambda i: i.assignee, when=AT_OFFICE, width=22),
            Column(
                "tra-loi",
                "Ngày trả lời",
                lambda i: i.answered_on,
                lambda i: a_day(i.answered_on),
                css="nowrap",
                shown=False,
                kind=Kind.DATE,
                width=12,
            ),
            Column(
                "cong-bo",
                "Ai đọc được",
                lambda i: i.record.audience.label if i.record.audience else "",
                shown=False,
                width=20,
            ),
        ),
        orders=lambda _: (NEWEST,),
        filters=_offer,
        source=_source,
        bulk=ITEM_BULK,
        caption="Vướng mắc, kiến nghị của các đơn vị",
        empty=Empty(
            "Chưa có vướng mắc, kiến nghị nào",
            "Đơn vị nêu khó khăn, vướng mắc, kiến nghị ở đây; Sở Nội vụ phân công trả lời có hạn.",
            "messages",
        ),
    )
)


def _open_offer(_work: Work, _args: Mapping[str, str]) -> Sequence[FilterSpec]:
    return (
        FilterSpec("tu", "Tìm trong câu hỏi", kind="search"),
        FilterSpec("linh-vuc", "Lĩnh vực", (ANY, *((f.value, f.label) for f in WorkField))),
    )


def _open_source(work: Work, listing: Listing) -> Source:
    field = WorkField(listing["linh-vuc"]) if listing["linh-vuc"] else None
    stmt = published(DifficultyFilter(words=listing["tu"], work_field=field), work.today())
    return Source(
        stmt,
        items=lambda rows: _items(work, rows, "difficulties.show_answer"),
        key_of=lambda row: (row.Difficulty.id,),
    )


ANSWERS = declare(
    ListSpec(
        name="hoi-dap",
        endpoint="difficulties.list_answers",
        title="Hỏi đáp",
        row="câu hỏi",
        permission=Permission.PORTAL_USE,
        export_permission=Permission.PORTAL_USE,
        paper="Danh sách câu hỏi đã trả lời cho mọi đơn vị",
        columns=(
            Column(
                "cau-hoi",
                "Câu hỏi",
                lambda i: i.record.title,
                lambda i: link(i.record.title, i.url),
                head=True,
                required=True,
                phone="m-11",
                width=50,
            ),
            Column("linh-vuc", "Lĩnh vực", lambda i: i.record.work_field.label, phone="m-20", width=28),
            Column("don-vi", "Đơn vị đã nêu", lambda i: i.unit if i.record.name_shown else "", width=28),
            Column(
                "tra-loi",
                "Ngày trả lời",
                lambda i: i.answered_on,
                lambda i: a_day(i.answered_on),
                css="nowrap",
                kind=Kind.DATE,
                width=12,
            ),
        ),
        orders=lambda _: (NEWEST,),
        filters=_open_offer,
        source=_open_source,
        caption="Câu hỏi đã trả lời cho mọi đơn vị",
        empty=Empty("Chưa có câu hỏi nào", "Trả lời mà Sở Nội vụ công bố cho mọi đơn vị hiện ở đây.", "help-circle"),
    )
)
