"""Accounts: what is dropped once it is of no more use. The audit log keeps who signed in and when."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, or_, update

from portal.domain.access.actor import Work
from portal.domain.accounts.enums import SessionEnd
from portal.domain.accounts.models import UserSession

KEEP_ENDED = timedelta(days=30)


def drop_old_sessions(work: Work, idle: timedelta, absolute: timedelta) -> tuple[int, int]:
    """End sessions past a limit and remove those that ended thirty days ago; returns how many of each."""
    now = work.clock.now()
    past = or_(UserSession.seen_at < now - idle, UserSession.created_at < now - absolute)
    expire = (
        update(UserSession)
        .where(UserSession.ended_at.is_(None), past)
        .values(ended_at=now, end_reason=SessionEnd.EXPIRED.value)
        .returning(UserSession.id)
        .execution_options(synchronize_session=False)
    )
    ended = work.session.scalars(expire).all()
    remove = (
        delete(UserSession)
        .where(UserSession.ended_at < now - KEEP_ENDED)
        .returning(UserSession.id)
        .execution_options(synchronize_session=False)
    )
    removed = work.session.scalars(remove).all()
    return len(ended), len(removed)
