"""GET /quan-tri/nhat-ky: who did what to what, when and for whom. Reading it is not logged; a refusal is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from flask import Response, request, url_for

from portal.blueprints.audit import bp
from portal.core.pagination import AnyRow, AnySelect
from portal.domain.access.enums import Permission, Reach
from portal.domain.accounts.name_queries import ids_matching, names_of
from portal.domain.audit import queries
from portal.domain.audit.labels import words
from portal.domain.audit.models import AuditEntry
from portal.domain.audit.queries import EntryFilter
from portal.domain.units.queries import named, root_ids, scope, short_names, subtree_ids
from portal.web.access import requires
from portal.web.context import actor, today, work
from portal.web.htmx import page
from portal.web.lists import Column, FilterSpec, Listing, parse_day

COLUMNS = (
    Column("Lúc"),
    Column("Người thực hiện", css="w-who"),
    Column("Việc", css="w-who"),
    Column("Đối tượng", css="w-who"),
    Column("Đơn vị"),
    Column("Chi tiết", css="w-detail"),
)
SYSTEM = "Hệ thống"
OPEN_DETAILS = 4


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
    more: list[tuple[str, str]]


@bp.get("/quan-tri/nhat-ky")
@requires(Permission.AUDIT_VIEW)
def list_entries() -> Response:
    """Entries in reach, the newest first."""
    listing = Listing("audit.list_entries", _filters(), (queries.NEWEST,))
    wanted = EntryFilter(
        first_day=parse_day(listing["tu"]),
        last_day=parse_day(listing["den"]),
        action=listing["viec"],
        object_type=listing["doi_tuong"],
        object_id=listing["ma"],
    )
    stmt, fault = _entries(listing, wanted)
    if wanted.by_day:
        listing.order = queries.NEWEST_OF_DAYS
    found = listing.fetch(stmt, lambda r: (r.at, r.id) if wanted.by_day else (r.id,))
    return page(
        "audit/list_entries.html",
        listing=listing,
        columns=listing.columns(COLUMNS),
        rows=_rows(found.rows),
        count=(count := listing.count(stmt)),
        pager=listing.pager(found, count),
        fault=fault,
    )


def _entries(listing: Listing, wanted: EntryFilter) -> tuple[AnySelect, str]:
    """The entries that the address asks for, cut to the actor's reach; and what could not be understood of it."""
    session, on = work().session, today()
    reaches = actor().unit_ids(Permission.AUDIT_VIEW, Reach.SUBTREE)
    everything = set(session.scalars(root_ids(on))) <= reaches
    reach = None if everything else scope(actor(), Permission.AUDIT_VIEW, AuditEntry.unit_id, on)
    stmt = queries.entries(wanted, reach, ids_matching(listing["q"]) if listing["q"] else None)
    if not listing["don_vi"]:
        return stmt, ""
    unit = session.scalars(named(actor(), listing["don_vi"], on, Permission.AUDIT_VIEW)).first()
    ids = subtree_ids(frozenset({unit.id if unit else 0}), on)
    fault = "" if unit else f"Không thấy đơn vị “{listing['don_vi']}” trong phạm vi. Nhập mã hoặc tên đầy đủ."
    return stmt.where(AuditEntry.unit_id.in_(ids)), fault


def _filters() -> list[FilterSpec]:
    known = words()
    types = known.object_types()
    given = request.args.get("doi_tuong", "")
    if given not in types and given in known.words:
        types.append(given)  # a link led to a type that is no record, a list for one
    return [
        FilterSpec("q", "Người thực hiện", kind="search"),
        FilterSpec("don_vi", "Mã hoặc tên đơn vị", kind="search"),
        FilterSpec("tu", "Từ ngày", kind="date"),
        FilterSpec("den", "Đến ngày", kind="date"),
        FilterSpec("viec", "Việc", [("", "Tất cả"), *sorted(known.actions.items(), key=lambda pair: pair[1])]),
        FilterSpec("doi_tuong", "Đối tượng", [("", "Tất cả"), *((t, known.words[t]) for t in types)]),
        FilterSpec("ma", "Mã số đối tượng", kind="search"),
    ]


def _rows(found: Iterable[AnyRow]) -> list[EntryRow]:
    """Rows with the names of people and units, two queries for the whole page."""
    rows, known, base = list(found), words(), url_for("audit.list_entries")
    people = _named(names_of, {i for r in rows for i in (r.actor_id, r.on_behalf_of_id, _id_of(r, "user_account"))})
    units = _named(short_names, {i for r in rows for i in (r.unit_id, _id_of(r, "unit"))})
    shown = []
    for r in rows:
        details = known.details(r.action, r.detail)
        name = people.get(_id_of(r, "user_account")) or units.get(_id_of(r, "unit")) or r.object_id
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
                details=details[:OPEN_DETAILS],
                more=details[OPEN_DETAILS:],
            )
        )
    return shown


def _id_of(row: AnyRow, object_type: str) -> int | None:
    """The id of the entry's object when it is of this type."""
    return int(row.object_id) if row.object_type == object_type and row.object_id.isdecimal() else None


def _named(query: Callable[[set[int]], AnySelect], ids: set[int | None]) -> dict[int | None, str]:
    return {row[0]: row[1] for row in work().session.execute(query({i for i in ids if i}))}
