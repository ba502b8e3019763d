"""How much waits for the worker, for those who watch over the portal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.core.jobs import Job, JobState, OutboxMessage


@dataclass(frozen=True, slots=True)
class Depth:
    """Numbers of jobs by state, the age in seconds of the one that waits longest, and the mail that waits."""

    jobs: dict[JobState, int]
    longest_wait: float
    mail: int


def queue_depth(session: Session, now: datetime) -> Depth:
    """Count what waits, runs and failed (three queries over indexed columns)."""
    counted = select(Job.state, func.count()).where(Job.state != JobState.DONE).group_by(Job.state)
    found = dict.fromkeys((JobState.QUEUED, JobState.RUNNING, JobState.FAILED), 0)
    found |= dict(session.execute(counted).all())
    oldest = session.scalar(select(func.min(Job.created_at)).where(Job.state == JobState.QUEUED))
    waited = max((now - oldest).total_seconds(), 0.0) if oldest else 0.0
    mail = session.scalar(select(func.count()).where(OutboxMessage.sent_at.is_(None))) or 0
    return Depth(found, waited, mail)
