"""What a running process holds.

Settings, engine, sessions, keys, files and the clock. Made once, by the app or a tool.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

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
    """

    settings: Settings
    engine: Engine
    session_factory: sessionmaker[Session]
    keyring: KeyRing
    files: FileStore
    clock: Clock


def clock_from(settings: Settings) -> Clock:
    """The machine's clock, or in a demonstration one that reads PORTAL_TODAY now."""
    if settings.today:
        return SystemClock.starting_at(datetime.strptime(settings.today, "%d/%m/%Y").date())  # noqa: DTZ007 - a day, not an instant
    return SystemClock()
