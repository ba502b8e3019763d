"""What a feature says of a kind of record that global search finds: how it becomes a document, who may find it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Row, Select
from sqlalchemy.orm import Session

from portal.core.db import Base
from portal.core.search.documents import Document

AnySelect = Select[*tuple[Any, ...]]
AnyRow = Row[*tuple[Any, ...]]
MOST_FACETS = 256
"""As many units as a search names one by one; beyond them a wide view is checked hit by hit."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that was found, as pages show it; the words of the query are marked in `title` and `detail`.

    `state` is a label with tone and icon (core.manifest.Shown), `endpoint` and `values` lead to the record.
    """

    record_id: int
    title: str
    detail: str
    endpoint: str
    values: Mapping[str, Any]
    state: Any = None


@dataclass(frozen=True, slots=True)
class Follow:
    """Rows of another table that a document is made of: `attributes` whose change matters (none: any), and which
    records a changed row concerns, by its id or as a select of ids.
    """

    model: type[Base]
    records: Callable[[Any], int | AnySelect]
    attributes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Searchable:
    """A kind of record that search finds.

    `number` is part of the documents' keys: never changed, never given to another kind. `records()` selects the id and
    what `document` makes a document of; `attributes` are the model's own columns that it reads. `permission` is what
    an actor must hold somewhere, `visible(actor, day)` selects the ids that they may find, `reach(session, actor, day)`
    the units that all these belong to (None: too many to name). `hits(work, ids)` shows records, once more within the
    actor's scope.
    """

    number: int
    label: str
    icon: str
    permission: str
    model: type[Base]
    records: Callable[[], AnySelect]
    document: Callable[[AnyRow], Document]
    visible: Callable[[Any, date], AnySelect]
    hits: Callable[[Any, Sequence[int]], Sequence[Hit]]
    attributes: frozenset[str]
    reach: Callable[[Session, Any, date], Sequence[int] | None] | None = None
    follows: tuple[Follow, ...] = field(default=())

    @property
    def kind(self) -> str:
        """The kind's name: its table's."""
        return str(self.model.__tablename__)
