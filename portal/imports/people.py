"""People from any workbook: the fields, and what each cell must be."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select

from portal.core.errors import NotAllowed
from portal.core.text import fold, person_sort_key
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission, Role
from portal.domain.access.roles import ROLES
from portal.domain.accounts.people_import import (
    EMAIL,
    FULL_NAME,
    POST,
    ROLE,
    UNIT,
    USERNAME,
    KnownPerson,
    KnownUnit,
    PeoplePlanner,
    PersonPlan,
    PersonRow,
    apply_people,
    known_people,
    managed_units,
)
from portal.domain.audit.services import record
from portal.domain.staging.enums import ImportRowState
from portal.domain.staging.models import ImportBatch
from portal.domain.staging.queries import own_batches
from portal.domain.staging.rows import Outcome, Rows, Verdicts
from portal.imports._cells import shown
from portal.imports._known import Known
from portal.imports.kinds import ImportKind, Link, Place, Shown
from portal.imports.mapping import Looks
from portal.imports.spec import Field, Fields

PEOPLE = "accounts.people"
"""The kind of imports that bring people in."""
MOST_ROWS = 2_000
DIRECT_ROWS = 200
SUGGESTIONS = 2
NUMBER = "number"
ACTIONS = {
    "staged": "account.import_staged",
    "applied": "account.import_applied",
    "cancelled": "account.import_cancelled",
}
S = ImportRowState


def people_fields() -> Fields:
    return Fields(
        (
            Field(NUMBER, "STT", ("TT", "Số TT", "Số thứ tự"), silent=True, unread=True),
            Field(FULL_NAME, "Họ và tên", ("Họ tên", "Họ, tên", "Tên người dùng", "Cán bộ"), required=True),
            Field(USERNAME, "Tên đăng nhập", ("Tài khoản", "Username", "User", "Tên tài khoản")),
            Field(POST, "Chức vụ", ("Chức danh", "Vị trí việc làm", "Chức vụ, chức danh"), joins=", "),
            Field(
                UNIT,
                "Đơn vị công tác",
                ("Đơn vị", "Cơ quan", "Mã đơn vị", "Phòng, đơn vị", "Nơi công tác"),
                required=True,
                by_group=True,
                fixable=True,
            ),
            Field(EMAIL, "Thư điện tử", ("Email", "E-mail", "Thư công vụ", "Hộp thư")),
            Field(ROLE, "Vai trò", ("Quyền", "Vai trò trên cổng"), fixable=True),
        )
    )


class PeopleReader:
    """Turns rows into people; units, accounts and roles are looked up in what was read once."""

    def __init__(self, units: Sequence[KnownUnit], people: Sequence[KnownPerson]) -> None:
        self._by_id = {unit.id: unit for unit in units}
        self._by_writing: dict[str, set[int]] = defaultdict(set)
        for unit in units:
            for text in (unit.code, unit.name, unit.short_name, f"{unit.code} – {unit.name}"):
                self._by_writing[_bare(text)].add(unit.id)
        self._codes = {unit.code.lower(): unit.id for unit in units}
        self._roles = {fold(text): role for role in Role for text in (role.label, role.value)}
        self._taken = {person.username for person in people}
        self._namesakes: dict[tuple[str, int], list[str]] = defaultdict(list)
        for person in people:
            self._namesakes[person.sort_key, person.home_unit_id].append(person.username)
        self._units = Known[str, set[int]](self._find_units)
        self._near = Known[str, str](self._near_units)

    def unit(self, text: str) -> int | None:
        """The one unit that is written like this, or None."""
        found = self._units[text]
        return next(iter(found)) if len(found) == 1 else None

    def role(self, text: str) -> Role | None:
        """The role that is written like this, or None."""
        return self._roles.get(fold(text))

    def read(self, rows: Rows) -> None:
        """Make a person of each row, or say what is wrong with it."""
        names, posts, emails = rows.column(FULL_NAME), rows.column(POST), rows.column(EMAIL)
        given, roles = rows.column(USERNAME), rows.column(ROLE)
        made = {text.lower() for text in given}
        unnamed: dict[tuple[str, int], int] = {}
        usernames, units = [""] * len(rows), [""] * len(rows)
        commands: list[PersonRow | None] = []
        for index, name in enumerate(names):
            unit_id = self._unit_of(rows, index)
            role = self._role_of(rows, index, roles[index])
            if not name:
                rows.error(index, FULL_NAME, "Thiếu họ và tên.")
            username = given[index].lower()
            if not username and name and unit_id is not None:
                username = self._username_for(rows, index, (person_sort_key(name), unit_id), name, unnamed, made)
                usernames[index] = username
            if unit_id is not None and self._by_id[unit_id].name != rows.column(UNIT)[index]:
                units[index] = self._by_id[unit_id].name
            made.add(username)
            faulty = index in rows.errors or unit_id is None
            commands.append(
                None if faulty else PersonRow(username, name, unit_id or 0, posts[index], emails[index], role)
            )
        rows.commands = commands
        for key, column in ((USERNAME, usernames), (UNIT, units)):
            if any(column):
                rows.read[key] = column

    def _unit_of(self, rows: Rows, index: int) -> int | None:
        text = rows.column(UNIT)[index]
        headings = rows.groups[index] if rows.groups and not text else ()
        found = self.unit(text) if text else next((u for h in headings if (u := self.unit(h)) is not None), None)
        if found is not None:
            return found
        if not text:
            rows.error(index, UNIT, "Thiếu đơn vị công tác.")
        elif len(self._units[text]) > 1:
            codes = ", ".join(
                f"{self._by_id[key].code} – {self._by_id[key].name}" for key in sorted(self._units[text])[:3]
            )
            rows.error(index, UNIT, f"Có nhiều đơn vị tên “{shown(text)}”; xin ghi mã đơn vị: {codes}.")
        else:
            rows.error(index, UNIT, f"Không có đơn vị “{shown(text)}” trong phạm vi của ông/bà{self._near[text]}")
        return None

    def _role_of(self, rows: Rows, index: int, text: str) -> Role | None:
        found = self.role(text) if text else None
        if text and found is None:
            near = difflib.get_close_matches(fold(text), self._roles, SUGGESTIONS)
            names = " hoặc ".join(f"“{self._roles[form].label}”" for form in near)
            rows.error(
                index, ROLE, f"Vai trò “{shown(text)}” không có trên cổng" + (f"; có phải {names}?" if names else ".")
            )
        return found

    def _username_for(
        self,
        rows: Rows,
        index: int,
        who: tuple[str, int],
        name: str,
        unnamed: dict[tuple[str, int], int],
        made: set[str],
    ) -> str:
        """The account of this person in this unit; when there is none, a new name to sign in with."""
        if who in unnamed:
            rows.error(
                index,
                FULL_NAME,
                f"Trùng họ tên và đơn vị với dòng {unnamed[who]}. Nếu là hai người, xin ghi tên đăng nhập.",
            )
            return ""
        unnamed[who] = rows.numbers[index]
        known = self._namesakes.get(who, [])
        if len(known) > 1:
            rows.error(index, USERNAME, "Đơn vị có nhiều người trùng họ tên; xin ghi tên đăng nhập để biết là ai.")
            return ""
        return known[0] if known else new_username(name, lambda free: free not in self._taken and free not in made)

    def _find_units(self, text: str) -> set[int]:
        code = self._codes.get(text.strip().lower())
        return {code} if code is not None else self._by_writing.get(_bare(text), set())

    def _near_units(self, text: str) -> str:
        near = difflib.get_close_matches(_bare(text), list(self._by_writing), SUGGESTIONS, 0.75)
        found = dict.fromkeys(self._by_id[min(self._by_writing[form])].name for form in near)
        names = " hoặc ".join(f"“{name}”" for name in found)
        return f"; có phải {names}?" if names else ". Xin ghi tên hoặc mã đơn vị như trên cổng."


def _bare(text: str) -> str:
    """A unit's name or code as they are compared."""
    return fold(text).strip(" .,;:")


