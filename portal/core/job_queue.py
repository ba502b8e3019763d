"""The queue over the job table: asking for work, claiming it under a lease, saving how far it came, ending it.

Nothing here commits; each function is one short piece of a transaction. The instants of leases and waiting are the
machine's, never those of a demonstration that stands in another year: `SOONEST` means at once on any clock.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.core.clock import Clock
from portal.core.jobs import Job, JobState

SOONEST = datetime(1970, 1, 1, tzinfo=UTC)
WAKE = "portal_wake"
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=10)
INTERRUPTED = "Công việc bị ngắt nhiều lần nên đã dừng. Xin thử lại; nếu vẫn không được, xin báo quản trị hệ thống."


class LeaseLost(RuntimeError):
    """Another worker has taken the job over; what this one has not committed must be rolled back."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that this worker holds. `token` is its lease: no two claims share one."""

    job_id: int
    kind: str
    payload: Mapping[str, Any]
    checkpoint: Mapping[str, Any]
    result: Mapping[str, Any]
    owner_id: int | None
    attempts: int
    max_attempts: int
    token: str


@dataclass(frozen=True, slots=True)
class Saved:
    """How far a job came: its checkpoint (None: as it was) and the figures of its progress bar."""

    checkpoint: Mapping[str, Any] | None = None
    progress: int | None = None
    total: int | None = None


def enqueue(
    session: Session,
    clock: Clock,
    *,
    kind: str,
    payload: Mapping[str, Any],
    unique_key: str,
    owner_id: int | None = None,
    max_attempts: int = 5,
) -> Job:
    """Ask for a piece of work in the caller's transaction; the worker is woken when that commits.

    A repeat with the same `unique_key` (at most 200 characters) gives the job that is there, whatever its state.
    """
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    values = {
        "kind": kind,
        "unique_key": unique_key,
        "state": JobState.QUEUED,
        "payload": dict(payload),
        "owner_id": owner_id,
        "run_at": SOONEST,
        "lease_by": "",
        "attempts": 0,
        "max_attempts": max_attempts,
        "checkpoint": {},
        "progress": 0,
        "total": 0,
        "result": {},
        "error": "",
        "created_at": clock.now(),
    }
    asked = dialect.insert(Job).values(values).on_conflict_do_nothing(index_elements=[Job.unique_key])
    if session.scalar(asked.returning(Job.id)) is not None:
        session.info[WAKE] = True
    return session.scalars(select(Job).where(Job.unique_key == unique_key)).one()


def has_work(session: Session, now: datetime, kinds: Collection[str]) -> bool:
    """Whether a claim would find something; a plain read, so that an idle worker takes no write lock."""
    return session.scalar(select(Job.id).where(_ready(now), Job.kind.in_(kinds)).limit(1)) is not None


def claim(
    session: Session,
    now: datetime,
    token: str,
    lease: timedelta,
    kinds: Collection[str],
    given_up: Callable[[Session, Job], None] = lambda _session, _job: None,
) -> Claim | None:
    """Take the next job that is due, or whose worker has died, under a lease; None when there is none.

    A job whose lease ran out on its last attempt is ended as failed and told to `given_up`. The caller commits at once.
    """
    found = (
        select(Job)
        .where(_ready(now), Job.kind.in_(kinds))
        .order_by(Job.run_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    while (job := session.scalars(found).one_or_none()) is not None:
        if job.attempts >= job.max_attempts:
            job.state, job.error, job.lease_by, job.lease_until = JobState.FAILED, INTERRUPTED, "", None
            job.finished_at = now
            session.flush()
            given_up(session, job)
            continue
        job.state, job.lease_by, job.lease_until = JobState.RUNNING, token, now + lease
        job.attempts += 1
        session.flush()
        return Claim(
            job.id,
            job.kind,
            job.payload,
            job.checkpoint,
            job.result,
            job.owner_id,
            job.attempts,
            job.max_attempts,
            token,
        )
    return None


def extend(session: Session, held: Claim, until: datetime) -> None:
    """Prolong the lease (the heartbeat). Raises LeaseLost."""
    _hold(session, held, lease_until=until)


def save(session: Session, held: Claim, until: datetime, saved: Saved) -> None:
    """Save how far the job came, in the transaction of the effect itself, and prolong the lease. Raises LeaseLost.

    A new checkpoint begins the count of attempts anew: a job that gets on is never given up.
    """
    values: dict[str, Any] = {"lease_until": until}
    if saved.checkpoint is not None:
        values |= {"checkpoint": dict(saved.checkpoint), "attempts": 1}
    if saved.progress is not None:
        values["progress"] = saved.progress
    if saved.total is not None:
        values["total"] = saved.total
    _hold(session, held, **values)


def note_result(session: Session, held: Claim, result: Mapping[str, Any]) -> None:
    """Keep facts beside the job while it runs. Raises LeaseLost."""
    _hold(session, held, result=dict(result))


def finish(session: Session, held: Claim, now: datetime, result: Mapping[str, Any]) -> None:
    """End the job well. Raises LeaseLost."""
    _hold(session, held, state=JobState.DONE, result=dict(result), error="", finished_at=now, **_FREE)


def fail(session: Session, held: Claim, now: datetime, message: str) -> None:
    """End the job with a Vietnamese message for its owner. Raises LeaseLost."""
    _hold(session, held, state=JobState.FAILED, error=message, finished_at=now, **_FREE)


def postpone_or_fail(session: Session, held: Claim, real: datetime, now: datetime, message: str) -> bool:
    """After a fault that may pass let the job wait, longer after each attempt; after the last end it with `message`.

    `real` is the machine's instant, `now` the portal's. True when the job will be tried again. Raises LeaseLost.
    """
    attempts = _hold(session, held)
    if attempts >= held.max_attempts:
        fail(session, held, now, message)
        return False
    _hold(session, held, state=JobState.QUEUED, run_at=real + pause_after(attempts), **_FREE)
    return True


def release(session: Session, held: Claim) -> None:
    """Give the job back at once: the worker is stopping; the attempt does not count. Raises LeaseLost."""
    _hold(session, held, state=JobState.QUEUED, run_at=SOONEST, attempts=Job.attempts - 1, **_FREE)


def try_again(session: Session, job: Job) -> None:
    """Queue a failed job again, from its checkpoint, at its owner's wish."""
    job.state, job.run_at, job.attempts, job.error, job.finished_at = JobState.QUEUED, SOONEST, 0, "", None
    session.flush()
    session.info[WAKE] = True


def pause_after(attempts: int) -> timedelta:
    """How long a job waits after its attempt number `attempts` (from 1) went wrong."""
    factor: int = 2 ** min(max(attempts - 1, 0), 16)
    return min(FIRST_PAUSE * factor, LONGEST_PAUSE)


_FREE: dict[str, Any] = {"lease_by": "", "lease_until": None}


def _ready(now: datetime) -> ColumnElement[bool]:
    waiting = and_(Job.state == JobState.QUEUED, Job.run_at <= now)
    abandoned = and_(Job.state == JobState.RUNNING, Job.lease_until < now)
    return or_(waiting, abandoned)


def _hold(session: Session, held: Claim, **values: Any) -> int:
    """Change the job only while the lease is this claim's; returns its attempts since it last got on."""
    mine = and_(Job.id == held.job_id, Job.state == JobState.RUNNING, Job.lease_by == held.token)
    change = update(Job).where(mine).values(**values or {"lease_by": held.token})
    attempts = session.scalar(change.returning(Job.attempts).execution_options(synchronize_session=False))
    if attempts is None:
        raise LeaseLost(f"job {held.job_id}")
    return attempts
