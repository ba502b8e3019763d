"""People from a workbook: what each row would do to the accounts, and doing it. Safe to repeat.

A row finds its account by the name to sign in with; without one by the person's name within the unit. An empty cell
leaves what is stored. New accounts have no password until one is given out (services.give_first_passwords).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Select, select

from portal.core.errors import InvalidInput
from portal.core.text import clean
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission, Role
from portal.domain.access.roles import ROLES
from portal.domain.accounts import policies
from portal.domain.accounts.models import RoleAssignment, UserAccount
from portal.domain.accounts.queries import assignment_not_over
from portal.domain.accounts.rules import is_username
from portal.domain.accounts.services.assignments import GrantData, put_assignment
from portal.domain.accounts.services.people import (
    NO_PASSWORD,
    UserData,
    create_user,
    edit_user,
    errors_of,
)
from portal.domain.units.models import Unit
from portal.domain.units.queries import scope, valid_on

USERNAME, FULL_NAME, POST, UNIT, EMAIL, ROLE = "username", "full_name", "post", "unit", "email", "role"
LEARNT = ((FULL_NAME, "full_name"), (POST, "post"), (EMAIL, "email"))


class PersonRow(NamedTuple):
    """A row of the workbook: the account it names or makes, its unit, and the role that the person is to hold there."""

    username: str
    full_name: str
    unit_id: int
    post: str = ""
    email: str = ""
    role: Role | None = None


class KnownUnit(NamedTuple):
    """A unit that the actor manages."""

    id: int
    code: str
    name: str
    short_name: str
    level_code: str


class KnownPerson(NamedTuple):
    """An account as it is."""

    id: int
    username: str
    full_name: str
    sort_key: str
    post: str
    email: str
    home_unit_id: int
    version: int
    disabled: bool


def managed_units(work: Work) -> list[KnownUnit]:
    """The units whose people the actor manages, as of today."""
    stmt = (
        select(Unit.id, Unit.code, Unit.name, Unit.short_name, Unit.level_code)
        .where(scope(work.actor, Permission.USER_MANAGE, Unit.id, work.today()), valid_on(work.today()))
        .order_by(Unit.sort_key, Unit.id)
    )
    return [KnownUnit(*row) for row in work.session.execute(stmt)]


def known_people(work: Work) -> list[KnownPerson]:
    """Every account: names to sign in with are unique in the portal. What lies out of reach is never shown."""
    account = UserAccount
    stmt = select(
        account.id,
        account.username,
        account.full_name,
        account.sort_key,
        account.post,
        account.email,
        account.home_unit_id,
        account.version,
        account.disabled_at.is_not(None),
    ).order_by(account.id)
    return [KnownPerson(*row) for row in work.session.execute(stmt)]


@dataclass(slots=True)
class PersonPlan:
    """What one row would do: the account it finds, the fields that change with [before, after], what is wrong.

    Without an account and errors it makes one; a field `role` among the changes gives that role.
    """

    found: KnownPerson | None
    changes: dict[str, list[str]] = field(default_factory=dict)
    errors: list[tuple[str, str]] = field(default_factory=list)


class PeoplePlanner:
    """What rows would do to the accounts; what is stored is read once."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._units = {unit.id: unit for unit in managed_units(work)}
        self._people = {person.username: person for person in known_people(work)}
        self._held = {(row.user_id, row.role, row.unit_id) for row in work.session.execute(_roles_held(work))}
        self._may_give: dict[tuple[Role, int], str] = {}

    def plan(self, rows: Sequence[PersonRow]) -> list[PersonPlan]:
        """A plan for each row."""
        seen: set[str] = set()
        plans = []
        for row in rows:
            plan = self._plan_of(row)
            if row.username in seen:
                plan.errors.append((USERNAME, f"Tên đăng nhập “{row.username}” đã có ở dòng trên trong tệp."))
            seen.add(row.username)
            plans.append(plan)
        return plans

    def _plan_of(self, row: PersonRow) -> PersonPlan:
        plan = PersonPlan(self._people.get(row.username))
        plan.errors += [
            (key, text) for key, texts in errors_of(row.full_name, row.post, row.email).items() for text in texts
        ]
        if row.unit_id not in self._units:
            plan.errors.append((UNIT, "Đơn vị này không còn trong phạm vi của ông/bà."))
        if plan.found is None:
            if not is_username(row.username):
                plan.errors.append(
                    (USERNAME, "Tên đăng nhập gồm chữ thường không dấu và số, các phần cách nhau bằng dấu chấm.")
                )
        elif plan.found.home_unit_id not in self._units:
            plan.errors.append((USERNAME, "Tên đăng nhập này đã có người dùng. Xin chọn tên khác."))
        else:
            self._compare(plan, plan.found, row)
        if row.role is not None and not plan.errors:
            self._look_at_role(plan, row, row.role)
        if plan.changes and plan.found is not None and policies.is_oneself(self._work, plan.found.id):
            plan.errors.append((USERNAME, "Không tự sửa tài khoản của mình bằng tệp. Xin nhờ quản trị viên khác."))
        return plan

    def _compare(self, plan: PersonPlan, found: KnownPerson, row: PersonRow) -> None:
        for key, name in LEARNT:
            wanted = clean(getattr(row, name))
            if wanted and wanted != getattr(found, name):
                plan.changes[key] = [getattr(found, name), wanted]
        if row.unit_id != found.home_unit_id and row.unit_id in self._units:
            plan.changes[UNIT] = [self._units[found.home_unit_id].name, self._units[row.unit_id].name]

    def _look_at_role(self, plan: PersonPlan, row: PersonRow, role: Role) -> None:
        if plan.found is not None and (plan.found.id, role, row.unit_id) in self._held:
            return
        if plan.found is not None and plan.found.disabled:
            plan.errors.append((ROLE, "Tài khoản đang bị khóa. Xin mở khóa trước khi giao vai trò."))
            return
        key = (role, row.unit_id)
        if key not in self._may_give:
            self._may_give[key] = self._why_not(role, self._units[row.unit_id])
        if self._may_give[key]:
            plan.errors.append((ROLE, self._may_give[key]))
        elif plan.found is not None:
            plan.changes[ROLE] = ["", role.label]

    def _why_not(self, role: Role, unit: KnownUnit) -> str:
        if ROLES[role].confidential:
            return f"Vai trò “{role.label}” cần người thứ hai xác nhận. Xin bỏ khỏi tệp và giao ở trang của người dùng."
        if unit.level_code not in ROLES[role].levels:
            return f"Vai trò “{role.label}” không giao được ở cấp của {unit.name}."
        if not policies.can_assign_over(self._work, role, unit.id):
            return f"Ông/bà không giao được vai trò “{role.label}” ở {unit.name}."
        return ""


