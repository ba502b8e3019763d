"""The queue: what is asked for once is there once, a claim is one worker's, a lost lease loses its writes."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.core import job_queue
from portal.core.db import write_mode
from portal.core.job_queue import Claim, LeaseLost, Saved, claim, enqueue
from portal.core.jobs import Job, JobState
from portal.core.runtime import Runtime
from tests.jobs.handlers import ask, job_row

LEASE = timedelta(seconds=30)
KINDS = ("test.scripted",)


def take(session: Any, runtime: Any, token: str = "worker/1", **later: Any) -> Claim | None:
    """Claim the next job as this token, some time later when told, and commit."""
    found = claim(session, runtime.clock.real() + timedelta(**later), token, LEASE, KINDS)
    session.commit()
    return found


def must_take(session: Any, runtime: Any, token: str = "worker/1", **later: Any) -> Claim:
    found = take(session, runtime, token, **later)
    assert found is not None
    return found


def test_asking_twice_with_one_key_gives_one_job(session: Session, runtime: Runtime, actor_of: Any) -> None:
    owner = actor_of("thidua").user_id
    first = enqueue(session, runtime.clock, kind="k", payload={"n": 1}, unique_key="export:1", owner_id=owner)
    again = enqueue(session, runtime.clock, kind="k", payload={"n": 2}, unique_key="export:1", owner_id=owner)
    session.commit()
    assert again.id == first.id
    assert again.payload == {"n": 1}
    assert session.scalar(select(func.count()).select_from(Job)) == 1


def test_a_rolled_back_request_leaves_no_job(session: Session, runtime: Runtime) -> None:
    enqueue(session, runtime.clock, kind="k", payload={}, unique_key="gone")
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Job)) == 0


def test_jobs_are_taken_in_the_order_of_asking_and_only_once(session: Session, runtime: Runtime) -> None:
    ids = [ask(session, runtime, key) for key in ("a", "b")]
    taken = [take(session, runtime, f"worker/{n}") for n in range(3)]
    assert [held and held.job_id for held in taken] == [*ids, None]
    row = job_row(session, ids[0])
    assert (row.state, row.attempts, row.lease_by) == (JobState.RUNNING, 1, "worker/0")


def test_a_kind_that_this_worker_does_not_know_waits(session: Session, runtime: Runtime) -> None:
    ask(session, runtime, kind="test.of_a_newer_version")
    assert take(session, runtime) is None


def test_has_work_says_what_a_claim_would_find(session: Session, runtime: Runtime) -> None:
    now = runtime.clock.real()
    assert not job_queue.has_work(session, now, KINDS)
    ask(session, runtime)
    assert job_queue.has_work(session, now, KINDS)
    take(session, runtime)
    assert not job_queue.has_work(session, now, KINDS)
    assert job_queue.has_work(session, now + timedelta(seconds=31), KINDS)


def test_a_dead_workers_job_is_taken_over_with_its_checkpoint(session: Session, runtime: Runtime) -> None:
    job_id = ask(session, runtime)
    first = must_take(session, runtime)
    job_queue.save(session, first, runtime.clock.real() + LEASE, Saved({"done": 7}, 7, 10))
    session.commit()
    assert take(session, runtime, "worker/2", seconds=29) is None
    second = must_take(session, runtime, "worker/2", seconds=31)
    assert second.job_id == job_id
    assert second.checkpoint == {"done": 7}
    row = job_row(session, job_id)
    assert (row.progress, row.total, row.attempts) == (7, 10, 2)


@pytest.mark.parametrize(
    "act",
    [
        lambda s, held, now: job_queue.save(s, held, now, Saved({"x": 1})),
        lambda s, held, now: job_queue.finish(s, held, now, {}),
        lambda s, held, now: job_queue.fail(s, held, now, "Lỗi."),
        job_queue.extend,
        lambda s, held, _: job_queue.release(s, held),
        lambda s, held, _: job_queue.note_result(s, held, {}),
        lambda s, held, now: job_queue.postpone_or_fail(s, held, now, now, "Lỗi."),
    ],
)
def test_a_worker_that_lost_its_lease_can_write_nothing_more(session: Session, runtime: Runtime, act: Any) -> None:
    job_id = ask(session, runtime)
    first = must_take(session, runtime)
    must_take(session, runtime, "worker/2", seconds=31)
    with pytest.raises(LeaseLost):
        act(session, first, runtime.clock.real())
    session.rollback()
    assert job_row(session, job_id).lease_by == "worker/2"


def test_the_heartbeat_keeps_the_lease(session: Session, runtime: Runtime) -> None:
    job_id = ask(session, runtime)
    held = must_take(session, runtime)
    job_queue.extend(session, held, runtime.clock.real() + timedelta(minutes=5))
    session.commit()
    assert take(session, runtime, "worker/2", minutes=4) is None
    assert must_take(session, runtime, "worker/2", minutes=6).job_id == job_id


def test_a_checkpoint_begins_the_attempts_anew(session: Session, runtime: Runtime) -> None:
    job_id = ask(session, runtime, max_attempts=3)
    must_take(session, runtime, "worker/1")
    held = must_take(session, runtime, "worker/2", minutes=1)
    job_queue.save(session, held, runtime.clock.real(), Saved({"done": 1}))
    session.commit()
    assert job_row(session, job_id).attempts == 1


def test_figures_alone_do_not_count_as_getting_on(session: Session, runtime: Runtime) -> None:
    job_id = ask(session, runtime)
    must_take(session, runtime, "worker/1")
    held = must_take(session, runtime, "worker/2", minutes=1)
    job_queue.save(session, held, runtime.clock.real(), Saved(progress=5, total=9))
    session.commit()
    row = job_row(session, job_id)
    assert (row.attempts, row.progress, row.total, row.checkpoint) == (2, 5, 9, {})


def test_a_job_that_kills_its_worker_every_time_is_given_up(session: Session, runtime: Runtime) -> None:
    job_id = ask(session, runtime, max_attempts=2)
    other = ask(session, runtime, "two")
    must_take(session, runtime, "worker/1")
    must_take(session, runtime, "worker/x")
    must_take(session, runtime, "worker/2", minutes=1)
    held = must_take(session, runtime, "worker/3", minutes=2)
    assert held.job_id == other
    row = job_row(session, job_id)
    assert row.state is JobState.FAILED
    assert row.error == job_queue.INTERRUPTED
    assert row.finished_at is not None


def test_a_fault_makes_the_job_wait_longer_each_time_and_then_ends_it(session: Session, runtime: Runtime) -> None:
    job_id = ask(session, runtime, max_attempts=2)
    now = runtime.clock.real()
    held = must_take(session, runtime)
    assert job_queue.postpone_or_fail(session, held, now, now, "Không được.")
    session.commit()
    row = job_row(session, job_id)
    assert (row.state, row.lease_by, row.lease_until) == (JobState.QUEUED, "", None)
    assert row.run_at == now + timedelta(seconds=5)
    assert take(session, runtime, "worker/2") is None
    held = must_take(session, runtime, "worker/2", seconds=5)
    assert not job_queue.postpone_or_fail(session, held, now, now, "Không được.")
    session.commit()
    row = job_row(session, job_id)
    assert (row.state, row.error) == (JobState.FAILED, "Không được.")


def test_the_pauses_grow_and_have_an_end() -> None:
    pauses = [job_queue.pause_after(n) for n in (1, 2, 3, 4)]
    assert pauses == [timedelta(seconds=s) for s in (5, 10, 20, 40)]
    assert job_queue.pause_after(200) == job_queue.LONGEST_PAUSE


def test_a_stopping_worker_gives_the_job_back_at_once(session: Session, runtime: Runtime) -> None:
    job_id = ask(session, runtime)
    held = must_take(session, runtime)
    job_queue.release(session, held)
    session.commit()
    assert job_row(session, job_id).attempts == 0
    assert must_take(session, runtime, "worker/2").job_id == job_id


def test_a_failed_job_can_be_tried_again_from_its_checkpoint(session: Session, runtime: Runtime) -> None:
    job_id = ask(session, runtime)
    held = must_take(session, runtime)
    job_queue.save(session, held, runtime.clock.real(), Saved({"done": 3}))
    job_queue.fail(session, held, runtime.clock.now(), "Lỗi.")
    session.commit()
    job_queue.try_again(session, job_row(session, job_id))
    session.commit()
    held = must_take(session, runtime, "worker/2")
    row = job_row(session, job_id)
    assert (held.checkpoint, row.error, row.finished_at, row.attempts) == ({"done": 3}, "", None, 1)


def test_eight_workers_at_once_take_each_job_once(session: Session, runtime: Runtime) -> None:
    ids = {ask(session, runtime, f"job-{n}") for n in range(24)}
    taken: list[int] = []
    faults: list[BaseException] = []
    start = threading.Barrier(8)

    def work(name: int) -> None:
        start.wait()
        turn = 0
        try:
            while True:
                turn += 1
                with write_mode(), runtime.session_factory() as own:
                    held = claim(own, runtime.clock.real(), f"{name}/{turn}", LEASE, KINDS)
                    own.commit()
                if held is None:
                    return
                taken.append(held.job_id)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert sorted(taken) == sorted(ids)


def test_eight_requests_at_once_with_one_key_make_one_job(session: Session, runtime: Runtime) -> None:
    made: list[int] = []
    start = threading.Barrier(8)

    def request() -> None:
        start.wait()
        with write_mode(), runtime.session_factory() as own:
            made.append(enqueue(own, runtime.clock, kind="k", payload={}, unique_key="the one").id)
            own.commit()

    threads = [threading.Thread(target=request) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert len(set(made)) == 1
    assert session.scalar(select(func.count()).select_from(Job)) == 1
