"""What is suggested while one types: where to go, and the best finds of each kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.blueprints.search._found import (
    GUIDE,
    GUIDE_LABEL,
    PLACES,
    PLACES_LABEL,
    Group,
    guide_rows,
    place_row,
    place_rows,
    record_rows,
)
from portal.blueprints.search._page import results_url
from portal.core.search.finding import search
from portal.core.search.index import searchables
from portal.core.search.query import QUERY_LENGTH, parse
from portal.core.text import clean
from portal.domain.access.actor import Work
from portal.web.context import viewer
from portal.web.menu import go_to

MOST, MOST_PLACES, MOST_GUIDE = 4, 5, 2
FIRST_PLACES = 8


@dataclass(frozen=True, slots=True)
class Suggestions:
    """The groups in their order; `all_url` leads to the page of the whole search ("" before anything is typed)."""

    typed: str
    groups: Sequence[Group]
    all_url: str


def load_suggestions(work: Work, given: str) -> Suggestions:
    """Suggestions for what was typed; before that, the places that one may go to."""
    typed = clean(given)[:QUERY_LENGTH]
    query = parse(typed)
    places = go_to(viewer())
    if not query:
        rows = [place_row(place) for place in places[:FIRST_PLACES]]
        return Suggestions("", [Group(PLACES, PLACES_LABEL, "", rows, "")], "")
    found = search(work.session, work.actor, work.today(), query, searchables(), limit=MOST)
    groups = [
        Group(PLACES, PLACES_LABEL, "", place_rows(query, places)[:MOST_PLACES], ""),
        *(
            Group(one.kind.kind, one.kind.label, one.kind.icon, record_rows(work, query, one, one.ids), "")
            for one in sorted(found, key=lambda one: one.best)
        ),
        Group(GUIDE, GUIDE_LABEL, "", guide_rows(query)[:MOST_GUIDE], ""),
    ]
    shown = [group for group in groups if group.rows]
    return Suggestions(typed, shown, results_url(typed))
