"""Signing in: read, check the password with no transaction open, then decide again on what is stored by then."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import select

from portal.core.text import clean
from portal.domain.access.actor import Actor, Work
from portal.domain.accounts.enums import FailureKind
from portal.domain.accounts.models import UserAccount
from portal.domain.accounts.passwords import Passwords
from portal.domain.accounts.queries import by_username
from portal.domain.accounts.services.failures import Counter, forget_failures, note_failure, waiting
from portal.domain.accounts.services.own import set_quietly
from portal.domain.accounts.services.sessions import Device, open_session
from portal.domain.audit.services import record


class Outcome(StrEnum):
    """What came of a try. Wrong name, wrong password, disabled account: all the same to the person who tries."""

    DONE = "done"
    WRONG = "wrong"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try as it was read: `stored` is the hash to check against, a dummy when there is no such account."""

    user_id: int | None
    stored: str
    wait: int
    counters: tuple[Counter, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome; `wait` in seconds when the next try must wait."""

    outcome: Outcome
    wait: int = 0


def read_attempt(work: Work, username: str, hasher: Passwords) -> Attempt:
    """What is stored about this name; the same work for a name that does not exist."""
    name = clean(username).lower()
    counters = (Counter(FailureKind.ACCOUNT, name), Counter(FailureKind.ADDRESS, work.address))
    user = work.session.scalars(by_username(name)).one_or_none()
    usable = user is not None and user.disabled_at is None
    stored = (user.password_hash if user is not None and usable else "") or hasher.dummy
    return Attempt(user.id if user else None, stored, waiting(work, counters), counters)


def check_password(
    attempt: Attempt, password: str, hasher: Passwords, refused: Collection[str] = ()
) -> tuple[bool, str | None]:
    """Whether the password fits and is none of the `refused`, and its new hash when today's cost differs.

    Slow: call it with no transaction open.
    """
    fits = hasher.verify(attempt.stored, password) and attempt.stored != hasher.dummy and password not in refused
    return fits, hasher.hash(password) if fits and hasher.needs_rehash(attempt.stored) else None


def finish_attempt(
    work: Work, attempt: Attempt, fits: bool, device: Device, token_hash: str, new_hash: str | None = None
) -> Result:
    """Open the session, or count the failure. Failures that came in meanwhile count: guesses at once gain nothing."""
    wait = waiting(work, attempt.counters, lock=True)
    if wait:
        return Result(Outcome.WAIT, wait)
    user = _unchanged(work, attempt) if fits else None
    if user is None:
        note_failure(work, attempt.counters)
        record(
            work,
            "session.sign_in_failed",
            "user_account" if attempt.user_id else "",
            attempt.user_id or "",
            detail={"known": attempt.user_id is not None},
        )
        return Result(Outcome.WRONG)
    if new_hash is not None:
        set_quietly(work, user.id, password_hash=new_hash)
    forget_failures(work, attempt.counters[0])  # not the address's: a guesser's own account must not wipe it out
    who = Actor(user.id, user.username, user.full_name, user.home_unit_id)
    open_session(replace(work, actor=who), user, device, token_hash)
    return Result(Outcome.DONE)


def _unchanged(work: Work, attempt: Attempt) -> UserAccount | None:
    """The account, when it still has the password that was checked and is not disabled."""
    user = work.session.scalars(
        select(UserAccount).where(UserAccount.id == attempt.user_id).with_for_update()
    ).one_or_none()
    if user is None or user.disabled_at is not None or user.password_hash != attempt.stored:
        return None
    return user
