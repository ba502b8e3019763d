"""What was found, as pages show it: records by kind, places of the portal, pages of the guide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from markupsafe import Markup

from portal.core.manifest import Shown
from portal.core.search.documents import Texts, texts_of
from portal.core.search.finding import Found
from portal.core.search.query import Query, rank
from portal.core.text import words_of
from portal.domain.access.actor import Work
from portal.web.guide import guide
from portal.web.marks import excerpt, marked
from portal.web.menu import GoTo

GUIDE, PLACES = "huong-dan", "trang"
GUIDE_LABEL, PLACES_LABEL = "Hướng dẫn sử dụng", "Trang và việc trên cổng"


@dataclass(frozen=True, slots=True)
class Row:
    """One find; the words of the query are marked."""

    title: Markup
    detail: Markup
    url: str
    icon: str
    state: Shown | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The finds of one kind. `count` is in words ("12", "1.000+"), `all_url` leads to the rest of them."""

    key: str
    label: str
    icon: str
    rows: Sequence[Row]
    count: str
    all_url: str = ""


def record_rows(work: Work, query: Query, found: Found, ids: Sequence[int]) -> list[Row]:
    """These records of a kind, in their order; one that has gone meanwhile is left out."""
    hits = {hit.record_id: hit for hit in found.kind.hits(work, ids)}
    return [
        Row(
            marked(query, hit.title),
            marked(query, hit.detail),
            url_for(hit.endpoint, **hit.values),
            found.kind.icon,
            hit.state,
        )
        for hit in (hits[record_id] for record_id in ids if record_id in hits)
    ]


def place_rows(query: Query, places: Sequence[GoTo]) -> list[Row]:
    """The places of the portal that fit, the best first."""
    fitting = _ranked(query, [(texts_of(words_of(place.label), words_of(place.group)), place) for place in places])
    return [place_row(place, query) for place in fitting]


def place_row(place: GoTo, query: Query | None = None) -> Row:
    """A place of the portal."""
    query = query or Query()
    group = place.group if place.group != place.label else ""
    return Row(marked(query, place.label), marked(query, group), place.url, place.icon)


def guide_rows(query: Query) -> list[Row]:
    """The parts of the guide that fit, the best first, each with the words around the first find."""
    sections = [(section.texts, section) for page in guide().pages for section in page.sections]
    return [
        Row(marked(query, section.title), excerpt(query, section.text), section.url, "book")
        for section in _ranked(query, sections)
    ]


def _ranked(query: Query, things: Sequence[tuple[Texts, Any]]) -> list[Any]:
    ranks = [(rank(query, texts), number) for number, (texts, _) in enumerate(things)]
    return [things[number][1] for place, number in sorted((p, n) for p, n in ranks if p is not None)]
