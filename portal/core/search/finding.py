"""The one function that finds: what an actor may see of each kind, the best first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy.orm import Session

from portal.core.pagination import COUNT_LIMIT
from portal.core.search import on_postgresql, on_sqlite
from portal.core.search.asking import Asked, Ranked
from portal.core.search.documents import texts_in
from portal.core.search.kinds import Searchable
from portal.core.search.query import Query, rank
from portal.core.search.terms import Narrow

WHOLE = Narrow()
FEW = 300
"""Up to so many documents are read whole and ranked; of more the index gives only the best."""


@dataclass(frozen=True, slots=True)
class Found:
    """The records of a kind, the best first; `best` is the step of the ranking (from 0) that the first of them fits,
    `more`: there are more than the search was to give.
    """

    kind: Searchable
    ids: Sequence[int]
    best: int
    more: bool


def search(
    session: Session,
    actor: Any,
    on: date,
    query: Query,
    kinds: Sequence[Searchable],
    *,
    narrow: Narrow = WHOLE,
    limit: int = COUNT_LIMIT,
) -> list[Found]:
    """Find in each kind the records that hold all of the query and that the actor may see on that day.

    In each kind: exact marks first, then hits in the title, then whole words, then the newest; at most `limit`, alike
    on both engines. Kinds whose permission the actor holds nowhere are left out, kinds without a find too.
    """
    if not query:
        return []
    engine = on_postgresql if session.get_bind().dialect.name == "postgresql" else on_sqlite
    found = []
    for kind in kinds:
        if not actor.can(kind.permission):
            continue
        reach = kind.reach(session, actor, on) if kind.reach else None
        if (reach is not None and not reach) or narrow.unit_ids == ():
            continue
        asked = Asked(kind, query, narrow, reach, kind.visible(actor, on), limit + 1)
        ranked = _ranked(session, engine, asked)
        if ranked:
            ids = asked.record_ids([key for _, key in ranked])
            found.append(Found(kind, ids[:limit], ranked[0][0], len(ids) > limit))
    return found


def _ranked(session: Session, engine: Any, asked: Asked) -> Sequence[Ranked]:
    """The best documents: few are ranked here, many by the engine."""
    few = engine.few(session, asked, FEW)
    if few is None:
        return cast(Sequence[Ranked], engine.ranked(session, asked))
    places = ((rank(asked.query, texts_in(tokens)), key) for key, tokens in few)
    fitting = sorted((place, -key) for place, key in places if place is not None)
    if not fitting:
        return []
    column = asked.visible.selected_columns[0]
    ids = asked.record_ids([-key for _, key in fitting])
    seen = set(session.scalars(asked.visible.where(column.in_(ids))))
    ranked = [(place, -key) for (place, key), record_id in zip(fitting, ids, strict=True) if record_id in seen]
    return ranked[: asked.limit]
