"""The page of a search: its groups, or one kind page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request, url_for

from portal.blueprints.search._found import (
    GUIDE,
    GUIDE_LABEL,
    PLACES,
    PLACES_LABEL,
    Group,
    Row,
    guide_rows,
    place_rows,
    record_rows,
)
from portal.core.pagination import Count, Order, Page, decode_cursor, encode_cursor
from portal.core.search.documents import SearchDocument
from portal.core.search.finding import Found, search
from portal.core.search.index import searchables
from portal.core.search.query import Query, parse
from portal.core.search.terms import Narrow
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.units.queries import subtree_ids, units_near
from portal.web.context import runtime, viewer
from portal.web.formats import number
from portal.web.lists import FilterSpec, Listing, Options, Pager
from portal.web.menu import FIRST_YEAR, go_to

ENDPOINT = "search.show_results"
WORDS, KIND, YEAR, UNIT = "tu_khoa", "loai", "nam", "don_vi"
IN_GROUP = 5
GROUP_COUNT = 100
MOST_UNITS = 1_000
ID_DIGITS = 10
BEST = Order("phu-hop", (SearchDocument.id,))
EVERYTHING = ("", "Tất cả")


@dataclass(frozen=True, slots=True)
class Results:
    """What the page shows. `narrowed`: filters beside the words leave something out."""

    listing: Listing
    query: Query
    groups: Sequence[Group]
    pager: Pager | None = None
    narrowed: bool = False

    @property
    def typed(self) -> str:
        """What was typed."""
        return self.listing[WORDS]

    @property
    def summary(self) -> str:
        """How much was found, read out after a swap."""
        if not self.query:
            return "Nhập từ cần tìm"
        if not self.groups:
            return "Không tìm thấy gì"
        return "; ".join(f"{group.label}: {group.count}" for group in self.groups)


def load_results(work: Work) -> Results:
    """What the address asks for."""
    listing = Listing(ENDPOINT, _filters(work), [BEST])
    query = parse(listing[WORDS])
    narrowed = any(listing[name] for name in (KIND, YEAR, UNIT))
    if not query:
        return Results(listing, query, [], narrowed=narrowed)
    chosen = listing[KIND]
    if chosen and chosen not in (GUIDE, PLACES):
        return _one_kind(work, listing, query)
    kinds = [] if chosen else searchables()
    narrow = _narrow(work, listing)
    found = search(work.session, work.actor, work.today(), query, kinds, narrow=narrow, limit=GROUP_COUNT)
    groups = [_group(work, listing, query, one) for one in sorted(found, key=lambda one: one.best)]
    if not listing[YEAR] and not listing[UNIT]:  # what belongs to no year and no unit
        groups = [*_places(listing, query), *groups, *_guide(listing, query)]
    return Results(listing, query, groups, narrowed=narrowed)


def _filters(work: Work) -> list[FilterSpec]:
    kinds: Options = [(kind.kind, kind.label) for kind in searchables() if work.actor.can(Permission(kind.permission))]
    years = [(str(year), f"Năm {year}") for year in range(work.today().year + 1, FIRST_YEAR - 1, -1)]
    asked = request.args.get(UNIT, "")
    chosen = int(asked) if asked.isdecimal() and len(asked) < ID_DIGITS else None
    units = work.session.execute(units_near(work.actor, Permission.UNIT_VIEW, work.today(), chosen)).all()
    return [
        FilterSpec(WORDS, "Từ cần tìm", kind="search"),
        FilterSpec(KIND, "Loại", [EVERYTHING, *kinds, (PLACES, PLACES_LABEL), (GUIDE, GUIDE_LABEL)]),
        FilterSpec(YEAR, "Năm", [EVERYTHING, *years]),
        FilterSpec(UNIT, "Đơn vị", [EVERYTHING, *((str(unit_id), name) for unit_id, name in units)]),
    ]


def _narrow(work: Work, listing: Listing) -> Narrow:
    unit_id = listing.number(UNIT)
    if unit_id is None:
        return Narrow(year=listing.number(YEAR))
    below = work.session.scalars(subtree_ids(frozenset({unit_id}), work.today()).limit(MOST_UNITS + 1)).all()
    return Narrow(year=listing.number(YEAR), unit_ids=below if len(below) <= MOST_UNITS else None)


def _group(work: Work, listing: Listing, query: Query, found: Found) -> Group:
    kind = found.kind
    rows = record_rows(work, query, found, found.ids[:IN_GROUP])
    more = listing.url(**{KIND: kind.kind}) if len(found.ids) > IN_GROUP else ""
    return Group(kind.kind, kind.label, kind.icon, rows, _count(found), more)


def _places(listing: Listing, query: Query) -> list[Group]:
    rows = place_rows(query, go_to(viewer()))
    return _fixed(listing, PLACES, PLACES_LABEL, "arrow-right", rows)


def _guide(listing: Listing, query: Query) -> list[Group]:
    return _fixed(listing, GUIDE, GUIDE_LABEL, "book", guide_rows(query))


def _fixed(listing: Listing, key: str, label: str, icon: str, rows: Sequence[Row]) -> list[Group]:
    """A group that is read whole: all of it when it is the one that is asked for."""
    chosen = listing[KIND]
    if not rows or chosen not in ("", key):
        return []
    shown = rows if chosen else rows[:IN_GROUP]
    more = listing.url(**{KIND: key}) if len(shown) < len(rows) else ""
    return [Group(key, label, icon, shown, number(len(rows)), more)]


def _one_kind(work: Work, listing: Listing, query: Query) -> Results:
    kinds = [kind for kind in searchables() if kind.kind == listing[KIND]]
    found = search(work.session, work.actor, work.today(), query, kinds, narrow=_narrow(work, listing))
    if not found:
        return Results(listing, query, [], narrowed=True)
    page = _page(listing, found[0].ids)
    rows = record_rows(work, query, found[0], page.rows)  # type: ignore[arg-type] # ids stand for their rows
    kind = found[0].kind
    group = Group(kind.kind, kind.label, kind.icon, rows, _count(found[0]))
    pager = listing.pager(page, Count(len(found[0].ids), found[0].more))
    return Results(listing, query, [group], pager, narrowed=True)


def _page(listing: Listing, ids: Sequence[int]) -> Page:
    """The part of the finds that the address asks for: from behind a record, or before it; of a record that is found
    no more, from its place.
    """
    size = runtime().settings.page_size
    position = decode_cursor(listing.cursor, 1)
    start = 0
    if position is not None:
        (record_id,), backwards = position
        if record_id not in ids:
            start = min(listing.place - 1, max(len(ids) - 1, 0)) // size * size
        else:
            start = max(ids.index(record_id) - size, 0) if backwards else ids.index(record_id) + 1
    rows = ids[start : start + size]
    return Page(
        rows=rows,  # type: ignore[arg-type] # ids stand for their rows
        size=size,
        next_cursor=encode_cursor([rows[-1]]) if start + size < len(ids) else None,
        previous_cursor=encode_cursor([rows[0]], backwards=True) if start and rows else None,
    )


def _count(found: Found) -> str:
    return str(Count(len(found.ids), found.more))


def results_url(typed: str) -> str:
    """The page of a search."""
    return url_for(ENDPOINT, tu_khoa=typed)
