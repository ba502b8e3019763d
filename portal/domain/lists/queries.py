"""What a person keeps of a list: read in one go, whatever there is of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    String,
    bindparam,
    cast,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.orm import Session

from portal.core.db import plain_rows
from portal.core.prepared import prepared
from portal.domain.access.actor import Actor
from portal.domain.accounts.models import UserAccount
from portal.domain.lists.models import BulkRun, ListPreference, SavedFilter

SEPARATOR = "."


@dataclass(frozen=True, slots=True)
class KeptFilter:
    """A saved filter as the list shows it. `mine`: the reader made it; `unit_id`: it is shared with this unit."""

    id: int
    name: str
    query: str
    mine: bool
    unit_id: int | None


@dataclass(frozen=True, slots=True)
class Kept:
    """What a person keeps of one list. `columns` empty: as the list comes; `filter_id`: what it opens with."""

    columns: tuple[str, ...] = ()
    filter_id: int | None = None
    filters: tuple[KeptFilter, ...] = ()

    @property
    def opens_with(self) -> KeptFilter | None:
        """The filter that the list opens with, while the reader still sees it."""
        return next((kept for kept in self.filters if kept.id == self.filter_id), None)


def values_of(query: str) -> dict[str, str]:
    """A kept query as the arguments of an address."""
    return dict(parse_qsl(query))


def units_of(actor: Actor) -> frozenset[int]:
    """The units that a person belongs to: where they work, and where they hold a role."""
    return frozenset({actor.home_unit_id, *(grant.unit_id for grant in actor.grants)})


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """The condition that the actor sees a saved filter: their own, or shared with a unit that they belong to."""
    return or_(SavedFilter.owner_id == actor.user_id, SavedFilter.unit_id.in_(sorted(units_of(actor))))


def filters_of(actor: Actor, list_name: str) -> Select[SavedFilter, str]:
    """The saved filters of a list that the actor sees, their own first, with the name of who made each."""
    return (
        select(SavedFilter, UserAccount.full_name)
        .join(UserAccount, UserAccount.id == SavedFilter.owner_id)
        .where(SavedFilter.list_name == list_name, seen_by(actor))
        .order_by(SavedFilter.owner_id != actor.user_id, SavedFilter.name, SavedFilter.id)
    )


def one_filter(actor: Actor, list_name: str, filter_id: int) -> Select[SavedFilter]:
    """A saved filter of a list, when the actor sees it."""
    return select(SavedFilter).where(SavedFilter.id == filter_id, SavedFilter.list_name == list_name, seen_by(actor))


def preference_of(actor: Actor, list_name: str) -> Select[ListPreference]:
    """How the actor looks at a list."""
    return select(ListPreference).where(ListPreference.user_id == actor.user_id, ListPreference.list_name == list_name)


def one_run(actor: Actor, run_id: int) -> Select[BulkRun]:
    """What the actor did to many rows at one time."""
    return select(BulkRun).where(BulkRun.id == run_id, BulkRun.user_id == actor.user_id)


def kept_of(session: Session, actor: Actor, list_name: str) -> Kept:
    """What the actor keeps of a list (one query, which every page of a list asks)."""
    columns: tuple[str, ...] = ()
    opens_with: int | None = None
    found: list[KeptFilter] = []
    asked = {"user_id": actor.user_id, "list_name": list_name}
    for kind, key, name, text, owner_id, unit_id in plain_rows(session, _kept(units_of(actor)), asked):
        if kind == 0:
            columns, opens_with = tuple(part for part in text.split(SEPARATOR) if part), key
        elif key is not None:
            found.append(KeptFilter(key, name, text, owner_id == actor.user_id, unit_id))
    return Kept(columns, opens_with, tuple(sorted(found, key=lambda kept: (not kept.mine, kept.name, kept.id))))


@prepared
def _kept(unit_ids: frozenset[int]) -> CompoundSelect[*tuple[Any, ...]]:
    """What a person of these units keeps of a list; `user_id` and `list_name` are given when it runs."""
    user_id, list_name = bindparam("user_id", type_=Integer), bindparam("list_name", type_=String)
    chosen = select(
        literal(0).label("kind"),
        ListPreference.filter_id.label("id"),
        literal("").label("name"),
        ListPreference.columns.label("text"),
        literal(0).label("owner_id"),
        cast(null(), Integer).label("unit_id"),
    ).where(ListPreference.user_id == user_id, ListPreference.list_name == list_name)
    filters = select(
        literal(1),
        SavedFilter.id,
        cast(SavedFilter.name, String),
        SavedFilter.query,
        SavedFilter.owner_id,
        SavedFilter.unit_id,
    ).where(
        SavedFilter.list_name == list_name,
        or_(SavedFilter.owner_id == user_id, SavedFilter.unit_id.in_(sorted(unit_ids))),
    )
    return chosen.union_all(filters)
