"""Many rows at once, for start data that nobody watches being written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal.core.db import Base
from portal.core.search.index import touch


def insert_many(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert rows and give their ids, in the order of the rows; the table has a key column `id`."""
    if not rows:
        return []
    made = insert(model).returning(model.__table__.c.id, sort_by_parameter_order=True)
    ids = list(session.scalars(made, [dict(row) for row in rows]))
    touch(session, model, ids)
    return ids


def insert_plain(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows whose keys are known already."""
    if rows:
        session.execute(insert(model), [dict(row) for row in rows])
