"""Whose files they are: each feature says in its manifest which of its records hold files, of which kinds, and by which
rule they are read and changed. Pages, jobs and housekeeping read it from here and list no feature by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol

from portal.core.manifest import manifests
from portal.domain.access.actor import Work
from portal.domain.attachments.enums import FileType
from portal.domain.attachments.models import StoredFile

ALL_TYPES = frozenset(FileType)
PDF_ONLY = frozenset({FileType.PDF})


@dataclass(frozen=True, slots=True)
class FileKind:
    """What a file is to its record.

    `addable`: people add and remove files of this kind themselves; else a step of the record brings them. The limits
    and `keep_days` (how long a removed file can be taken back) hold until the office sets others.
    """

    code: str
    label: str
    types: frozenset[FileType] = ALL_TYPES
    addable: bool = True
    max_megabytes: int = 10
    max_count: int = 20
    keep_days: int = 30


@dataclass(frozen=True, slots=True)
class OwnerView:
    """A record as the actor may see it. `closed` says why its files cannot be changed now, when they cannot.

    `fixed` are the files that the record itself names: they are not removed. `endpoint` opens the record's page.
    """

    unit_id: int
    title: str
    endpoint: str
    values: Mapping[str, Any]
    may_read: bool
    may_change: bool
    closed: str = ""
    fixed: frozenset[int] = frozenset()
    sees: Callable[[StoredFile], bool] = field(default=lambda _: True)


class Find(Protocol):
    """Load a record in the actor's scope; None when they may not know of it. `lock`: for a change, the row locked."""

    def __call__(self, work: Work, owner_id: int, lock: bool = False) -> OwnerView | None: ...


@dataclass(frozen=True, slots=True)
class FileOwner:
    """A kind of record that holds files. `slug` stands in addresses; `changed` is told after each change.

    Of a confidential feature neither notices nor the audit log hold the names of files.
    """

    object_type: str
    slug: str
    kinds: tuple[FileKind, ...]
    find: Find
    changed: Callable[[Work, int], None]
    confidential: bool = False

    def kind(self, code: str) -> FileKind | None:
        """The kind of this code."""
        return next((kind for kind in self.kinds if kind.code == code), None)

    @property
    def addable(self) -> FileKind | None:
        """The kind that people add to."""
        return next((kind for kind in self.kinds if kind.addable), None)


@cache
def owners() -> Mapping[str, FileOwner]:
    """Every kind of record that holds files, by its object type."""
    found: list[FileOwner] = [owner for manifest in manifests() for owner in manifest.file_owners]
    return {owner.object_type: owner for owner in found}


def owner_of_slug(slug: str) -> FileOwner | None:
    """The kind of record that an address names."""
    return next((owner for owner in owners().values() if owner.slug == slug), None)


def kinds() -> Mapping[str, tuple[FileOwner, FileKind]]:
    """Every kind of files by its code."""
    return {kind.code: (owner, kind) for owner in owners().values() for kind in owner.kinds}
