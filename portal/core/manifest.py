"""What a feature says of itself, once: shared parts read these and list no feature by hand."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any

from portal.core.search.kinds import Searchable


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A line of the side menu.

    Shown to those who hold `permission`. `key` is the letter after g; `order` sorts groups and lines.
    """

    label: str
    endpoint: str
    icon: str
    permission: str
    group: str = ""
    key: str = ""
    order: int = 100
    active_prefixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WaitingItem:
    """One thing that waits for a person.

    What, in which field, by which day (None: no day was set), since when it waits, and the endpoint that opens it.
    """

    title: str
    area: str
    endpoint: str
    values: dict[str, Any]
    due_on: date | None = None
    since: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A state as pages show it: words, tone (ok, warn, bad, run, idle) and icon."""

    label: str
    tone: str
    icon: str


@dataclass(frozen=True, slots=True)
class DueItem:
    """One thing that falls due on a day, for a person who does it or watches over it.

    `key` names the thing for good (`emulation:registration:7:31`): the same on every day and for everybody, so that a
    reminder is sent once. `done`: it needs nothing any more. `watched`: others do it, the person only follows it.
    """

    key: str
    title: str
    area: str
    endpoint: str
    values: dict[str, Any]
    due_on: date
    state: Shown
    note: str = ""
    done: bool = False
    watched: bool = False


@dataclass(frozen=True, slots=True)
class SentItem:
    """One thing that a person's unit has sent, and where it is."""

    title: str
    endpoint: str
    values: dict[str, Any]
    state: Shown
    at: datetime
    where: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A number towards one that was set: `value` of `goal`; `elapsed` is the share of the time gone, 0 to 100."""

    name: str
    value: int
    goal: int
    measure: str
    state: Shown
    elapsed: float | None = None
    endpoint: str = ""
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FigurePanel:
    """The figures that a feature shows to those who watch over it, with the page that shows more."""

    title: str
    note: str
    figures: tuple[Figure, ...]
    endpoint: str = ""
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Manifest:
    """A feature's declaration.

    `actions` are what one may begin from anywhere: search offers them beside the menu. `waiting(work, year)`,
    `sent(work, year)` and `figures(work, year)` feed the home page, each with a fixed number of queries; `due(work,
    first, last)` gives what falls due for the actor from the first day to the last, done or not, also with a fixed
    number of queries (read it through `portal.domain.calendar.due`, which keeps confidential features to a count);
    `touches_units` names the columns that a reorganisation of units concerns; `audit_labels` says in Vietnamese
    what the feature's audit actions are, `audit_words` what the object types, field names and codes in their
    details are; `confidential` keeps a feature out of search, notices and feeds; `file_owners` are its records that
    hold files (portal.domain.attachments.owners.FileOwner), `comment_owners` those that take comments
    (portal.domain.comments.owners.CommentOwner); `searchable` is what search finds of it; `notice_kinds` are
    what it tells people of (portal.core.notices.NoticeKind); `takes_news(work, news)` is told all that features below
    it have to tell; `document_kinds` are its papers that go through a chain (portal.domain.approvals.kinds).
    """

    name: str
    label: str
    menu: tuple[MenuEntry, ...] = ()
    actions: tuple[MenuEntry, ...] = ()
    waiting: Callable[[Any, int], Sequence[WaitingItem]] | None = None
    sent: Callable[[Any, int], Sequence[SentItem]] | None = None
    figures: Callable[[Any, int], FigurePanel | None] | None = None
    due: Callable[[Any, date, date], Sequence[DueItem]] | None = None
    touches_units: tuple[str, ...] = ()
    retention: str = ""
    confidential: bool = False
    job_kinds: tuple[str, ...] = field(default=())
    audit_labels: Mapping[str, str] = field(default_factory=dict)
    audit_words: Mapping[str, str] = field(default_factory=dict)
    file_owners: tuple[Any, ...] = ()
    comment_owners: tuple[Any, ...] = ()
    notice_kinds: tuple[Any, ...] = ()
    takes_news: Callable[[Any, Any], Any] | None = None
    searchable: tuple[Searchable, ...] = ()
    document_kinds: tuple[Any, ...] = ()

    def __post_init__(self) -> None:
        if self.confidential and self.searchable:
            raise ValueError(f"{self.name} is confidential: search must not know of its records")
        if self.confidential and not all(owner.confidential for owner in self.comment_owners):
            raise ValueError(f"{self.name} is confidential: its records take comments only when they are declared so")


@cache
def manifests(package: str = "portal.domain") -> tuple[Manifest, ...]:
    """Every feature's manifest, found by its place: `<package>/<feature>/manifest.py` with a `MANIFEST`."""
    root = importlib.import_module(package)
    found: list[Manifest] = []
    for info in pkgutil.iter_modules(root.__path__):
        name = f"{package}.{info.name}"
        modules = {m.name for m in pkgutil.iter_modules(importlib.import_module(name).__path__)}
        if "manifest" in modules:
            found.append(importlib.import_module(f"{name}.manifest").MANIFEST)
    return tuple(found)
