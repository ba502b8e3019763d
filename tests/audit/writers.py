"""A process of its own that writes to the audit log: what test_concurrency starts eight of."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import create_engine, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from portal.config import Settings
from portal.core.clock import FixedClock
from portal.core.db import configure_engine, write_mode
from portal.core.keyring import KeyRing
from portal.domain.access.actor import Actor, Work
from portal.domain.audit.services import EntryData, attach, record, record_now
from portal.domain.units.models import Unit

ATTEMPTS = 20
NOW = datetime(2023, 3, 15, 2, 0, tzinfo=UTC)


def write(url: str, writer: int, transactions: int) -> None:
    """Write transactions of one to three entries beside a row that all writers change, some rolled back, some alone."""
    engine = create_engine(url)
    configure_engine(engine)
    factory = sessionmaker(engine, expire_on_commit=False)
    attach(factory, KeyRing(Settings.from_env({"PORTAL_ENV": "test"}).keyring))
    for n in range(transactions):
        _patiently(partial(_write_some, factory, writer, n))
        if n % 4 == 3:
            entry = EntryData(NOW, "test.alone", writer, object_type="thing", object_id=f"{writer}/{n}")
            _patiently(partial(record_now, factory, entry))
    engine.dispose()


def _write_some(factory: sessionmaker[Session], writer: int, n: int) -> None:
    with write_mode(), factory() as session:
        session.execute(select(Unit.id).limit(1))
        actor = Actor(writer, f"w{writer}", "Người ghi", 1)
        work = Work(session, actor, FixedClock(NOW), f"{os.getpid()}", "127.0.0.1")
        for m in range(1 + n % 3):
            record(work, "test.written", "thing", f"{writer}/{n}/{m}", detail={"writer": writer})
        session.execute(update(Unit).where(Unit.code == "33").values(note=f"{writer}/{n}"))
        if n % 5 == 4:
            session.rollback()
        else:
            session.commit()


def _patiently(act: Callable[[], None]) -> None:
    """Try again when the database was busy for longer than it waits.

    On a slow machine eight writers without a pause can starve one of them. What was refused has left nothing behind.
    """
    for _ in range(ATTEMPTS):
        try:
            return act()
        except OperationalError as error:
            if not any(mark in str(error) for mark in ("database is locked", "lock timeout")):
                raise
    raise TimeoutError


def expected_ids(writer: int, transactions: int) -> set[str]:
    """The objects of a writer's entries that were committed."""
    kept = {f"{writer}/{n}/{m}" for n in range(transactions) if n % 5 != 4 for m in range(1 + n % 3)}
    return kept | {f"{writer}/{n}" for n in range(transactions) if n % 4 == 3}
