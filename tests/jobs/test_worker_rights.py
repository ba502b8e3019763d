"""A job acts with its owner's rights of the moment, and not at all once they are gone."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.core.clock import FixedClock
from portal.core.jobs import JobState
from portal.core.runtime import Runtime
from portal.domain.access.enums import Permission
from portal.domain.accounts.models import RoleAssignment, UserAccount
from portal.jobs.api import JobContext, JobResult
from portal.jobs.worker import OWNER_GONE
from tests.jobs.handlers import (
    Killed,
    Scripted,
    ask,
    counting,
    job_row,
    later,
    worker_with,
)


def test_the_owner_acts_with_the_rights_of_now(session: Session, runtime: Runtime, actor_of: Any) -> None:
    seen: list[Any] = []

    def run(ctx: JobContext) -> JobResult:
        with ctx.reading() as work:
            seen.append((work.actor.username, work.actor.can(Permission.REGISTRATION_EXPORT), work.request_id))
        return JobResult()

    owner = actor_of("thidua")
    job_id = ask(session, runtime, owner_id=owner.user_id)
    worker_with(runtime, Scripted(run, permission=Permission.REGISTRATION_EXPORT)).run_one()
    assert seen == [("thidua", True, f"job-{job_id}")]
    reach = sorted([g.unit_id, g.reach.value] for g in owner.grants_of(Permission.REGISTRATION_EXPORT))
    assert job_row(session, job_id).result["reach"] == reach


def test_without_the_right_the_job_is_refused(session: Session, runtime: Runtime, actor_of: Any) -> None:
    handler = Scripted(counting, permission=Permission.REGISTRATION_EXPORT)
    job_id = ask(session, runtime, owner_id=actor_of("quantri").user_id)
    worker_with(runtime, handler).run_one()
    row = job_row(session, job_id)
    assert row.state is JobState.FAILED
    assert "Quyền của ông/bà đã thay đổi" in row.error
    assert handler.runs == []


def test_a_job_that_needs_a_right_needs_an_owner(session: Session, runtime: Runtime) -> None:
    handler = Scripted(counting, permission=Permission.REGISTRATION_EXPORT)
    job_id = ask(session, runtime)
    worker_with(runtime, handler).run_one()
    assert job_row(session, job_id).state is JobState.FAILED
    assert handler.runs == []


def test_rights_that_shrink_between_two_runs_end_the_job(
    session: Session, runtime: Runtime, clock: FixedClock, actor_of: Any
) -> None:
    lives = iter([1, None])
    handler = Scripted(lambda ctx: counting(ctx, next(lives)), permission=Permission.REGISTRATION_EXPORT)
    owner = actor_of("vangiang")
    job_id = ask(session, runtime, owner_id=owner.user_id)
    with pytest.raises(Killed):
        worker_with(runtime, handler).run_one()
    session.execute(
        update(RoleAssignment).where(RoleAssignment.user_id == owner.user_id).values(ended_at=runtime.clock.now())
    )
    session.commit()
    later(runtime, clock)
    worker_with(runtime, handler).run_one()
    assert job_row(session, job_id).state is JobState.FAILED
    assert len(handler.runs) == 1


def test_a_closed_account_gets_nothing_done(session: Session, runtime: Runtime, actor_of: Any) -> None:
    owner = actor_of("thidua").user_id
    job_id = ask(session, runtime, owner_id=owner)
    session.execute(update(UserAccount).where(UserAccount.id == owner).values(disabled_at=runtime.clock.now()))
    session.commit()
    handler = Scripted(counting)
    worker_with(runtime, handler).run_one()
    row = job_row(session, job_id)
    assert (row.state, row.error) == (JobState.FAILED, OWNER_GONE)
    assert handler.runs == []
