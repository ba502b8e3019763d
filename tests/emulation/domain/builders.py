"""What the tests of emulation arrange: registrations in every state, reached by the services as people reach them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.core.workflow import WorkflowStep, trail_of
from portal.domain.access.actor import Work
from portal.domain.access.enums import Role
from portal.domain.accounts.models import RoleAssignment, UserAccount
from portal.domain.audit.models import AuditEntry
from portal.domain.emulation.catalogue_models import EmulationTitle, RegistrationPeriod
from portal.domain.emulation.enums import SubjectKind
from portal.domain.emulation.models import EmulationRegistration, RegistrationEditor, RegistrationLine
from portal.domain.emulation.queries import OBJECT_TYPE
from portal.domain.emulation.services import lines, registrations, workflow
from portal.domain.emulation.services.lines import LineData
from portal.domain.emulation.services.registrations import ContentData, load_for_write
from portal.domain.emulation.services.workflow import PaperData
from portal.domain.units.models import Unit

WorkAs = Callable[[str], contextlib.AbstractContextManager[Work]]
PAPER = PaperData("15/UBND-NV", date(2023, 3, 14), "Lê Văn Quyết", "Phó Chủ tịch")
CONTENT = "Hoàn thành tốt nhiệm vụ năm 2023."


def assign(session: Session, world: World, username: str, role: Role, unit: str, giver: str | None = None) -> None:
    """Give a person a role; with `giver` by delegation, in the giver's name."""
    session.add(
        RoleAssignment(
            user_id=world.user_id(username),
            role=role,
            unit_id=world.units[unit],
            valid_from=date(2023, 1, 1),
            given_by_id=world.user_id(giver) if giver else None,
            reason="Đi công tác" if giver else "",
            created_at=datetime(2023, 1, 1, tzinfo=UTC),
        )
    )
    session.commit()


@dataclass
class World:
    """Ids of the start data, read once, and the verbs that the tests repeat."""

    work_as: WorkAs
    titles: dict[str, int]
    units: dict[str, int]
    periods: dict[str, int]
    session_factory: sessionmaker[Session]

    def rows(self, stmt: Any) -> list[Any]:
        """What a statement gives, in a reading session of its own."""
        with self.session_factory() as session:
            return list(session.execute(stmt))

    def all(self, stmt: Any) -> list[Any]:
        """The scalars of a statement, in a reading session of its own."""
        with self.session_factory() as session:
            return list(session.scalars(stmt))

    def user_id(self, username: str) -> int:
        """An account's id."""
        return int(self.all(select(UserAccount.id).where(UserAccount.username == username))[0])

    def editors(self, key: int) -> int:
        """How many people stand behind the registration since the last return."""
        return len(self.all(select(RegistrationEditor.id).where(RegistrationEditor.registration_id == key)))

    def trail(self, key: int) -> list[WorkflowStep]:
        """The steps taken, in their order."""
        return self.all(trail_of(OBJECT_TYPE, key))

    def actions(self, key: int) -> list[str]:
        """The audit actions about a registration, in their order."""
        about = (AuditEntry.object_type == OBJECT_TYPE, AuditEntry.object_id == str(key))
        return self.all(select(AuditEntry.action).where(*about).order_by(AuditEntry.id))

    def person(
        self, name: str = "Nguyễn Văn An", title: str = "LDTT", post: str = "Chuyên viên", **more: Any
    ) -> LineData:
        return LineData(SubjectKind.PERSON, name, self.titles[title], post, **more)

    def collective(self, name: str = "Phòng Nội vụ", title: str = "TTLDTT", **more: Any) -> LineData:
        return LineData(SubjectKind.COLLECTIVE, name, self.titles[title], **more)

    def opened(self, who: str, unit: str, period: str = "2023", *data: LineData) -> int:
        """A draft with content and lines; its id."""
        with self.work_as(who) as work:
            made = registrations.open_registration(work, self.units[unit], self.periods[period])
            registrations.save_content(work, made, made.version, ContentData(CONTENT, 40))
            for line in data or (self.person(),):
                lines.add_line(work, made, line)
            return made.id

    def sent_by_district(self, *data: LineData, paper: PaperData = PAPER) -> int:
        """Văn Giang's registration, submitted by the officer and sent by the head."""
        key = self.opened("vangiang", "326", "2023", *data)
        self.step("vangiang", key, "submit")
        self.step("vangiang.lanhdao", key, "send", paper)
        return key

    def sent_by_commune(self, *data: LineData) -> int:
        """Xuân Quan's registration, sent by its officer as signed on paper."""
        key = self.opened("xuanquan", "12022", "2023", *data)
        self.step("xuanquan", key, "send_signed", replace(PAPER, signer_name="Đàm Văn Lợi", signer_title="Chủ tịch"))
        return key

    def step(self, who: str, key: int, action: str, *args: Any) -> None:
        """Take a step with the version that is there now."""
        verb = {"return": "return_registration"}.get(action, action)
        with self.work_as(who) as work:
            found = load_for_write(work, key)
            getattr(workflow, verb)(work, found, found.version, *args)

    def edit(self, who: str, key: int, verb: Callable[..., Any], *args: Any) -> Any:
        """Run a service on the registration."""
        with self.work_as(who) as work:
            return verb(work, load_for_write(work, key), *args)

    def line_ids(self, key: int) -> list[int]:
        stmt = select(RegistrationLine.id).where(RegistrationLine.registration_id == key)
        return self.all(stmt.order_by(RegistrationLine.position, RegistrationLine.id))

    def get(self, key: int) -> EmulationRegistration:
        with self.session_factory() as session:
            return session.get_one(EmulationRegistration, key)


def make_world(runtime: Any, work_as: WorkAs) -> World:
    with runtime.session_factory() as session:
        return World(
            work_as,
            {t.code: t.id for t in session.scalars(select(EmulationTitle))},
            dict(session.execute(select(Unit.code, Unit.id)).all()),
            {p.code: p.id for p in session.scalars(select(RegistrationPeriod))},
            runtime.session_factory,
        )
