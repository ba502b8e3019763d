"""Accounts: making people and giving them roles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from portal.core.text import clean, fold, person_sort_key
from portal.domain.access.actor import Work
from portal.domain.access.enums import Role
from portal.domain.accounts.models import RoleAssignment, UserAccount
from portal.domain.audit.services import record


@dataclass(frozen=True, slots=True)
class UserData:
    """What an account is made of."""

    username: str
    full_name: str
    home_unit_id: int
    post: str = ""
    email: str = ""


def create_user(work: Work, data: UserData, password_hash: str, must_change_password: bool = True) -> UserAccount:
    """Make an account with an already hashed first password."""
    user = UserAccount(
        username=clean(data.username).lower(),
        full_name=clean(data.full_name),
        folded=fold(f"{data.full_name} {data.username}"),
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
    record(
        work, "account.created", "user_account", user.id, unit_id=user.home_unit_id, detail={"username": user.username}
    )
    return user


def assign_role(
    work: Work, user_id: int, role: Role, unit_id: int, valid_from: date, valid_to: date | None = None
) -> RoleAssignment:
    """Give a person a role over a unit and all below it, from a day to a day (inclusive)."""
    assignment = RoleAssignment(
        user_id=user_id,
        role=role,
        unit_id=unit_id,
        valid_from=valid_from,
        valid_to=valid_to,
        created_by_id=work.actor.user_id or None,
        created_at=work.clock.now(),
    )
    work.session.add(assignment)
    work.session.flush()
    record(
        work,
        "assignment.created",
        "role_assignment",
        assignment.id,
        unit_id=unit_id,
        detail={"user": user_id, "role": role.value},
    )
    return assignment
