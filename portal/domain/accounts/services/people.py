"""People: accounts made, edited, disabled and enabled; passwords and second factors reset by an administrator."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import select

from portal.core.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, VersionConflict
from portal.core.text import clean, fold, person_sort_key
from portal.domain.access.actor import Work
from portal.domain.accounts import policies
from portal.domain.accounts.enums import FailureKind, SessionEnd
from portal.domain.accounts.models import UserAccount
from portal.domain.accounts.queries import by_username
from portal.domain.accounts.rules import is_username
from portal.domain.accounts.services.delegation_ends import end_given
from portal.domain.accounts.services.failures import Counter, forget_failures
from portal.domain.accounts.services.own import set_quietly
from portal.domain.accounts.services.second_factor import clear_factor
from portal.domain.accounts.services.sessions import end_sessions_of
from portal.domain.audit.services import record
from portal.domain.units.models import Unit

NAME_LENGTH, POST_LENGTH, EMAIL_LENGTH, FOLDED_LENGTH = 120, 120, 200, 190
FIRST_PASSWORD_GROUPS = FIRST_PASSWORD_GROUP = 4
NO_PASSWORD = ""
"""Of an account to which none was given out yet: nobody signs in with it."""
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


class NotOneself(RuleBroken):
    """An administrator does not do this to their own account."""

    message = "Việc này không tự làm cho tài khoản của mình. Xin nhờ quản trị viên khác."


class HoldsBeyond(RuleBroken):
    """The person holds a role that the administrator does not manage."""

    message = "Người này giữ vai trò ở đơn vị ngoài phạm vi quản lý của ông/bà, nên không cấp lại được."


class SecondPersonNeeded(RuleBroken):
    """The account holds a role of a confidential module: a second person of that module must confirm."""

    message = "Người này giữ vai trò hạn chế; việc này cần người thứ hai của mảng đó xác nhận."


@dataclass(frozen=True, slots=True)
class UserData:
    """What an account is made of."""

    username: str
    full_name: str
    home_unit_id: int
    post: str = ""
    email: str = ""


def first_password() -> str:
    """A random first password that can be read aloud: 4 groups of 4 letters and digits (some 79 bits)."""
    groups = (
        "".join(secrets.choice(_LETTERS) for _ in range(FIRST_PASSWORD_GROUP)) for _ in range(FIRST_PASSWORD_GROUPS)
    )
    return "-".join(groups)


def create_user(work: Work, data: UserData, password_hash: str, must_change_password: bool = True) -> UserAccount:
    """Make an account with an already hashed first password. Raises InvalidInput by field.

    The caller has checked that the actor may (add_user does); the start data and commands come this way too.
    """
    username = clean(data.username).lower()
    errors = errors_of(data.full_name, data.post, data.email)
    if not is_username(username):
        errors["username"] = ["Tên đăng nhập gồm chữ thường không dấu và số, các phần cách nhau bằng dấu chấm."]
    elif work.session.scalars(by_username(username)).one_or_none() is not None:
        errors["username"] = ["Tên đăng nhập này đã có. Xin chọn tên khác."]
    if errors:
        raise InvalidInput(errors)
    user = UserAccount(
        username=username,
        full_name=clean(data.full_name),
        folded=user_folded(data.full_name, username),
        sort_key=person_sort_key(data.full_name),
        post=clean(data.post),
        email=clean(data.email),
        home_unit_id=data.home_unit_id,
        password_hash=password_hash,
        must_change_password=must_change_password,
        created_at=work.clock.now(),
    )
    work.session.add(user)
    work.session.flush()
    record(work, "account.created", "user_account", user.id, unit_id=user.home_unit_id, detail={"username": username})
    return user


def add_user(work: Work, data: UserData, password_hash: str) -> UserAccount:
    """Make an account in a unit that the actor manages, with a first password. Raises NotAllowed, InvalidInput."""
    if not policies.can_create_in(work, data.home_unit_id):
        raise NotAllowed
    _check_unit(work, data.home_unit_id)
    return create_user(work, data, password_hash)


def edit_user(work: Work, user_id: int, data: UserData, version: int) -> UserAccount:
    """Correct a person's data or move them to another unit that the actor manages; the name to sign in with stays.

    Raises NotFound, NotAllowed, NotOneself, InvalidInput, VersionConflict.
    """
    user = _managed(work, user_id)
    if user.version != version:
        raise VersionConflict
    errors = errors_of(data.full_name, data.post, data.email)
    if errors:
        raise InvalidInput(errors)
    if data.home_unit_id != user.home_unit_id:
        if not policies.can_create_in(work, data.home_unit_id):
            raise NotAllowed
        _check_unit(work, data.home_unit_id)
    new = {
        "full_name": clean(data.full_name),
        "post": clean(data.post),
        "email": clean(data.email),
        "home_unit_id": data.home_unit_id,
    }
    changed = {name: {"old": getattr(user, name), "new": value} for name, value in new.items()}
    changed = {name: pair for name, pair in changed.items() if pair["old"] != pair["new"]}
    if not changed:
        return user
    for name, value in new.items():
        setattr(user, name, value)
    user.folded = user_folded(user.full_name, user.username)
    user.sort_key = person_sort_key(user.full_name)
    work.session.flush()
    record(work, "account.edited", "user_account", user.id, unit_id=user.home_unit_id, detail=changed)
    return user


def disable_user(work: Work, user_id: int, reason: str) -> UserAccount:
    """Shut an account: its sessions and what it delegated end at once, nobody signs in with it.

    Raises NotFound, NotAllowed, NotOneself.
    """
    user = _managed(work, user_id)
    if user.disabled_at is None:
        user.disabled_at = work.clock.now()
        work.session.flush()
        detail = {"reason": clean(reason)}
        record(work, "account.disabled", "user_account", user.id, unit_id=user.home_unit_id, detail=detail)
        end_sessions_of(work, user.id, SessionEnd.DISABLED)
        end_given(work, user.id)
    return user


def enable_user(work: Work, user_id: int) -> UserAccount:
    """Open a shut account again. Raises NotFound, NotAllowed, NotOneself."""
    user = _managed(work, user_id)
    if user.disabled_at is not None:
        user.disabled_at = None
        work.session.flush()
        record(work, "account.enabled", "user_account", user.id, unit_id=user.home_unit_id)
    return user


def reset_password(work: Work, user_id: int, password_hash: str) -> UserAccount:
    """Give a person a new first password; their sessions end. The second factor stays.

    Raises NotFound, NotAllowed, NotOneself, HoldsBeyond, SecondPersonNeeded.
    """
    user = resettable(work, user_id)
    if policies.needs_second_person(work, user.id):
        raise SecondPersonNeeded
    put_password(work, user, password_hash)
    return user


def give_first_password(work: Work, user_id: int, password_hash: str) -> UserAccount | None:
    """Give a new account its first password; None when it has one meanwhile, or must be treated by itself."""
    try:
        user = resettable(work, user_id)
    except RuleBroken:  # its own account, or with roles that the actor does not manage
        return None
    if user.password_hash != NO_PASSWORD or user.disabled_at or policies.needs_second_person(work, user.id):
        return None
    put_password(work, user, password_hash)
    return user


def reset_factor(work: Work, user_id: int) -> UserAccount:
    """Forget a person's second factor, so that they set it up anew; their sessions end. Raises as reset_password."""
    user = resettable(work, user_id)
    if policies.needs_second_person(work, user.id):
        raise SecondPersonNeeded
    drop_factor(work, user)
    return user


