"""GET /quan-tri/nhat-ky: who did what to what, when and for whom. Reading it is not logged; a refusal is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response

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
    Column("Lúc", css="w-moment"),
    Column("Người thực hiện"),
    Column("Việc"),
    Column("Đối tượng"),
    Column("Đơn vị"),
    Column("Chi tiết"),
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
    object_type: str
    object_id: str
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
    actions = [(action, known.action(action)) for names in known.features.values() for action in names]
    types = sorted({action.partition(".")[0] for action, _ in actions} & set(known.words))
    return [
        FilterSpec("q", "Người thực hiện", kind="search"),
        FilterSpec("tu", "Từ ngày", kind="date"),
        FilterSpec("den", "Đến ngày", kind="date"),
        FilterSpec("viec", "Việc", [("", "Tất cả"), *sorted(actions, key=lambda pair: pair[1])]),
        FilterSpec("doi_tuong", "Đối tượng", [("", "Tất cả"), *((t, known.words[t]) for t in types)]),
        FilterSpec("ma", "Mã đối tượng", kind="search"),
        FilterSpec("don_vi", "Mã hoặc tên đơn vị", kind="search"),
    ]


def _rows(found: Iterable[AnyRow]) -> list[EntryRow]:
    """Rows with the names of people and units, two queries for the whole page."""
    session, rows, known = work().session, list(found), words()
    people = {i for r in rows for i in (r.actor_id, r.on_behalf_of_id) if i}
    names: dict[Any, str] = {row[0]: row[1] for row in session.execute(names_of(people))}
    units: dict[Any, str] = {
        row[0]: row[1] for row in session.execute(short_names({r.unit_id for r in rows if r.unit_id}))
    }
    shown = []
    for r in rows:
        details = known.details(r.action, r.detail)
        shown.append(
            EntryRow(
                at=r.at,
                who=names.get(r.actor_id, SYSTEM),
                for_whom=names.get(r.on_behalf_of_id, ""),
                address=r.address,
                action=known.action(r.action),
                object_type=known.object_type(r.object_type),
                object_id=r.object_id,
                unit=units.get(r.unit_id, ""),
                details=details[:OPEN_DETAILS],
                more=details[OPEN_DETAILS:],
            )
        )
    return shown
