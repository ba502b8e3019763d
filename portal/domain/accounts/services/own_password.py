"""A person's own password: asked again within a session, and changed."""

from __future__ import annotations

from sqlalchemy import select

from portal.core.errors import RuleBroken
from portal.domain.access.actor import Work
from portal.domain.accounts.enums import FailureKind, SessionEnd
from portal.domain.accounts.models import UserAccount
from portal.domain.accounts.passwords import Passwords
from portal.domain.accounts.services.failures import Counter, forget_failures, note_failure, waiting
from portal.domain.accounts.services.own import own_account, set_quietly
from portal.domain.accounts.services.sessions import end_sessions_of
from portal.domain.accounts.services.sign_in import Attempt
from portal.domain.audit.services import record


class PasswordChangedMeanwhile(RuleBroken):
    """The password that was checked is no longer the account's."""

    message = "Mật khẩu vừa được đổi ở nơi khác. Xin đăng nhập lại."


def read_own_attempt(work: Work) -> Attempt:
    """What is stored about the actor's own password; guesses within a session wait as those at sign-in do."""
    counter = Counter(FailureKind.PASSWORD, str(work.actor.user_id))
    stored = work.session.scalars(select(UserAccount.password_hash).where(UserAccount.id == work.actor.user_id)).one()
    return Attempt(work.actor.user_id, stored, waiting(work, (counter,)), (counter,))


def note_wrong_password(work: Work, attempt: Attempt) -> None:
    """Count a wrong present password."""
    note_failure(work, attempt.counters)
    record(work, "account.password_refused", "user_account", work.actor.user_id, unit_id=work.actor.home_unit_id)


def change_password(work: Work, attempt: Attempt, new_hash: str, session_id: int) -> None:
    """Replace the password that was checked, and end the person's other sessions."""
    user = own_account(work)
    if user.password_hash != attempt.stored:
        raise PasswordChangedMeanwhile
    set_quietly(work, user.id, password_hash=new_hash, must_change_password=False, password_changed_at=work.clock.now())
    forget_failures(work, *attempt.counters)
    record(work, "account.password_changed", "user_account", user.id, unit_id=user.home_unit_id)
    end_sessions_of(work, user.id, SessionEnd.PASSWORD_CHANGED, keep=session_id)


def verify_own(attempt: Attempt, password: str, hasher: Passwords) -> bool:
    """Whether the password is the actor's. Slow: call it with no transaction open."""
    return hasher.verify(attempt.stored, password)
