"""What a running process holds.

Settings, engine, sessions, keys, files and the clock. Made once, by the app or a tool.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from portal.config import Settings
from portal.core.clock import Clock, SystemClock
from portal.core.filestore import FileStore
from portal.core.keyring import KeyRing


@dataclass(slots=True)
class Runtime:
    """One process's means.

    `session_factory` makes sessions outside a request (worker, commands, entries kept although a request fails).
    `reading_as(actor, permission)` lets a job read a list as its page does; the app puts it in.
    """

    settings: Settings
    engine: Engine
    session_factory: sessionmaker[Session]
    keyring: KeyRing
    files: FileStore
    clock: Clock
    reading_as: Callable[[Any, Any], AbstractContextManager[None]] | None = None


def clock_from(settings: Settings) -> Clock:
    """The machine's clock, or in a demonstration one that reads PORTAL_TODAY now."""
    if settings.today:
        return SystemClock.starting_at(datetime.strptime(settings.today, "%d/%m/%Y").date())  # noqa: DTZ007 - a day, not an instant
    return SystemClock()
