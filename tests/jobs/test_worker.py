"""The worker: effects once, kills survived, faults retried, refusals told, rights asked anew."""

from __future__ import annotations

import io
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from portal.core import job_queue
from portal.core.clock import FixedClock
from portal.core.db import write_mode
from portal.core.errors import InvalidInput
from portal.core.job_queue import claim
from portal.core.jobs import Job, JobState
from portal.core.runtime import Runtime
from portal.jobs import worker as worker_module
from portal.jobs.api import JobContext, JobResult, Periodic, Stopping
from tests.jobs.handlers import (
    LINES,
    Killed,
    Scripted,
    ask,
    count_effects,
    counting,
    effect,
    job_row,
    later,
    worker_with,
)


def test_a_job_runs_to_its_end_and_tells_its_result(session: Session, runtime: Runtime) -> None:
    handler = Scripted(counting)
    job_id = ask(session, runtime)
    assert worker_with(runtime, handler).run_pending() == 1
    row = job_row(session, job_id)
    assert row.state is JobState.DONE
    assert row.result["message"] == "Đã ghi 5 dòng."
    assert (row.progress, row.total, row.lease_by) == (5, 5, "")
    assert row.finished_at == runtime.clock.now()
    assert [count_effects(session, f"dòng {n}") for n in range(LINES)] == [1] * LINES


@pytest.mark.parametrize("before", [True, False], ids=["inside the step", "right after it"])
@pytest.mark.parametrize("die_at", [0, 2, 4])
def test_a_killed_worker_is_replaced_and_every_effect_is_there_once(
    session: Session, runtime: Runtime, clock: FixedClock, die_at: Any, before: Any
) -> None:
    lives = iter([die_at, None])
    handler = Scripted(lambda ctx: counting(ctx, next(lives), before))
    job_id = ask(session, runtime)
    with pytest.raises(Killed):
        worker_with(runtime, handler).run_one()
    assert job_row(session, job_id).state is JobState.RUNNING
    session.rollback()
    other = worker_with(runtime, handler)
    assert not other.run_one()
    later(runtime, clock)
    assert other.run_one()
    assert job_row(session, job_id).state is JobState.DONE
    assert [count_effects(session, f"dòng {n}") for n in range(LINES)] == [1] * LINES
    done_before = die_at + (0 if before else 1)
    assert handler.runs == [{}, {"done": done_before} if done_before else {}]


def test_a_worker_that_was_taken_for_dead_cannot_write_its_effect(session: Session, runtime: Runtime) -> None:
    def slow(ctx: JobContext) -> JobResult:
        with write_mode(), runtime.session_factory() as own:
            own.execute(update(Job).where(Job.id == ctx.job_id).values(lease_by="another"))
            own.commit()
        with ctx.step() as step:
            effect(step.session, ctx.runtime, "từ người đến trễ")
        return JobResult("không bao giờ")

    job_id = ask(session, runtime)
    assert worker_with(runtime, Scripted(slow)).run_one()
    row = job_row(session, job_id)
    assert (row.state, row.lease_by) == (JobState.RUNNING, "another")
    assert count_effects(session, "từ người đến trễ") == 0


def test_a_fault_that_may_pass_is_tried_again(session: Session, runtime: Runtime, clock: FixedClock) -> None:
    def flaky(ctx: JobContext) -> JobResult:
        if len(handler.runs) < 3:
            raise OSError("đĩa bận")
        return JobResult("Được rồi.")

    handler = Scripted(flaky)
    job_id = ask(session, runtime)
    worker = worker_with(runtime, handler)
    assert worker.run_pending() == 1
    assert job_row(session, job_id).state is JobState.QUEUED
    session.rollback()
    for _ in range(2):
        clock.advance(timedelta(minutes=1))
        worker.run_pending()
    assert job_row(session, job_id).result["message"] == "Được rồi."


def test_after_the_last_attempt_the_owner_reads_why(session: Session, runtime: Runtime, clock: FixedClock) -> None:
    def broken(ctx: JobContext) -> JobResult:
        raise ZeroDivisionError

    handler = Scripted(broken)
    job_id = ask(session, runtime, max_attempts=3)
    worker = worker_with(runtime, handler)
    for _ in range(5):
        worker.run_pending()
        clock.advance(timedelta(minutes=10))
    row = job_row(session, job_id)
    assert len(handler.runs) == 3
    assert row.state is JobState.FAILED
    assert row.error.startswith("Công việc gặp lỗi ngoài dự kiến sau 3 lần thử.")
    assert f"mã việc {job_id}" in row.error


