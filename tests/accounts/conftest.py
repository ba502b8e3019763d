"""What tests of accounts share: roles given past the rules, an administrator of one district, who is who."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.core.db import write_mode
from portal.core.runtime import Runtime
from portal.domain.access.enums import Role
from portal.domain.accounts.models import RoleAssignment, UserAccount
from portal.domain.accounts.queries import by_username

UserId = Callable[[str], int]
Give = Callable[..., int]
ClientOf = Callable[[str], FlaskClient]
DISTRICT_ADMIN = "stc"


@pytest.fixture
def user_id(runtime: Runtime) -> UserId:
    """user_id("vangiang"): an account's id."""

    def find(username: str) -> int:
        with runtime.session_factory() as session:
            return session.scalars(by_username(username)).one().id

    return find


@pytest.fixture
def user(runtime: Runtime) -> Callable[[str], UserAccount]:
    """user("vangiang"): the account as it is stored now."""

    def find(username: str) -> UserAccount:
        with runtime.session_factory() as session:
            return session.scalars(by_username(username)).one()

    return find


@pytest.fixture
def give(runtime: Runtime, user_id: UserId, unit_id: Callable[[str], int]) -> Give:
    """give("stc", Role.VIEWER, "326"): a role written straight into the database, whatever the rules say; its id."""

    def write(
        username: str, role: Role, code: str, valid_from: date = date(2022, 1, 1), valid_to: date | None = None
    ) -> int:
        with write_mode(), runtime.session_factory() as session:
            made = RoleAssignment(
                user_id=user_id(username),
                role=role,
                unit_id=unit_id(code),
                valid_from=valid_from,
                valid_to=valid_to,
                created_at=runtime.clock.now(),
            )
            session.add(made)
            session.commit()
            return made.id

    return write


@pytest.fixture
def admin(client_of: ClientOf) -> FlaskClient:
    """The system administrator's browser."""
    return client_of("quantri")


@pytest.fixture
def district_admin(give: Give, client_of: ClientOf) -> FlaskClient:
    """Someone who administers Văn Giang and all below it, and nothing else."""
    give(DISTRICT_ADMIN, Role.SYSTEM_ADMIN, "326")
    return client_of(DISTRICT_ADMIN)


@pytest.fixture
def assignment_of(runtime: Runtime, user_id: UserId) -> Callable[[str], RoleAssignment]:
    """assignment_of("vangiang"): the newest assignment of that person."""

    def find(username: str) -> RoleAssignment:
        stmt = select(RoleAssignment).where(RoleAssignment.user_id == user_id(username))
        with runtime.session_factory() as session:
            return session.scalars(stmt.order_by(RoleAssignment.id.desc())).first()  # type: ignore[return-value]

    return find
