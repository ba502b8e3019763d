"""What a feature adds to take a list from workbooks.

Found by its place: a module of this package that names `KINDS`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol

from sqlalchemy import Select

from portal import imports
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.staging.models import ImportBatch
from portal.domain.staging.rows import Outcome, Rows, Verdicts
from portal.imports.mapping import Looks
from portal.imports.spec import Fields

MOST_ROWS = 20_000
DIRECT_ROWS = 2_000  # a longer file is read and applied by the worker


@dataclass(frozen=True, slots=True)
class Shown:
    """A column of the list of rows: its heading and the fields that it shows; `main` names the row."""

    label: str
    keys: tuple[str, ...]
    main: bool = False
    num: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A page of the portal, in words and as an endpoint with its values."""

    label: str
    endpoint: str
    values: Mapping[str, Any] = field(default_factory=dict)
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an import belongs, for its pages: the way there, facts of the head, the list that grows, the next file.

    `closed` says why nothing can be imported now; empty when it can. `after` leads on once it was applied.
    """

    crumbs: tuple[Link, ...]
    home: Link
    upload: Link
    meta: tuple[tuple[str, str], ...] = ()
    closed: str = ""
    after: Link | None = None


class ImportTarget(Protocol):
    """The record that a workbook goes into, with all that reading its rows needs, read once."""

    @property
    def unit_id(self) -> int:
        """Whose way of writing is remembered."""
        ...

    @property
    def looks(self) -> Looks:
        """What texts of a field look like, by its key."""
        ...

    def notes(self, above: Sequence[str]) -> list[str]:
        """Sentences about the workbook, from the texts above its headings."""
        ...

    def read(self, rows: Rows) -> None:
        """Make commands of the rows, and say what is wrong with their cells; whatever they hold, that is all."""
        ...

    def check(self, work: Work, commands: Sequence[Any]) -> Verdicts:
        """What each command would do as things stand; changes nothing. Raises InvalidInput (file) on the whole."""
        ...

    def apply(self, work: Work, commands: Sequence[Any]) -> Outcome:
        """Do what the commands say, all or none, safe to repeat. Raises InvalidInput when they no longer fit."""
        ...


class ImportKind(Protocol):
    """A list that a feature takes from workbooks."""

    @property
    def key(self) -> str: ...

    @property
    def permission(self) -> Permission: ...

    @property
    def noun(self) -> str:
        """What is imported, in lower case: danh sách đăng ký."""
        ...

    @property
    def fields(self) -> Fields: ...

    @property
    def shown(self) -> tuple[Shown, ...]: ...

    @property
    def most_rows(self) -> int: ...

    @property
    def direct_rows(self) -> int:
        """Up to so many rows are read and applied at once, more by the worker."""
        ...

    def batches(self, work: Work) -> Select[ImportBatch]:
        """The batches of this kind that the actor may decide on."""
        ...

    def place(self, work: Work, batch: ImportBatch) -> Place: ...

    def looks(self, work: Work, batch: ImportBatch) -> Looks:
        """As the target's, also when nothing may be imported any more."""
        ...

    def target(self, work: Work, subject_id: int | None) -> ImportTarget:
        """Raises NotFound, NotAllowed, or what else forbids importing now."""
        ...

    def record(self, work: Work, batch: ImportBatch, step: str, detail: Mapping[str, Any]) -> None:
        """Write the audit entry of a step: staged, applied, cancelled."""
        ...


@cache
def kinds() -> Mapping[str, ImportKind]:
    """The kinds of imports by their key. Raises ValueError when two have the same."""
    found: dict[str, ImportKind] = {}
    for info in pkgutil.iter_modules(imports.__path__):
        module = importlib.import_module(f"{imports.__name__}.{info.name}")
        for kind in getattr(module, "KINDS", ()):
            if kind.key in found:
                raise ValueError(f"Two kinds of imports are called {kind.key}.")
            found[kind.key] = kind
    return found
