"""The conditions of a search in a form that both engines are given: alternatives that must each be met.

A term is a token to be found whole, or what a token begins with. Letters and digits alone come into it, so that nothing
typed can mean anything to an engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_

from portal.core.search.documents import TITLE, facet, form_of, kind_facet, signs
from portal.core.search.query import Query, Tier


@dataclass(frozen=True, slots=True)
class Term:
    """A token, or its beginning."""

    token: str
    begins: bool = False


Group = tuple[Term, ...]
"""Alternatives: one of them must be found."""


@dataclass(frozen=True, slots=True)
class Narrow:
    """What a search is cut to beside its words: a year, units (with what was taken in from them)."""

    year: int | None = None
    unit_ids: Sequence[int] | None = None


def groups_of(query: Query, tier: Tier) -> list[Group]:
    """What a document's tokens must hold to fit a step; the order of phrases is left to `like`."""
    where = signs(tier.exact, tier.in_title)
    found = [tuple(Term(sign + form_of(word, tier.exact)) for sign in where) for word in query.whole_words]
    if query.last is not None:
        form = form_of(query.last, tier.exact)
        found.append(tuple(Term(sign + form, not tier.whole) for sign in where))
    return found


def named_groups(words: Iterable[str], facets: Iterable[tuple[str, Sequence[int]]]) -> list[Group]:
    """That each word begins a word of the title, and that of each facet one value holds."""
    found: list[Group] = [(Term(TITLE + word, begins=True),) for word in words]
    return found + [tuple(Term(facet(name, value)) for value in values) for name, values in facets]


def facets_of(number: int, narrow: Narrow, reach: Sequence[int] | None) -> list[Group]:
    """The groups that cut a search to a kind, to what it is narrowed to, and to the units within the actor's reach."""
    found: list[Group] = [(Term(kind_facet(number)),)]
    if narrow.year is not None:
        found.append((Term(facet("year", narrow.year)),))
    if narrow.unit_ids is not None:
        found.append(tuple(Term(facet(name, unit)) for unit in narrow.unit_ids for name in ("unit", "origin")))
    if reach is not None:
        found.append(tuple(Term(facet("unit", unit)) for unit in reach))
    return found


def match_text(groups: Iterable[Group]) -> str:
    """The groups as FTS5 reads them."""
    return " AND ".join("(" + " OR ".join(f'"{t.token}"{"*" * t.begins}' for t in group) + ")" for group in groups)


def tsquery_text(groups: Iterable[Group]) -> str:
    """The groups as PostgreSQL's tsquery reads them."""
    return " & ".join("(" + " | ".join(f"'{t.token}'{':*' * t.begins}" for t in group) + ")" for group in groups)


def like(tokens: ColumnElement[str], query: Query, tier: Tier) -> ColumnElement[bool]:
    """The same over a document's text, row by row; phrases with it."""
    found = [or_(*(_holds(tokens, term) for term in group)) for group in groups_of(query, tier)]
    return and_(*found, *in_order(tokens, query, tier))


def in_order(tokens: ColumnElement[str], query: Query, tier: Tier) -> list[ColumnElement[bool]]:
    """That the words of each phrase follow one another."""
    return [
        or_(
            *(
                tokens.like("% " + " ".join(sign + form_of(word, tier.exact) for word in phrase) + " %")
                for sign in signs(tier.exact, tier.in_title)
            )
        )
        for phrase in query.phrases
    ]


def holds(tokens: ColumnElement[str], groups: Iterable[Group]) -> ColumnElement[bool]:
    """That a document's text holds one of each group."""
    return and_(*(or_(*(_holds(tokens, term) for term in group)) for group in groups))


def _holds(tokens: ColumnElement[str], term: Term) -> ColumnElement[bool]:
    return tokens.like(f"% {term.token}%" if term.begins else f"% {term.token} %")
