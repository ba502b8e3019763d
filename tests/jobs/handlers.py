"""Handlers for the tests of the worker: small jobs whose effect can be counted."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.job_queue import enqueue
from portal.core.jobs import Job, OutboxMessage
from portal.core.outbox import queue_mail
from portal.core.runtime import Runtime
from portal.domain.access.enums import Permission
from portal.jobs.api import JobContext, JobResult
from portal.jobs.waker import Waker
from portal.jobs.worker import Worker

LINES = 5


@dataclass(slots=True)
class Scripted:
    """A handler that does what the test says; it counts its runs."""

    script: Callable[[JobContext], JobResult]
    kind: str = "test.scripted"
    permission: Permission | None = None
    runs: list[Mapping[str, Any]] = field(default_factory=list)

    def title(self, payload: Mapping[str, Any]) -> str:
        return f"Việc thử {payload.get('name', '')}".strip()

    def run(self, ctx: JobContext) -> JobResult:
        self.runs.append(dict(ctx.checkpoint))
        return self.script(ctx)


def worker_with(runtime: Runtime, *handlers: Scripted, threads: int = 2) -> Worker:
    """A worker that knows these handlers only."""
    return Worker(runtime, Waker(runtime.settings), {handler.kind: handler for handler in handlers}, (), threads)


def ask(session: Session, runtime: Runtime, key: str = "one", **given: Any) -> int:
    """Queue a job of the scripted kind and commit; returns its id."""
    values: dict[str, Any] = {"kind": "test.scripted", "payload": {"name": key}, **given}
    job = enqueue(session, runtime.clock, unique_key=key, **values)
    session.commit()
    return job.id


def effect(session: Session, runtime: Runtime, name: str) -> None:
    """An effect in the caller's transaction that shows each time that it was done: a message of this subject."""
    queue_mail(
        session, runtime.clock, unique_key=secrets.token_hex(8), to=["can.bo@hungyen.example"], subject=name, body=""
    )


def count_effects(session: Session, name: str) -> int:
    """How many times the effect was done and committed."""
    subjects = [payload["subject"] for payload in session.scalars(select(OutboxMessage.payload))]
    return subjects.count(name)


def job_row(session: Session, job_id: int) -> Job:
    """The job as the database has it now."""
    return session.scalars(select(Job).where(Job.id == job_id).execution_options(populate_existing=True)).one()


class Killed(BaseException):
    """Stands for kill -9: nothing of the worker's own code runs after it."""


def counting(ctx: JobContext, die_at: int | None = None, before: bool = True) -> JobResult:
    """Five effects, each in a step with its checkpoint; killed inside or right after step `die_at`."""
    for number in range(ctx.checkpoint.get("done", 0), LINES):
        with ctx.step() as step:
            effect(step.session, ctx.runtime, f"dòng {number}")
            step.save({"done": number + 1}, number + 1, LINES)
            if number == die_at and before:
                raise Killed
        if number == die_at:
            raise Killed
    return JobResult(f"Đã ghi {LINES} dòng.")


def later(runtime: Any, clock: Any) -> None:
    """Let every lease run out."""
    clock.advance(runtime.settings.job_lease + timedelta(seconds=1))