def apply_people(work: Work, rows: Sequence[PersonRow]) -> list[PersonPlan]:
    """Make and correct accounts and give roles from today on, all or none; what each row did.

    Raises InvalidInput when rows are faulty.
    """
    plans = PeoplePlanner(work).plan(rows)
    faulty = {f"dong-{index + 1}": [text for _, text in p.errors] for index, p in enumerate(plans) if p.errors}
    if faulty:
        raise InvalidInput(faulty)
    for row, plan in zip(rows, plans, strict=True):
        _apply(work, row, plan)
    return plans


def _apply(work: Work, row: PersonRow, plan: PersonPlan) -> None:
    if plan.found is None:
        user_id = create_user(
            work, UserData(row.username, row.full_name, row.unit_id, row.post, row.email), NO_PASSWORD
        ).id
        if row.role is not None:
            _give(work, user_id, row.role, row.unit_id)
        return
    found, changes = plan.found, plan.changes
    if set(changes) - {ROLE}:
        data = UserData(
            found.username,
            row.full_name,
            row.unit_id,
            clean(row.post) or found.post,
            clean(row.email) or found.email,
        )
        edit_user(work, found.id, data, found.version)
    if ROLE in changes and row.role is not None:
        _give(work, found.id, row.role, row.unit_id)


def _give(work: Work, user_id: int, role: Role, unit_id: int) -> None:
    put_assignment(work, user_id, GrantData(role, unit_id, work.today()))


def _roles_held(work: Work) -> Select[*tuple[Any, ...]]:
    return select(RoleAssignment.user_id, RoleAssignment.role, RoleAssignment.unit_id).where(
        RoleAssignment.given_by_id.is_(None), assignment_not_over(work.today())
    )