def new_username(full_name: str, is_free: Callable[[str], bool]) -> str:
    """A free name to sign in with: the given name and the initials before it, halt for Lê Thị Hà; then halt2, halt3."""
    words = ["".join(c for c in word if c.isalnum()) for word in fold(full_name).split()]
    words = [word for word in words if word]
    if not words:
        return ""
    stem = (words[-1] + "".join(word[0] for word in words[:-1]))[:50]
    if not stem[0].isalpha():
        stem = f"u{stem}"
    if len(stem) < 2:
        stem = f"{stem}1"
    name, number = stem, 1
    while not is_free(name):
        number += 1
        name = f"{stem}{number}"
    return name


class PeopleTarget:
    """The accounts that the actor manages."""

    def __init__(self, work: Work) -> None:
        self.unit_id = work.actor.home_unit_id
        self._reader = reader = PeopleReader(managed_units(work), known_people(work))
        self.looks: Looks = {
            UNIT: lambda text: reader.unit(text) is not None,
            ROLE: lambda text: reader.role(text) is not None,
            EMAIL: lambda text: "@" in text,
        }

    def notes(self, above: Sequence[str]) -> list[str]:  # noqa: ARG002 - nothing above the table says anything of it
        """None."""
        return []

    def read(self, rows: Rows) -> None:
        """Make a person of each row."""
        self._reader.read(rows)

    def check(self, work: Work, commands: Sequence[PersonRow]) -> Verdicts:
        """What the rows would do to the accounts as they are now."""
        plans = PeoplePlanner(work).plan(commands)
        states = [_state(plan) for plan in plans]
        return Verdicts(
            states,
            {index: plan.changes for index, plan in enumerate(plans) if states[index] is S.CHANGED},
            {index: plan.errors for index, plan in enumerate(plans) if plan.errors},
        )

    def apply(self, work: Work, commands: Sequence[PersonRow]) -> Outcome:
        """Make and correct the accounts."""
        states = [_state(plan) for plan in apply_people(work, commands)]
        return Outcome(states.count(S.NEW), states.count(S.CHANGED), states.count(S.SAME))


