"""Sessions: opened at sign-in, ended by their owner, by a new password, or by an administrator."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update

from portal.core.errors import NotFound
from portal.domain.access.actor import Work
from portal.domain.accounts.enums import SessionEnd
from portal.domain.accounts.models import UserAccount, UserSession
from portal.domain.audit.services import record

AGENT_LENGTH = 200
ADDRESS_LENGTH = 45


@dataclass(frozen=True, slots=True)
class Device:
    """Where a person signs in from, as their browser says."""

    address: str
    agent: str


def open_session(work: Work, user: UserAccount, device: Device, token_hash: str) -> UserSession:
    """A session for a person whose password was right; a second factor may still be owed."""
    now = work.clock.now()
    made = UserSession(
        token_hash=token_hash,
        user_id=user.id,
        created_at=now,
        seen_at=now,
        address=device.address[:ADDRESS_LENGTH],
        agent=device.agent[:AGENT_LENGTH],
    )
    work.session.add(made)
    work.session.flush()
    record(work, "session.signed_in", "user_account", user.id, unit_id=user.home_unit_id, detail={"session": made.id})
    return made


def end_own_session(work: Work, session_id: int) -> None:
    """End one of the actor's own sessions. Raises NotFound for anyone else's."""
    mine = select(UserSession.id).where(UserSession.id == session_id, UserSession.user_id == work.actor.user_id)
    if work.session.scalar(mine) is None:
        raise NotFound
    end_session(work, session_id, SessionEnd.BY_OWNER)


def end_session(work: Work, session_id: int, reason: SessionEnd) -> None:
    """End one session that the caller has found to be the actor's own."""
    _end(work, UserSession.id == session_id, reason)
    record(work, "session.ended", "user_session", session_id, detail={"reason": reason.value})


def end_sessions_of(work: Work, user_id: int, reason: SessionEnd, keep: int | None = None) -> int:
    """End every living session of a person, all but `keep`; returns how many."""
    ids = list(
        work.session.scalars(
            select(UserSession.id).where(
                UserSession.user_id == user_id, UserSession.ended_at.is_(None), UserSession.id != (keep or 0)
            )
        )
    )
    if ids:
        _end(work, UserSession.id.in_(ids), reason)
        record(work, "session.ended", "user_account", user_id, detail={"reason": reason.value, "sessions": sorted(ids)})
    return len(ids)


def _end(work: Work, which: object, reason: SessionEnd) -> None:
    work.session.execute(
        update(UserSession)
        .where(which, UserSession.ended_at.is_(None))  # type: ignore[arg-type]
        .values(ended_at=work.clock.now(), end_reason=reason.value)
    )
