"""The memory of failed tries: counted, waited out, forgotten.

Keys are kept as hashes, since a password may be typed in the place of a name.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.domain.access.actor import Work
from portal.domain.accounts.enums import FailureKind
from portal.domain.accounts.models import SignInFailure
from portal.domain.accounts.rules import FORGOTTEN_AFTER, failures_that_count, seconds_to_wait


@dataclass(frozen=True, slots=True)
class Counter:
    """One run of failures: by account name, by address, by person."""

    kind: FailureKind
    key: str

    @property
    def stored(self) -> str:
        return hashlib.sha256(self.key.encode()).hexdigest()


def waiting(work: Work, counters: tuple[Counter, ...], lock: bool = False) -> int:
    """The seconds that the next try still has to wait, 0 for none. `lock`: others wait for this transaction."""
    now = work.clock.now()
    rows = [_row(work.session, counter, lock) for counter in counters]
    waits = (
        seconds_to_wait(counter.kind, row.count, row.last_at, now)
        for counter, row in zip(counters, rows, strict=True)
        if row
    )
    return max(waits, default=0)


def note_failure(work: Work, counters: tuple[Counter, ...]) -> None:
    """Count one more failure for each."""
    now = work.clock.now()
    for counter in counters:
        row = _row(work.session, counter, lock=True) or _new_row(work.session, counter, now)
        row.count = failures_that_count(counter.kind, row.count, row.last_at, now) + 1
        row.last_at = now
    work.session.flush()


def forget_failures(work: Work, *counters: Counter) -> None:
    """Start anew: the right password, code, or an administrator's reset."""
    for counter in counters:
        work.session.execute(
            delete(SignInFailure).where(SignInFailure.kind == counter.kind, SignInFailure.key == counter.stored)
        )


def drop_old_failures(work: Work) -> int:
    """Remove runs that no longer count; returns how many."""
    stale = SignInFailure.last_at < work.clock.now() - FORGOTTEN_AFTER
    ids = list(work.session.scalars(select(SignInFailure.id).where(stale)))
    work.session.execute(delete(SignInFailure).where(SignInFailure.id.in_(ids)))
    return len(ids)


def _row(session: Session, counter: Counter, lock: bool = False) -> SignInFailure | None:
    stmt = select(SignInFailure).where(SignInFailure.kind == counter.kind, SignInFailure.key == counter.stored)
    return session.scalars(stmt.with_for_update() if lock else stmt).one_or_none()


def _new_row(session: Session, counter: Counter, now: datetime) -> SignInFailure:
    made = SignInFailure(kind=counter.kind, key=counter.stored, count=0, last_at=now)
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:  # another request was first
        found = _row(session, counter, lock=True)
        if found is None:
            raise
        return found
    return made
