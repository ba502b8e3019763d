"""The second factor: shown at sign-in, set up, replaced, switched off; recovery codes."""

from __future__ import annotations

from sqlalchemy import delete, select, update

from portal.core.errors import InvalidInput, RuleBroken
from portal.core.keyring import KeyRing
from portal.domain.access.actor import Actor, Work
from portal.domain.access.roles import ROLES
from portal.domain.accounts import totp
from portal.domain.accounts.enums import FailureKind, SessionEnd
from portal.domain.accounts.models import RecoveryCode, UserAccount, UserSession
from portal.domain.accounts.services.failures import Counter, forget_failures, note_failure, waiting
from portal.domain.accounts.services.own import own_account, set_quietly
from portal.domain.accounts.services.sessions import end_sessions_of
from portal.domain.accounts.services.sign_in import Outcome, Result
from portal.domain.audit.services import record

WRONG_CODE = "Mã chưa đúng hoặc đã dùng. Xin chờ mã mới trên ứng dụng rồi nhập lại."


class FactorNeeded(RuleBroken):
    """A role in force, or the office, asks for the second factor."""

    message = "Tài khoản của ông/bà cần xác thực hai bước nên không tắt được. Có thể thay thiết bị."


class NoFactor(RuleBroken):
    """The account has no confirmed second factor."""

    message = "Tài khoản chưa bật xác thực hai bước."


def factor_required(actor: Actor, for_all: bool) -> bool:
    """Whether a role in force, or the office for everybody (`Settings.second_factor_for_all`), asks for it."""
    return for_all or any(ROLES[role].needs_totp for role in actor.roles)


def pass_second_factor(work: Work, keyring: KeyRing, typed: str, session_id: int, token_hash: str) -> Result:
    """Check a code (or a recovery code) and move the session to a new token.

    Call it in a transaction of its own, committed whatever comes out: a failure counts although the request fails.
    """
    counter = Counter(FailureKind.FACTOR, str(work.actor.user_id))
    user = own_account(work)
    wait = waiting(work, (counter,), lock=True)
    if wait:
        return Result(Outcome.WAIT, wait)
    if not _take_code(work, keyring, user, typed):
        note_failure(work, (counter,))
        record(work, "account.factor_refused", "user_account", user.id, unit_id=user.home_unit_id)
        return Result(Outcome.WRONG)
    forget_failures(work, counter)
    _mark_session(work, session_id, token_hash)
    record(work, "session.factor_passed", "user_account", user.id, unit_id=user.home_unit_id)
    return Result(Outcome.DONE)


def confirm_factor(
    work: Work, keyring: KeyRing, secret: str, typed: str, session_id: int, token_hash: str
) -> list[str]:
    """Take a new secret into use once its first code is right; returns the new recovery codes, to be shown once.

    Raises InvalidInput for a wrong code. The person's other sessions end.
    """
    user = own_account(work)
    step = totp.matching_step(secret, typed, work.clock.real(), 0)
    if step is None:
        raise InvalidInput({"code": [WRONG_CODE]})
    sealed = totp.seal(keyring, user.id, secret)
    set_quietly(work, user.id, totp_secret=sealed, totp_confirmed_at=work.clock.now(), totp_last_step=step)
    codes = _replace_codes(work, keyring, user)
    _mark_session(work, session_id, token_hash)
    record(work, "account.factor_confirmed", "user_account", user.id, unit_id=user.home_unit_id)
    end_sessions_of(work, user.id, SessionEnd.FACTOR_CHANGED, keep=session_id)
    return codes


def renew_recovery_codes(work: Work, keyring: KeyRing) -> list[str]:
    """Ten new recovery codes in place of the old. The caller has checked the password. Raises NoFactor."""
    user = own_account(work)
    if user.totp_confirmed_at is None:
        raise NoFactor
    record(work, "account.recovery_codes_renewed", "user_account", user.id, unit_id=user.home_unit_id)
    return _replace_codes(work, keyring, user)


def switch_factor_off(work: Work, for_all: bool) -> None:
    """Do without the second factor. The caller has checked the password. Raises FactorNeeded, NoFactor."""
    if factor_required(work.actor, for_all):
        raise FactorNeeded
    user = own_account(work)
    if user.totp_confirmed_at is None:
        raise NoFactor
    clear_factor(work, user)
    record(work, "account.factor_switched_off", "user_account", user.id, unit_id=user.home_unit_id)


def clear_factor(work: Work, user: UserAccount) -> None:
    """Forget the secret and the recovery codes; the last step stays, so that no old code works again."""
    set_quietly(work, user.id, totp_secret=None, totp_confirmed_at=None)
    work.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    forget_failures(work, Counter(FailureKind.FACTOR, str(user.id)))


def _take_code(work: Work, keyring: KeyRing, user: UserAccount, typed: str) -> bool:
    if user.totp_secret is None or user.totp_confirmed_at is None:
        return False
    secret = totp.unseal(keyring, user.id, user.totp_secret)
    step = totp.matching_step(secret, typed, work.clock.real(), user.totp_last_step)
    if step is not None:
        set_quietly(work, user.id, totp_last_step=step)
        return True
    return _take_recovery_code(work, keyring, user, typed)


def _take_recovery_code(work: Work, keyring: KeyRing, user: UserAccount, typed: str) -> bool:
    hashes = totp.recovery_hashes(keyring, user.id, typed)
    found = work.session.scalars(
        select(RecoveryCode)
        .where(RecoveryCode.user_id == user.id, RecoveryCode.code_hash.in_(hashes), RecoveryCode.used_at.is_(None))
        .with_for_update()
    ).first()
    if found is None:
        return False
    found.used_at = work.clock.now()
    record(work, "account.recovery_code_used", "user_account", user.id, unit_id=user.home_unit_id)
    return True


def _replace_codes(work: Work, keyring: KeyRing, user: UserAccount) -> list[str]:
    work.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = totp.new_recovery_codes()
    work.session.add_all(
        RecoveryCode(user_id=user.id, code_hash=totp.recovery_hashes(keyring, user.id, code)[0]) for code in codes
    )
    work.session.flush()
    return codes


def _mark_session(work: Work, session_id: int, token_hash: str) -> None:
    work.session.execute(
        update(UserSession)
        .where(UserSession.id == session_id, UserSession.user_id == work.actor.user_id)
        .values(second_factor_at=work.clock.now(), token_hash=token_hash)
    )
