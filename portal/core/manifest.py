"""What a feature says of itself, once: shared parts read these and list no feature by hand."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any


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

    What, in which field, by which day (None: no day), and the address path to it.
    """

    title: str
    area: str
    endpoint: str
    values: dict[str, Any]
    due_on: Any = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class SentItem:
    """One thing that a person's unit has sent, and where it is."""

    title: str
    endpoint: str
    values: dict[str, Any]
    state: Any
    at: Any
    where: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """A feature's declaration.

    `waiting(work)` and `sent(work)` feed the home page; `touches_units` names the columns that a reorganisation of
    units concerns;
    `confidential` keeps a feature out of search, notices and feeds.
    """

    name: str
    label: str
    menu: tuple[MenuEntry, ...] = ()
    waiting: Callable[[Any], Sequence[WaitingItem]] | None = None
    sent: Callable[[Any], Sequence[SentItem]] | None = None
    touches_units: tuple[str, ...] = ()
    retention: str = ""
    confidential: bool = False
    job_kinds: tuple[str, ...] = field(default=())


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
