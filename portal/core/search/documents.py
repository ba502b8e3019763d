"""The search index: a row a record, its words in one column, indexed by FTS5 on SQLite and by GIN on PostgreSQL.

A row's key is made of the number of its kind and the record's id, so that a kind is a range of keys and the newest
record of a kind has the highest. Every word stands twice, folded and with its marks, under a sign that says where it
was found; `§` begins what narrows a search (unit, year, and what a feature adds).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Integer
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, KeyText
from portal.core.text import Word, words_of

KIND_BITS = 40
"""A kind's keys are those of its number times 2^40, up to the next."""
FORM = 1
"""Raise it when tokens are written in another way: indexes of an earlier form are then rebuilt."""
BODY_WORDS = 2_000
TITLE, BODY, TITLE_MARKED, BODY_MARKED, FACET = "¶", "·", "±", "°", "§"
END = FACET
Texts = dict[str, list[str]]
"""Words by the sign that they stand under."""
BigKey = BigInteger().with_variant(Integer(), "sqlite")


class SearchDocument(Base):
    """What search knows of a record. `unit_id` is the unit that it belongs to, `tokens` end with a lone §."""

    __tablename__ = "search_document"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    unit_id: Mapped[int | None] = mapped_column(Integer)
    tokens: Mapped[str] = mapped_column(KeyText())


class SearchBuild(Base):
    """How far a kind's index is built: `after_id` is the last record that was read, `finished_at` None until all are.

    `form` is the form of the tokens (FORM) that it was built with.
    """

    __tablename__ = "search_build"

    kind: Mapped[str] = mapped_column(KeyText(40), primary_key=True)
    form: Mapped[int] = mapped_column(Integer)
    after_id: Mapped[int] = mapped_column(Integer, default=0)
    started_at: Mapped[datetime] = mapped_column()
    finished_at: Mapped[datetime | None] = mapped_column()


@dataclass(frozen=True, slots=True)
class Document:
    """A record as search reads it: its title, what else is found in it, the unit and year that it belongs to.

    `origin_id` is a unit that it also counts for, `facets` are a feature's own (`period3`): letters and digits.
    """

    title: str
    body: str = ""
    unit_id: int | None = None
    origin_id: int | None = None
    year: int | None = None
    facets: tuple[str, ...] = ()


def texts_of(title: Sequence[Word], body: Sequence[Word]) -> Texts:
    """The words of a record under each sign."""
    return {
        TITLE: [word.folded for word in title],
        BODY: [word.folded for word in body],
        TITLE_MARKED: [word.marked for word in title],
        BODY_MARKED: [word.marked for word in body],
    }


def tokens_of(number: int, document: Document) -> str:
    """The tokens of a document of the kind with this number."""
    texts = texts_of(words_of(document.title), words_of(document.body)[:BODY_WORDS])
    return " ".join(
        (
            kind_facet(number),
            *(f"{FACET}{facet}" for facet in document.facets),
            *_facet("unit", document.unit_id),
            *_facet("origin", document.origin_id),
            *_facet("year", document.year),
            *(sign + word for sign, words in texts.items() for word in words),
            END,
        )
    )


def texts_in(tokens: str) -> Texts:
    """What tokens_of has written, word by word again."""
    texts: Texts = {}
    for token in tokens.split(" "):
        texts.setdefault(token[0], []).append(token[1:])
    return texts


def kind_facet(number: int) -> str:
    """The token that every document of a kind has."""
    return f"{FACET}kind{number}"


def facet(name: str, value: int) -> str:
    """The token of a facet: unit, origin, year, or a feature's own."""
    return f"{FACET}{name}{value}"


def key_of(number: int, record_id: int) -> int:
    """A document's key."""
    return first_key(number) + record_id


def first_key(number: int) -> int:
    """The key before a kind's first document."""
    return number << KIND_BITS


def signs(exact: bool, in_title: bool) -> tuple[str, ...]:
    """Under which signs a word may stand to fit a step of the ranking."""
    title, body = (TITLE_MARKED, BODY_MARKED) if exact else (TITLE, BODY)
    return (title,) if in_title else (title, body)


def vocabulary(tokens: Iterable[str]) -> set[str]:
    """The words of these documents as the list of words keeps them: folded, and with marks under ±."""
    found: set[str] = set()
    for text in tokens:
        texts = texts_in(text)
        found.update(*(texts.get(sign, ()) for sign in (TITLE, BODY)))
        found.update(TITLE_MARKED + word for sign in (TITLE_MARKED, BODY_MARKED) for word in texts.get(sign, ()))
    return found


def form_of(word: Word, exact: bool) -> str:
    """The form of a word that a step compares."""
    return word.marked if exact else word.folded


def _facet(name: str, value: int | None) -> tuple[str, ...]:
    return () if value is None else (facet(name, value),)
