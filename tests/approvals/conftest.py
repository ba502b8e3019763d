"""A kind of papers for the tests of chains, its chain, and the verbs that they repeat."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from portal.core.runtime import Runtime
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission, Role
from portal.domain.accounts import services as accounts
from portal.domain.accounts.models import RoleAssignment, UserAccount
from portal.domain.accounts.services import DelegationData
from portal.domain.approvals import kinds as kinds_module
from portal.domain.approvals import queries
from portal.domain.approvals.enums import StepRelation
from portal.domain.approvals.kinds import DocumentKind, RecordView
from portal.domain.approvals.models import Approval, ApprovalMove
from portal.domain.approvals.services import chains, papers
from portal.domain.approvals.services.chains import ChainStepData
from portal.domain.approvals.services.papers import StepData

WorkAs = Callable[[str], AbstractContextManager[Work]]
KIND = "test_paper"
D, B = StepRelation.DIVISION, StepRelation.BODY
STEPS = (
    ChainStepData("Trưởng phòng cho ý kiến", Role.DIVISION_HEAD, D, days=2),
    ChainStepData("Phó Giám đốc cho ý kiến", Role.DEPUTY_DIRECTOR, B, may_skip=True, may_finish=True, days=2),
    ChainStepData("Giám đốc duyệt", Role.DIRECTOR, B, may_finish=True, days=3),
)
TITLE = "Tờ trình về việc đề nghị tặng Bằng khen"


@dataclass
class Papers:
    """What the tests do to papers of the kind."""

    work_as: WorkAs
    unit_id: int
    followed: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    count: int = 0

    def begin(self, username: str = "thidua", title: str = TITLE) -> int:
        """A draft of this person's."""
        self.count += 1
        with self.work_as(username) as work:
            return papers.begin(work, KIND, self.count, title, self.unit_id).id

    def edit(self, username: str, key: int) -> None:
        """This person changes the paper's record."""
        with self.work_as(username) as work:
            paper = work.session.get_one(Approval, key)
            papers.begin_edit(work, paper)
            papers.finish_edit(work, paper, paper.title)

    def step(
        self, username: str, key: int, action: str, opinion: str = "", to: int | None = None, version: int | None = None
    ) -> Approval:
        """This person takes a step of the version that they see now (or of another)."""
        with self.work_as(username) as work:
            seen = work.session.get_one(Approval, key).version if version is None else version
            return papers.take_step(work, key, StepData(action, seen, opinion, to))

    def at(self, key: int, *steps: tuple[str, str]) -> int:
        """Take several steps, each (who, action)."""
        for username, action in steps:
            self.step(username, key, action, "Xin sửa căn cứ" if action in ("back", "return", "reopen") else "")
        return key

    def look(self, key: int) -> Approval:
        with self.work_as("giamdoc") as work:
            found = work.session.get_one(Approval, key)
            work.session.expunge(found)
            return found

    def waits_for(self, username: str) -> list[int]:
        """The papers that wait for this person."""
        with self.work_as(username) as work:
            reader = queries.reader_of(work.session, work.actor, work.today())
            return [row.id for row in work.session.execute(queries.waiting_papers(reader))]

    def sees(self, username: str) -> list[int]:
        """The papers that this person may see."""
        with self.work_as(username) as work:
            reader = queries.reader_of(work.session, work.actor, work.today())
            return sorted(row.id for row in work.session.execute(queries.papers(reader, queries.PaperFilter())))

    def moves(self, key: int) -> list[ApprovalMove]:
        """The trail, the oldest first."""
        with self.work_as("giamdoc") as work:
            found = list(work.session.scalars(select(ApprovalMove).where(ApprovalMove.approval_id == key)))
            work.session.expunge_all()
            return found

    def delegate(self, giver: str, receiver: str, role: Role) -> None:
        """The giver hands their role to the receiver until the end of the month."""
        with self.work_as(giver) as work:
            people = dict(work.session.execute(select(UserAccount.username, UserAccount.id)).all())
            held = work.session.scalars(
                select(RoleAssignment.id).where(
                    RoleAssignment.user_id == work.actor.user_id, RoleAssignment.role == role
                )
            ).one()
            data = DelegationData(people[receiver], [held], date(2023, 3, 15), date(2023, 3, 31), "GUQ số 12")
            assert accounts.delegate(work, data).made


def publish(work: Work, kind: str, steps: Any) -> int:
    """A new edition with these steps alone, published; its id."""
    made = chains.begin_edition(work, kind)
    while work.session.scalars(queries.steps_of(made.id)).first() is not None:
        chains.remove_step(work, made.id, made.version, 1)
    for step in steps:
        chains.add_step(work, made.id, made.version, step)
    return chains.publish(work, made.id, made.version).id


@pytest.fixture
def kind_of_papers(app: Any, monkeypatch: pytest.MonkeyPatch) -> Papers:
    """The kind itself, without a chain."""
    made = Papers(lambda _: None, 0)  # type: ignore[arg-type,return-value]  # completed by `world`
    kind = DocumentKind(
        KIND,
        "Tờ trình thử",
        view=Permission.COMPLETENESS_VIEW,
        edit=Permission.REGISTRATION_RECEIVE,
        endpoint="home.show_home",
        key="so",
        show=lambda _work, key: RecordView((("Số thứ tự", key),), ("Nội dung của tờ trình.",)),
        faults=lambda _work, _key: made.faults,
        follow=lambda _work, _key, action: made.followed.append(action),
    )
    known = dict(kinds_module.kinds())
    monkeypatch.setattr(kinds_module, "_known", lambda: known | {KIND: kind})
    return made


@pytest.fixture
def world(kind_of_papers: Papers, runtime: Runtime, work_as: WorkAs, unit_id: Callable[[str], int]) -> Papers:
    """The kind with its chain in force: Trưởng phòng, Phó Giám đốc (may be passed over, may finish), Giám đốc."""
    kind_of_papers.work_as, kind_of_papers.unit_id = work_as, unit_id("33")
    with work_as("vanphong") as work:
        publish(work, KIND, STEPS)
    return kind_of_papers