def resettable(work: Work, user_id: int) -> UserAccount:
    """The account, locked, when the actor may ask for it to be reset."""
    user = _managed(work, user_id)
    if policies.holds_beyond(work, user.id):
        raise HoldsBeyond
    return user


def put_password(work: Work, user: UserAccount, password_hash: str) -> None:
    """Replace the password by a first one; the caller has checked that this may be done."""
    now = work.clock.now()
    set_quietly(work, user.id, password_hash=password_hash, must_change_password=True, password_changed_at=now)
    forget_failures(work, Counter(FailureKind.ACCOUNT, user.username), Counter(FailureKind.PASSWORD, str(user.id)))
    record(work, "account.password_reset", "user_account", user.id, unit_id=user.home_unit_id)
    end_sessions_of(work, user.id, SessionEnd.PASSWORD_RESET)


def drop_factor(work: Work, user: UserAccount) -> None:
    """Forget the second factor; the caller has checked that this may be done."""
    clear_factor(work, user)
    record(work, "account.factor_reset", "user_account", user.id, unit_id=user.home_unit_id)
    end_sessions_of(work, user.id, SessionEnd.FACTOR_RESET)


def user_folded(full_name: str, username: str) -> str:
    """What the search for people compares."""
    return fold(f"{full_name} {username}")[:FOLDED_LENGTH].rstrip()


def _managed(work: Work, user_id: int) -> UserAccount:
    """The account, locked, when the actor may manage it."""
    stmt = select(UserAccount).where(UserAccount.id == user_id).with_for_update()
    user = work.session.scalars(stmt).one_or_none()
    if user is None:
        raise NotFound
    if policies.is_oneself(work, user_id):
        raise NotOneself
    if not policies.can_manage_user(work, user):
        raise NotAllowed
    return user


def _check_unit(work: Work, unit_id: int) -> None:
    unit = work.session.get(Unit, unit_id)
    if unit is None or not unit.is_valid(work.today()):
        raise InvalidInput({"unit": ["Đơn vị này không còn hoạt động. Xin chọn đơn vị khác."]})


def errors_of(full_name: str, post: str, email: str) -> dict[str, list[str]]:
    """What is wrong with a person's data, by field."""
    errors: dict[str, list[str]] = {}
    if not clean(full_name):
        errors["full_name"] = ["Xin nhập họ và tên."]
    for name, value, limit in (
        ("full_name", full_name, NAME_LENGTH),
        ("post", post, POST_LENGTH),
        ("email", email, EMAIL_LENGTH),
    ):
        if len(clean(value)) > limit:
            errors[name] = [f"Dài nhất {limit} ký tự."]
    if clean(email) and ("@" not in email.strip("@") or " " in clean(email)):
        errors["email"] = ["Địa chỉ thư điện tử chưa đúng, ví dụ ten@hungyen.gov.vn."]
    return errors
