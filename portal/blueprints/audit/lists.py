"""The list of the audit log's entries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from flask import url_for

from portal.core.pagination import AnyRow, AnySelect
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission, Reach
from portal.domain.accounts.name_queries import ids_matching, names_of
from portal.domain.audit import queries
from portal.domain.audit.labels import words
from portal.domain.audit.models import AuditEntry
from portal.domain.audit.queries import EntryFilter
from portal.domain.units.queries import named, root_ids, scope, short_names, subtree_ids
from portal.web.formats import moment
from portal.web.lists import Column, Empty, FilterSpec, Listing, ListSpec, Source, declare, parse_day
from portal.web.lists.cells import an_instant, lined, link_plain, stacked
from portal.web.lists.spec import Args

SYSTEM = "Hệ thống"
USER = "user_account"
OPEN_DETAILS = 4
ANY = ("", "Tất cả")


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry as the page shows it."""

    at: datetime
    who: str
    for_whom: str
    address: str
    action: str
    about: str
    about_url: str
    unit: str
    details: list[tuple[str, str]]

    @property
    def people(self) -> str:
        """Who did it, and for whom."""
        return f"{self.who}, thay mặt {self.for_whom}" if self.for_whom else self.who

    @property
    def detail(self) -> str:
        """The details in one text."""
        return "; ".join(f"{label}: {value}" if value else label for label, value in self.details)


def _filters(_work: Work, args: Args) -> list[FilterSpec]:
    known = words()
    types = known.object_types()
    given = args.get("doi_tuong", "")
    if given not in types and given in known.words:
        types.append(given)  # a link led to a type that is no record, a list for one
    return [
        FilterSpec("q", "Người thực hiện", kind="search"),
        FilterSpec("don_vi", "Mã hoặc tên đơn vị", kind="search"),
        FilterSpec("tu", "Từ ngày", kind="date"),
        FilterSpec("den", "Đến ngày", kind="date"),
        FilterSpec("viec", "Việc", [ANY, *sorted(known.actions.items(), key=lambda pair: pair[1])]),
        FilterSpec("doi_tuong", "Đối tượng", [ANY, *((t, known.words[t]) for t in types)]),
        FilterSpec("ma", "Mã số đối tượng", kind="search"),
    ]


def _entries(work: Work, listing: Listing) -> Source:
    """The entries that the address asks for, cut to the actor's reach; and what could not be understood of it."""
    wanted = EntryFilter(
        first_day=parse_day(listing["tu"]),
        last_day=parse_day(listing["den"]),
        action=listing["viec"],
        object_type=listing["doi_tuong"],
        object_id=listing["ma"],
    )
    if wanted.by_day:
        listing.order = queries.NEWEST_OF_DAYS
    session, on = work.session, work.today()
    reaches = work.actor.unit_ids(Permission.AUDIT_VIEW, Reach.SUBTREE)
    everything = set(session.scalars(root_ids(on))) <= reaches
    reach = None if everything else scope(work.actor, Permission.AUDIT_VIEW, AuditEntry.unit_id, on)
    stmt = queries.entries(wanted, reach, ids_matching(listing["q"]) if listing["q"] else None)
    fault = ""
    if listing["don_vi"]:
        unit = session.scalars(named(work.actor, listing["don_vi"], on, Permission.AUDIT_VIEW)).first()
        stmt = stmt.where(AuditEntry.unit_id.in_(subtree_ids(frozenset({unit.id if unit else 0}), on)))
        if unit is None:
            fault = f"Không thấy đơn vị “{listing['don_vi']}” trong phạm vi. Nhập mã hoặc tên đầy đủ."
    return Source(stmt, items=lambda rows: _rows(work, rows), notice=fault, sum_text=", mới nhất trước")


def _rows(work: Work, rows: Sequence[AnyRow]) -> list[EntryRow]:
    """Rows with the names of people and units, two queries for the whole page."""
    known, base = words(), url_for("audit.list_entries")
    people = _named(work, names_of, {i for r in rows for i in (r.actor_id, r.on_behalf_of_id, _id_of(r, USER))})
    units = _named(work, short_names, {i for r in rows for i in (r.unit_id, _id_of(r, "unit"))})
    shown = []
    for r in rows:
        name = people.get(_id_of(r, USER)) or units.get(_id_of(r, "unit")) or r.object_id
        known_type = r.object_type in known.words
        shown.append(
            EntryRow(
                at=r.at,
                who=people.get(r.actor_id, SYSTEM),
                for_whom=people.get(r.on_behalf_of_id, ""),
                address=r.address,
                action=known.action(r.action),
                about=f"{known.object_type(r.object_type)} {name}",
                about_url=f"{base}?doi_tuong={r.object_type}&ma={quote(r.object_id)}" if known_type else "",
                unit=units.get(r.unit_id, ""),
                details=known.details(r.action, r.detail),
            )
        )
    return shown


def _id_of(row: AnyRow, object_type: str) -> int | None:
    """The id of the entry's object when it is of this type."""
    return int(row.object_id) if row.object_type == object_type and row.object_id.isdecimal() else None


def _named(work: Work, query: Callable[[set[int]], AnySelect], ids: set[int | None]) -> dict[int | None, str]:
    return {row[0]: row[1] for row in work.session.execute(query({i for i in ids if i}))}


ENTRIES = declare(
    ListSpec(
        name="nhat-ky",
        endpoint="audit.list_entries",
        title="Nhật ký",
        row="dòng",
        region="nhat-ky",
        permission=Permission.AUDIT_VIEW,
        export_permission=Permission.AUDIT_VIEW,
        paper="Trích nhật ký Cổng Nội vụ",
        columns=(
            Column(
                "luc",
                "Lúc",
                lambda r: moment(r.at),
                lambda r: an_instant(r.at),
                head=True,
                required=True,
                css="nowrap",
                phone="m-21",
                width=17,
            ),
            Column(
                "nguoi",
                "Người thực hiện",
                lambda r: r.people,
                lambda r: lined(r.people, r.address),
                css="w-who",
                phone="m-22",
                width=28,
            ),
            Column("viec", "Việc", lambda r: r.action, css="w-who", cell_css="cell-title", phone="m-10", width=28),
            Column(
                "doi-tuong",
                "Đối tượng",
                lambda r: r.about,
                lambda r: link_plain(r.about, r.about_url),
                css="w-who",
                phone="m-30",
                width=34,
            ),
            Column("don-vi", "Đơn vị", lambda r: r.unit, width=22),
            Column(
                "chi-tiet",
                "Chi tiết",
                lambda r: r.detail,
                lambda r: stacked(r.details[:OPEN_DETAILS], r.details[OPEN_DETAILS:]),
                css="w-detail",
                cell_css="small break",
                width=50,
            ),
            Column("dia-chi", "Địa chỉ máy", lambda r: r.address, shown=False, width=16),
        ),
        orders=lambda _: (queries.NEWEST,),
        filters=_filters,
        source=_entries,
        caption="Nhật ký, mới nhất trước",
        empty=Empty("Nhật ký chưa có dòng nào", "Mỗi thay đổi trong cổng được ghi thành một dòng ở đây.", "history"),
    )
)
