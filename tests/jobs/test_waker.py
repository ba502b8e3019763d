"""The wake-up words: one after each commit that asked for work, none otherwise, and a broken queue breaks nothing."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.core.db import write_mode
from portal.core.job_queue import enqueue
from portal.core.runtime import Runtime
from portal.jobs import waker as waker_module
from portal.jobs.waker import ENOUGH_WORDS, Waker
from portal.web.transaction import PortalFlask

REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/0")


@pytest.fixture(params=["file", "redis"])
def waker(request: Any, runtime: Any, tmp_path: Path, monkeypatch: Any) -> Iterator[Waker]:
    """A waker of its own, over a file and over Redis."""
    monkeypatch.setattr(waker_module, "NAME", f"test-{os.getpid()}-{time.monotonic_ns()}")
    url = REDIS if request.param == "redis" else None
    made = Waker(replace(runtime.settings, data_dir=tmp_path, redis_url=url))
    yield made
    made.huey.storage.flush_all()
    made.close()


def test_a_word_wakes_and_is_used_up(waker: Waker) -> None:
    assert not waker.wait(0)
    waker.wake()
    assert waker.wait(0)
    assert not waker.wait(0)


def test_words_do_not_pile_up(waker: Waker) -> None:
    for _ in range(ENOUGH_WORDS * 3):
        waker.wake()
    assert waker.huey.pending_count() == ENOUGH_WORDS
    assert waker.wait(0)
    assert waker.huey.pending_count() == 0


def test_a_waiting_worker_hears_the_word_at_once(waker: Waker) -> None:
    heard: list[float] = []
    listening = threading.Thread(target=lambda: heard.append(time.monotonic()) if waker.wait(10) else None)
    listening.start()
    time.sleep(0.3)
    spoken = time.monotonic()
    waker.wake()
    listening.join(timeout=15)
    assert heard
    assert 0 <= heard[0] - spoken < 5


def test_waiting_ends_by_itself(waker: Waker) -> None:
    began = time.monotonic()
    assert not waker.wait(0.25)
    assert time.monotonic() - began >= 0.25


def test_a_broken_queue_is_only_noted(runtime: Any, tmp_path: Path) -> None:
    broken = Waker(replace(runtime.settings, data_dir=tmp_path / "none", redis_url="redis://127.0.0.1:1/0"))
    broken.wake()
    assert not broken.wait(0)
    broken.close()


def test_closing_what_was_never_opened(runtime: Any) -> None:
    Waker(runtime.settings).close()


@pytest.fixture
def words(runtime: Any, monkeypatch: Any) -> list[str]:
    """The words that the app's own waker puts in."""
    spoken: list[str] = []
    monkeypatch.setattr(waker_module._WAKERS[runtime.engine], "wake", lambda: spoken.append("wake"))
    return spoken


def ask(work_session: Any, runtime: Any, key: str = "k") -> None:
    enqueue(work_session, runtime.clock, kind="test.none", payload={}, unique_key=key)


def test_a_commit_that_asked_for_work_wakes(session: Session, runtime: Runtime, words: Any) -> None:
    ask(session, runtime)
    assert words == []
    session.commit()
    assert words == ["wake"]
    session.commit()
    assert words == ["wake"]


def test_a_repeat_and_a_rollback_wake_nobody(session: Session, runtime: Runtime, words: Any) -> None:
    ask(session, runtime)
    session.rollback()
    session.commit()
    assert words == []
    ask(session, runtime)
    session.commit()
    ask(session, runtime)
    session.commit()
    assert words == ["wake"]


def test_a_savepoint_is_not_yet_the_commit(session: Session, runtime: Runtime, words: Any) -> None:
    with session.begin_nested():
        ask(session, runtime)
    assert words == []
    session.commit()
    assert words == ["wake"]


def test_the_requests_session_wakes_too(app: PortalFlask, runtime: Runtime, words: Any) -> None:
    from portal.web.db import db  # noqa: PLC0415 - the session exists only within the app

    with app.app_context(), write_mode():
        ask(db.session(), runtime)
        db.session.commit()
    assert words == ["wake"]
