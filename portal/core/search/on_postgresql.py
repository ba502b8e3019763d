"""Finding on PostgreSQL: the GIN index where few documents fit, the documents' own order where many do.

GIN reads all that fits before the first row comes; for a word that every third document holds that is too much, while
the newest documents alone already give a page. The planner's estimate says which way is shorter.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Any, cast

from sqlalchemy import ColumnElement, String, Table, bindparam, case, literal, literal_column, select, text
from sqlalchemy import cast as as_type
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from portal.core.search.asking import Asked, Ranked
from portal.core.search.documents import SearchDocument
from portal.core.search.kinds import AnySelect
from portal.core.search.query import Tier
from portal.core.search.terms import Group, groups_of, holds, in_order, like, tsquery_text

DOCUMENTS = cast(Table, SearchDocument.__table__)
TOKENS: ColumnElement[str] = DOCUMENTS.c.tokens
AT_ONCE = 3_000
"""Up to so many documents are ranked in one statement."""
AHEAD = 4
"""How many times further than expected the documents are read in their order before the index is asked after all."""
EXPLAIN = "EXPLAIN (FORMAT JSON) SELECT 1 FROM search_document WHERE "
VECTOR = "array_to_tsvector(string_to_array(search_document.tokens, ' '))"
INDEXED: ColumnElement[Any] = literal_column(VECTOR)


def few(session: Session, asked: Asked, most: int) -> list[tuple[int, str]] | None:
    """All documents that fit: (key, tokens); None when there are more than `most`."""
    groups = _groups(asked, asked.widest)
    if estimate(session, groups) > AT_ONCE:
        return None
    rows = session.execute(select(DOCUMENTS.c.id, TOKENS).where(matches(groups)).limit(most + 1)).all()
    return None if len(rows) > most else [(key, tokens) for key, tokens in rows]


def named(session: Session, groups: Sequence[Group], keys: dict[str, int], most: int) -> list[int] | None:
    """The keys of all documents that hold one of each group; None when there are more than `most`."""
    if estimate(session, groups) > most:
        return None
    within = DOCUMENTS.c.id.between(keys["first"], keys["last"])
    found = list(session.scalars(select(DOCUMENTS.c.id).where(matches(groups), within).limit(most + 1)))
    return None if len(found) > most else found


def ranked(session: Session, asked: Asked) -> Sequence[Ranked]:
    """The best documents that the actor may see."""
    if estimate(session, _groups(asked, asked.widest)) <= AT_ONCE:
        return [(place, key) for place, key in session.execute(_at_once(asked))]
    found: dict[int, int] = {}
    for place, tier in enumerate(asked.query.tiers):
        for key in _of_tier(session, asked, tier):
            found.setdefault(key, place)
        if len(found) >= asked.limit:
            break
    return [(place, key) for key, place in found.items()][: asked.limit]


def estimate(session: Session, groups: Sequence[Group]) -> float:
    """How many documents the planner expects."""
    return _rows(session, f"{VECTOR} @@ CAST(:wanted AS tsquery)", wanted=tsquery_text(groups))


def matches(groups: Sequence[Group]) -> ColumnElement[bool]:
    """The condition that the index answers."""
    # Written into the statement, not bound: the planner then knows what it asks for, however often it was asked.
    wanted = bindparam(None, tsquery_text(groups), String(), literal_execute=True)
    return INDEXED.op("@@", is_comparison=True)(as_type(wanted, TSQUERY))


def _groups(asked: Asked, tier: Tier) -> list[Group]:
    return [*groups_of(asked.query, tier), *asked.facets]


def _rows(session: Session, condition: str, **values: Any) -> float:
    plan = session.execute(text(EXPLAIN + condition), values).scalar_one()
    return float(plan[0]["Plan"]["Plan Rows"])


def _at_once(asked: Asked) -> AnySelect:
    """All that fits, each with the first step that it fits."""
    tiers = asked.query.tiers
    steps = [(like(TOKENS, asked.query, tier), number) for number, tier in enumerate(tiers[:-1])]
    place = case(*steps, else_=len(tiers) - 1)
    wanted = _index(asked, asked.widest).add_columns(place.label("place")).offset(0).subquery()
    return (
        select(wanted.c.place, wanted.c.id)
        .where(asked.seen(wanted.c.id))
        .order_by(wanted.c.place, wanted.c.id.desc())
        .limit(asked.limit)
    )


def _index(asked: Asked, tier: Tier) -> AnySelect:
    """What the index gives for a step."""
    order = in_order(TOKENS, asked.query, tier)
    return select(DOCUMENTS.c.id).where(matches(_groups(asked, tier)), *order)


def _of_tier(session: Session, asked: Asked, tier: Tier) -> Sequence[int]:
    """The newest documents of a step, those of better steps among them."""
    expected = estimate(session, _groups(asked, tier))
    total = _rows(session, "id BETWEEN :first AND :last", **asked.keys)
    if expected > sqrt(asked.limit * total):
        window = int(AHEAD * asked.limit * total / expected)
        found = session.execute(_newest(asked, tier, window)).scalars().all()
        if len(found) >= asked.limit:
            return found
    return session.execute(_sorted(asked, tier)).scalars().all()


def _newest(asked: Asked, tier: Tier, window: int) -> AnySelect:
    """Read the newest documents of the kind, as many as `window`, and take those that fit."""
    docs = DOCUMENTS.c
    newest = select(docs.id, docs.tokens).where(asked.within(docs.id)).order_by(docs.id.desc()).limit(window).subquery()
    tokens = newest.c.tokens
    return (
        select(newest.c.id)
        .where(like(tokens, asked.query, tier), holds(tokens, asked.facets), asked.seen(newest.c.id, apart=True))
        .order_by(newest.c.id.desc())
        .limit(asked.limit)
    )


def _sorted(asked: Asked, tier: Tier) -> AnySelect:
    """All that the index gives, the newest first; whether the actor sees it is asked until there are enough."""
    key = DOCUMENTS.c.id + literal(0)  # a sum, so that the planner does not walk the whole table in the keys' order
    found = _index(asked, tier).add_columns(key.label("place")).order_by(key.desc()).offset(0).subquery()
    seen = asked.seen(found.c.id, apart=True)
    return select(found.c.id).where(seen).order_by(found.c.place.desc()).limit(asked.limit)
