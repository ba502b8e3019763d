"""What is commented on: each feature says in its manifest which of its records take comments, and by which rule they
are read and written. Pages and services read it from here and list no feature by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from portal.core.manifest import manifests
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission


@dataclass(frozen=True, slots=True)
class Audience:
    """People who may read a record: who holds `permission` at exactly this unit, with `above` also from further up."""

    permission: Permission
    unit_id: int
    above: bool = False


@dataclass(frozen=True, slots=True)
class CommentedView:
    """A record as the actor may see it.

    `readers` are all who may read it now: only they can be mentioned and told. `permission` is what a notice of it
    asks of its reader. `inside`: the record has not left its unit, what is written now stays there; `sees_inside`: the
    actor is of that unit. `closed` says why nothing can be written now. `endpoint` opens the record's page.
    """

    unit_id: int
    title: str
    endpoint: str
    values: Mapping[str, Any]
    permission: Permission
    readers: tuple[Audience, ...]
    may_read: bool
    may_write: bool
    closed: str = ""
    inside: bool = False
    sees_inside: bool = False


class Find(Protocol):
    """Load a record in the actor's scope; None when they may not know of it."""

    def __call__(self, work: Work, owner_id: int) -> CommentedView | None: ...


@dataclass(frozen=True, slots=True)
class CommentOwner:
    """A kind of record that takes comments. `slug` stands in addresses.

    A confidential feature declares `confidential`; then notices say nothing of the record, and nothing is parked.
    """

    object_type: str
    slug: str
    find: Find
    confidential: bool = False


@cache
def owners() -> Mapping[str, CommentOwner]:
    """Every kind of record that takes comments, by its object type."""
    found: list[CommentOwner] = [owner for manifest in manifests() for owner in manifest.comment_owners]
    return {owner.object_type: owner for owner in found}


def owner_of_slug(slug: str) -> CommentOwner | None:
    """The kind of record that an address names."""
    return next((owner for owner in owners().values() if owner.slug == slug), None)