def test_a_refusal_of_the_domain_is_not_tried_again(session: Session, runtime: Runtime) -> None:
    def refuse(ctx: JobContext) -> JobResult:
        raise InvalidInput({"tệp": ["Tệp không có dòng nào."]}, "Tệp không có dòng nào. Xin chọn tệp khác.")

    handler = Scripted(refuse)
    job_id = ask(session, runtime)
    worker_with(runtime, handler).run_pending()
    row = job_row(session, job_id)
    assert (row.state, row.error) == (JobState.FAILED, "Tệp không có dòng nào. Xin chọn tệp khác.")
    assert len(handler.runs) == 1


def test_a_stopping_worker_gives_its_job_back(session: Session, runtime: Runtime) -> None:
    def long(ctx: JobContext) -> JobResult:
        with ctx.step() as step:
            step.save({"done": 1})
        worker.stopping.set()
        ctx.progress(1, 2)
        raise AssertionError("it should have stopped")

    handler = Scripted(long)
    job_id = ask(session, runtime)
    worker = worker_with(runtime, handler)
    worker.run_one()
    row = job_row(session, job_id)
    assert (row.state, row.lease_by, row.checkpoint) == (JobState.QUEUED, "", {"done": 1})
    session.rollback()
    handler.script = counting
    assert worker_with(runtime, handler).run_one()
    assert handler.runs[-1] == {"done": 1}


def test_a_step_does_not_begin_while_the_worker_stops(runtime: Runtime, session: Session) -> None:
    ask(session, runtime)
    held = claim(session, runtime.clock.real(), "w/1", runtime.settings.job_lease, ["test.scripted"])
    assert held is not None
    session.commit()
    ctx = JobContext(runtime, held, stopping=lambda: True)
    with pytest.raises(Stopping), ctx.step():
        raise AssertionError("no step")


def test_progress_is_told_sparingly_and_waits_inside_a_step(
    session: Session, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, int]] = []
    ticks = iter([0.0, 0.1, 0.2, 0.9, 1.0])
    monkeypatch.setattr("portal.jobs.api.monotonic", lambda: 100 + next(ticks))

    def run(ctx: JobContext) -> JobResult:
        for done in range(1, 6):
            ctx.progress(done, 5)
            with runtime.session_factory() as own:
                row = job_row(own, ctx.job_id)
                told.append((row.progress, row.total))
        with ctx.step() as step:
            ctx.progress(9, 9)
            step.save(progress=5, total=5)
        return JobResult()

    job_id = ask(session, runtime)
    worker_with(runtime, Scripted(run)).run_one()
    assert told == [(1, 5), (1, 5), (1, 5), (4, 5), (5, 5)]
    assert job_row(session, job_id).progress == 5


def test_a_file_is_in_the_store_before_the_result_names_it(session: Session, runtime: Runtime) -> None:
    def run(ctx: JobContext) -> JobResult:
        return JobResult("Xong.", ctx.keep_file(io.BytesIO(b"noi dung"), "ds.xlsx", "application/x"), "/thi-dua")

    job_id = ask(session, runtime)
    worker_with(runtime, Scripted(run)).run_one()
    result = job_row(session, job_id).result
    assert (result["file"]["name"], result["file"]["size"], result["link"]) == ("ds.xlsx", 8, "/thi-dua")
    assert runtime.files.verify(result["file"]["sha256"])


def test_the_heartbeat_prolongs_what_runs_here(session: Session, runtime: Runtime, clock: FixedClock) -> None:
    def run(ctx: JobContext) -> JobResult:
        clock.advance(runtime.settings.job_lease * 2)
        worker.beat()
        with runtime.session_factory() as own:
            until.append(job_row(own, ctx.job_id).lease_until)
        return JobResult()

    until: list[Any] = []
    worker = worker_with(runtime, Scripted(run))
    job_id = ask(session, runtime)
    worker.run_one()
    assert until == [clock.real() + runtime.settings.job_lease]
    worker.beat()  # nothing runs any more: nothing is touched
    assert job_row(session, job_id).state is JobState.DONE


def test_a_heartbeat_for_a_lost_lease_is_only_noted(session: Session, runtime: Runtime) -> None:
    def run(ctx: JobContext) -> JobResult:
        with write_mode(), runtime.session_factory() as own:
            own.execute(update(Job).where(Job.id == ctx.job_id).values(lease_by="another"))
            own.commit()
        worker.beat()
        return JobResult()

    worker = worker_with(runtime, Scripted(run))
    job_id = ask(session, runtime)
    worker.run_one()
    assert job_row(session, job_id).lease_by == "another"


