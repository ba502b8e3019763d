"""Words of a filter through the index: which few records bear them, so that a list need not read all its rows."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, String, and_, func, literal, or_, select
from sqlalchemy.orm import Session

from portal.core.search import on_postgresql, on_sqlite
from portal.core.search.documents import FORM, KIND_BITS, SearchBuild, first_key
from portal.core.search.index import searchable
from portal.core.search.terms import named_groups
from portal.core.text import words_of

MOST = 3_000
"""Of more records than these a page is found sooner by walking the list in its order."""
SEPARATORS = "-/.,()&:;+_'\"“”–"
Facets = Sequence[tuple[str, Sequence[int]]]


def folded_words(text: str) -> tuple[str, ...]:
    """What was typed, word by word, each once: in any order, each the beginning of a word."""
    return tuple(dict.fromkeys(word.folded for word in words_of(text)))


def ids_named(session: Session, kind: str, text: str, facets: Facets = (), most: int = MOST) -> tuple[int, ...] | None:
    """The records of a kind in whose title each of these words begins a word (see `begins_words`).

    None when there are more than `most`, when nothing was typed, or while the kind's index is not built: then the list
    asks its own rows. `facets` cut it to one value of each. Nothing is said of what the actor may see.
    """
    words = folded_words(text)
    if not words:
        return None
    built = select(SearchBuild.kind).where(
        SearchBuild.kind == kind, SearchBuild.form == FORM, SearchBuild.finished_at.is_not(None)
    )
    if session.scalars(built).first() is None:
        return None
    first = first_key(searchable(kind).number)
    engine = on_postgresql if session.get_bind().dialect.name == "postgresql" else on_sqlite
    keys = {"first": first + 1, "last": first + (1 << KIND_BITS) - 1}
    found = engine.named(session, named_groups(words, facets), keys, most)
    return None if found is None else tuple(sorted(key - first for key in found))


def begins_words(folded: ColumnElement[str], text: str) -> ColumnElement[bool]:
    """The same of a column of folded text, row by row: each typed word begins a word there, in any order."""
    plain = folded
    for sign in SEPARATORS:
        plain = func.replace(plain, sign, " ", type_=String())
    padded = literal(" ", String()) + plain
    words = folded_words(text)
    there = (folded.contains(word, autoescape=True) for word in words)
    begun = (  # what costs least is asked first: most words stand after a space
        or_(
            folded.startswith(word, autoescape=True),
            folded.contains(f" {word}", autoescape=True),
            padded.contains(f" {word}", autoescape=True),
        )
        for word in words
    )
    return and_(*there, *begun)
