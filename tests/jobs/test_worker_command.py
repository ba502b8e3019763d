"""flask worker run."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.cli import worker as command
from portal.core.jobs import Job, JobState
from portal.core.runtime import Runtime
from portal.jobs.api import JobResult
from portal.web.transaction import PortalFlask
from tests.jobs.handlers import Scripted, ask, job_row


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """The command knows one kind of job and nothing of the house's own."""
    made = Scripted(lambda _: JobResult("Xong."))
    monkeypatch.setattr(command, "handlers", lambda: {made.kind: made})
    monkeypatch.setattr(command, "periodic", tuple)
    return made


def test_once_runs_what_waits_and_ends(app: PortalFlask, session: Session, runtime: Runtime, handler: Any) -> None:
    ids = [ask(session, runtime, key) for key in ("a", "b")]
    result = app.test_cli_runner().invoke(args=["worker", "run", "--once"])
    assert result.exit_code == 0
    assert result.output == "Đã chạy 2 việc.\n"
    assert [job_row(session, job_id).state for job_id in ids] == [JobState.DONE] * 2


def test_once_does_the_days_own_work(app: PortalFlask, read: Any) -> None:
    result = app.test_cli_runner().invoke(args=["worker", "run", "--once"])
    assert result.exit_code == 0
    assert set(read(select(Job.state).where(Job.kind.startswith("house.")))) == {JobState.DONE}


def test_it_works_until_it_is_asked_to_stop(app: PortalFlask, session: Session, runtime: Runtime, handler: Any) -> None:
    job_id = ask(session, runtime)

    def stop_when_done() -> None:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not done(runtime, job_id):
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGTERM)

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    watching = threading.Thread(target=stop_when_done)
    watching.start()
    try:
        result = app.test_cli_runner().invoke(args=["worker", "run", "--threads", "1"])
    finally:
        watching.join()
        for number, action in before.items():
            signal.signal(number, action)
    assert result.exit_code == 0
    assert job_row(session, job_id).state is JobState.DONE


def test_the_number_of_threads_has_bounds(app: PortalFlask) -> None:
    assert app.test_cli_runner().invoke(args=["worker", "run", "--threads", "0"]).exit_code == 2


def done(runtime: Any, job_id: int) -> bool:
    with runtime.session_factory() as own:
        return job_row(own, job_id).state is JobState.DONE