def busy(*_: Any) -> None:
    raise OperationalError("UPDATE", {}, Exception("database is locked"))


def test_a_busy_database_is_asked_again_for_the_end(
    session: Session, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "END_PAUSES", (0.0, 0.0, 0.0))
    real, calls = job_queue.finish, []

    def sometimes(*given: Any) -> None:
        calls.append(1)
        if len(calls) < 3:
            busy()
        real(*given)

    monkeypatch.setattr(worker_module, "finish", sometimes)
    job_id = ask(session, runtime)
    worker_with(runtime, Scripted(counting)).run_one()
    assert job_row(session, job_id).state is JobState.DONE
    assert len(calls) == 3


def test_an_end_that_cannot_be_written_leaves_the_job_to_its_lease(
    session: Session, runtime: Runtime, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "END_PAUSES", (0.0,))
    monkeypatch.setattr(worker_module, "finish", busy)
    job_id = ask(session, runtime)
    handler = Scripted(counting)
    worker_with(runtime, handler).run_one()
    assert job_row(session, job_id).state is JobState.RUNNING
    session.rollback()
    monkeypatch.undo()
    later(runtime, clock)
    worker_with(runtime, handler).run_one()
    assert job_row(session, job_id).state is JobState.DONE
    assert count_effects(session, "dòng 0") == 1


def test_the_heartbeat_survives_a_busy_database(
    session: Session, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(ctx: JobContext) -> JobResult:
        monkeypatch.setattr(worker_module, "extend", busy)
        worker.beat()
        return JobResult("Xong.")

    worker = worker_with(runtime, Scripted(run))
    job_id = ask(session, runtime)
    worker.run_one()
    assert job_row(session, job_id).state is JobState.DONE


def test_the_house_asks_for_its_own_jobs_once_a_span(session: Session, runtime: Runtime, clock: FixedClock) -> None:
    worker = worker_with(runtime, Scripted(lambda _: JobResult()))
    worker.periodic = (
        Periodic("test.scripted", timedelta(days=1)),
        Periodic("test.scripted.often", timedelta(hours=6)),
    )
    keys = select(Job.unique_key).order_by(Job.id)
    for _ in range(3):
        worker.schedule()
    assert list(session.scalars(keys)) == ["test.scripted:2023-03-15:0", "test.scripted.often:2023-03-15:1"]
    session.rollback()
    clock.advance(timedelta(hours=4))
    worker.schedule()
    assert list(session.scalars(keys))[2:] == ["test.scripted.often:2023-03-15:2"]
    session.rollback()
    clock.advance(timedelta(hours=12))
    worker.schedule()
    assert list(session.scalars(keys))[3:] == ["test.scripted:2023-03-16:0", "test.scripted.often:2023-03-16:0"]


def test_serving_runs_what_comes_and_stops_in_order(session: Session, runtime: Runtime) -> None:
    handler = Scripted(counting)
    worker = worker_with(runtime, handler)
    first = ask(session, runtime, "first")
    serving = threading.Thread(target=worker.serve)
    serving.start()
    try:
        assert done_soon(runtime, first)
        second = ask(session, runtime, "second")
        assert done_soon(runtime, second)
    finally:
        worker.stopping.set()
        serving.join(timeout=10)
    assert not serving.is_alive()
    assert count_effects(session, "dòng 4") == 2


def test_serving_outlives_faults_of_the_database(
    session: Session, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = worker_with(runtime, Scripted(counting))
    real, calls = job_queue.has_work, []

    def sometimes(*given: Any) -> bool:
        calls.append(1)
        if len(calls) <= 2:
            busy()
        return real(*given)

    monkeypatch.setattr(worker_module, "has_work", sometimes)
    monkeypatch.setattr(worker, "schedule", busy)
    monkeypatch.setattr(worker.mailer, "send_due", busy)
    monkeypatch.setattr(type(worker), "_poll_seconds", property(lambda _: 0.05))
    job_id = ask(session, runtime)
    serving = threading.Thread(target=worker.serve)
    serving.start()
    try:
        assert done_soon(runtime, job_id)
    finally:
        worker.stopping.set()
        serving.join(timeout=10)
    assert not serving.is_alive()


def done_soon(runtime: Any, job_id: int, seconds: float = 15) -> bool:
    """Whether the job ends well within some seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with runtime.session_factory() as own:
            if job_row(own, job_id).state is JobState.DONE:
                return True
        time.sleep(0.05)
    return False
