"""Waking the worker: huey carries a word, the job table holds the work. A lost word costs seconds, never a job."""

from __future__ import annotations

import time
from typing import Any
from weakref import WeakKeyDictionary

import structlog
from huey import RedisHuey, SqliteHuey
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session, sessionmaker

from portal.config import Settings
from portal.core.job_queue import WAKE

log = structlog.get_logger("portal.jobs")
NAME = "cong-noi-vu"
FILE = "wake.db"
ENOUGH_WORDS = 8  # more than this wait already: the worker will come anyway
LISTEN_EVERY = 0.1


class Waker:
    """The queue of wake-up words: a file of its own on one machine, Redis where there are several."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._huey: SqliteHuey | RedisHuey | None = None

    @property
    def huey(self) -> SqliteHuey | RedisHuey:
        """Opened at its first use: a process that never asks for work needs none."""
        if self._huey is None:
            if self._settings.redis_url:
                self._huey = RedisHuey(NAME, url=self._settings.redis_url, blocking=False, results=False)
            else:
                file = self._settings.data_dir / FILE
                self._huey = SqliteHuey(NAME, filename=str(file), fsync=False, results=False)
        return self._huey

    def wake(self) -> None:
        """Put a word in, unless several wait. A broken queue is only logged: the worker looks by itself too."""
        try:
            if self.huey.pending_count() < ENOUGH_WORDS:
                self.huey.storage.enqueue(b"wake")
        except Exception as error:  # whatever the driver raises must not fail a request that is committed
            log.warning("wake_failed", error=type(error).__name__)

    def wait(self, seconds: float) -> bool:
        """Listen for up to `seconds`; True as soon as a word came (all that wait are taken)."""
        deadline = time.monotonic() + seconds
        while True:
            if self._take():
                return True
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(LISTEN_EVERY, left))

    def close(self) -> None:
        """Let go of the queue's file or connection."""
        if self._huey is not None:
            self._huey.storage.close()
            self._huey = None

    def _take(self) -> bool:
        came = False
        try:
            while self.huey.pending_count() and self.huey.storage.dequeue() is not None:
                came = True
        except Exception as error:  # as in wake()
            log.warning("listen_failed", error=type(error).__name__)
        return came


_WAKERS: WeakKeyDictionary[Engine, Waker] = WeakKeyDictionary()


def attach(session_factory: sessionmaker[Any], engine: Engine, settings: Settings) -> Waker:
    """Wake the worker after each commit of this factory's sessions that asked for work."""
    waker = _WAKERS.setdefault(engine, Waker(settings))
    if not event.contains(session_factory, "after_commit", _after_commit):
        event.listen(session_factory, "after_commit", _after_commit)
        event.listen(session_factory, "after_rollback", _forget)
    return waker


def _after_commit(session: Session) -> None:
    if session.in_nested_transaction() or not session.info.pop(WAKE, False):
        return
    bind = session.get_bind()
    waker = _WAKERS.get(bind if isinstance(bind, Engine) else bind.engine)
    if waker is not None:
        waker.wake()


def _forget(session: Session) -> None:
    session.info.pop(WAKE, None)