def _state(plan: PersonPlan) -> ImportRowState:
    if plan.errors:
        return S.FAULTY
    if plan.found is None:
        return S.NEW
    return S.CHANGED if plan.changes else S.SAME


@dataclass(frozen=True, slots=True)
class PeopleImport:
    """Lists of people who are to use the portal."""

    key: str = PEOPLE
    permission: Permission = Permission.USER_MANAGE
    noun: str = "danh sách người dùng"
    fields: Fields = people_fields()  # noqa: RUF009 - never changed
    most_rows: int = MOST_ROWS
    direct_rows: int = DIRECT_ROWS
    shown: tuple[Shown, ...] = (
        Shown("Họ và tên", (FULL_NAME,), main=True),
        Shown("Tên đăng nhập", (USERNAME,)),
        Shown("Chức vụ, đơn vị", (POST, UNIT)),
        Shown("Vai trò", (ROLE,)),
        Shown("Thư điện tử", (EMAIL,)),
    )

    def batches(self, work: Work) -> Select[ImportBatch]:
        """The actor's own workbooks, while they manage people."""
        return own_batches(PEOPLE, work.actor.user_id if work.actor.can(self.permission) else 0)

    def place(self, work: Work, batch: ImportBatch) -> Place:  # noqa: ARG002 - all go into the one list of people
        """The list of people; afterwards first passwords are given out."""
        return Place(
            crumbs=(Link("Người dùng", "accounts.list_users"),),
            home=Link("Xem danh sách người dùng", "accounts.list_users"),
            upload=Link("Nhập từ Excel", "accounts.new_people_import"),
            after=Link("Cấp mật khẩu lần đầu", "accounts.first_passwords"),
        )

    def target(self, work: Work, subject_id: int | None) -> PeopleTarget:  # noqa: ARG002 - there is no record
        """Raises NotAllowed."""
        if not work.actor.can(self.permission):
            raise NotAllowed
        return PeopleTarget(work)

    def looks(self, work: Work, batch: ImportBatch) -> Looks:  # noqa: ARG002 - the same for every workbook
        """What units, roles and addresses look like."""
        return PeopleTarget(work).looks

    def record(self, work: Work, batch: ImportBatch, step: str, detail: Mapping[str, Any]) -> None:
        """An entry about the import."""
        known = {"sha256": batch.sha256, **detail}
        record(work, ACTIONS[step], "import_batch", batch.id, unit_id=batch.unit_id, detail=known)


ASSIGNABLE = tuple(role for role, spec in ROLES.items() if not spec.confidential)
"""The roles that a workbook can give."""
KINDS: tuple[ImportKind, ...] = (PeopleImport(),)
