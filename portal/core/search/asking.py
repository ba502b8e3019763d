"""What an engine is asked for one kind of record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement

from portal.core.search.documents import KIND_BITS, first_key
from portal.core.search.kinds import AnySelect, Searchable
from portal.core.search.query import Query, Tier
from portal.core.search.terms import Group, Narrow, facets_of

Ranked = tuple[int, int]
"""A document that was found: the step of the ranking that it fits, and its key."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A query in one kind, as far as the actor sees it. `visible` selects the ids, `reach` names the units if few."""

    kind: Searchable
    query: Query
    narrow: Narrow
    reach: Sequence[int] | None
    visible: AnySelect
    limit: int

    @property
    def facets(self) -> list[Group]:
        """The groups that cut the kind to what is asked."""
        return facets_of(self.kind.number, self.narrow, self.reach)

    @property
    def widest(self) -> Tier:
        """The step that everything found fits."""
        return self.query.tiers[-1]

    @property
    def keys(self) -> dict[str, int]:
        """The first and the last key that a document of the kind may have."""
        first = first_key(self.kind.number)
        return {"first": first + 1, "last": first + (1 << KIND_BITS) - 1}

    def within(self, key: ColumnElement[int]) -> ColumnElement[bool]:
        """The condition that a document's key is one of the kind's."""
        return key.between(self.keys["first"], self.keys["last"])

    def seen(self, key: Any, *, apart: bool = False) -> ColumnElement[bool]:
        """The condition that the actor may see the record of a document. `apart`: asked of each row by itself."""
        ids = self.visible.selected_columns[0]
        stmt = self.visible.where(ids == key - first_key(self.kind.number))
        return (stmt.offset(0) if apart else stmt).exists()

    def record_ids(self, keys: Sequence[int]) -> list[int]:
        """The ids of the records of these documents."""
        first = first_key(self.kind.number)
        return [key - first for key in keys]
