"""Objects of the shared features, made for the world of the access table."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.clock import Clock
from portal.domain.access.enums import Role
from portal.domain.accounts.models import UserAccount, UserSession
from portal.domain.approvals.enums import ApprovalState
from portal.domain.approvals.models import Approval, ChainDefinition, ChainStep
from portal.domain.comments.models import Comment
from portal.domain.difficulties.enums import AnswerAudience, DifficultyKind, DifficultyState, WorkField
from portal.domain.difficulties.models import Difficulty
from portal.domain.emulation.catalogue_models import EmulationTitle, RegistrationPeriod
from portal.domain.emulation.comments import COMMENTS
from portal.domain.emulation.enums import SubjectKind
from portal.domain.emulation.proposal_models import EmulationProposal, ProposalLine
from portal.domain.emulation.queries.proposals import KIND
from portal.domain.lists.models import BulkRun, SavedFilter
from portal.domain.notifications.models import Notice


def comment_on(
    session: Session, clock: Clock, registration_id: int, unit_id: int, officer: Role | None, other_id: int
) -> int:
    """A comment on what a unit sent, written by the officer of the table who works there, else by another."""
    author = session.scalars(select(UserAccount.id).where(UserAccount.username == f"role.{officer}")).one_or_none()
    made = Comment(
        owner_type=COMMENTS.object_type,
        owner_id=registration_id,
        unit_id=unit_id,
        author_id=author or other_id,
        body="Xin xem lại mục 2",
        created_at=clock.now(),
    )
    session.add(made)
    session.flush()
    return made.id


def run_of(session: Session, clock: Clock, user_id: int) -> int:
    """Something that was done to many rows of the list of units."""
    made = BulkRun(
        user_id=user_id,
        token="lan",
        list_name="don-vi",
        action="gi-do",
        at=clock.now(),
        done=2,
        result={"skipped": [["Xã A", "Lý do"]]},
    )
    session.add(made)
    session.flush()
    return made.id


def saved_of(session: Session, clock: Clock, owner_id: int) -> int:
    """A filter of the list of units, kept to oneself."""
    made = SavedFilter(owner_id=owner_id, list_name="don-vi", name="Xã", query="q=xa", created_at=clock.now())
    session.add(made)
    session.flush()
    return made.id


def notice_of(session: Session, clock: Clock, user_id: int) -> int:
    """A notice of this person."""
    made = Notice(
        receiver_id=user_id,
        kind="accounts.delegation",
        key="a",
        text="Được ủy quyền",
        endpoint="home.show_home",
        created_at=clock.now(),
    )
    session.add(made)
    session.flush()
    return made.id


def session_of(session: Session, clock: Clock, user_id: int) -> int:
    """Another session of this person."""
    now = clock.now()
    made = UserSession(token_hash=f"another-{user_id}", user_id=user_id, created_at=now, seen_at=now)
    session.add(made)
    session.flush()
    return made.id


def difficulty_of(session: Session, clock: Clock, unit_id: int, user_id: int, state: DifficultyState) -> int:
    """A difficulty of a unit; an answered one is open to all."""
    answered = state is DifficultyState.ANSWERED
    made = Difficulty(
        unit_id=unit_id,
        kind=DifficultyKind.DIFFICULTY,
        work_field=WorkField.OTHER,
        title="Thiếu mẫu biểu",
        folded="thieu mau bieu",
        body="Xin hướng dẫn",
        state=state,
        year=2023,
        created_by_id=user_id,
        created_at=clock.now(),
        sent_at=None if state is DifficultyState.DRAFT else clock.now(),
        answer="Xem Công văn hướng dẫn" if answered else "",
        decided_at=clock.now() if answered else None,
        audience=AnswerAudience.ALL if answered else None,
    )
    session.add(made)
    session.flush()
    return made.id


def proposal_of(session: Session, clock: Clock, unit_id: int, state: ApprovalState) -> dict[str, int | str]:
    """A tờ trình of the Sở with one line, drawn up by the emulation officer of the table, with its way."""
    now = clock.now()
    author = session.scalars(
        select(UserAccount.id).where(UserAccount.username == f"role.{Role.EMULATION_OFFICER}")
    ).one()
    made = EmulationProposal(
        period_id=session.scalars(select(RegistrationPeriod.id).where(RegistrationPeriod.code == "2023")).one(),
        unit_id=unit_id,
        subject="Về việc đề nghị khen thưởng",
        line_count=1,
        created_by_id=author,
        created_at=now,
        updated_at=now,
    )
    session.add(made)
    session.flush()
    title = session.scalars(select(EmulationTitle.id).where(EmulationTitle.code == "BKT")).one()
    line = ProposalLine(proposal_id=made.id, position=1, subject=SubjectKind.PERSON, name="Đỗ Thị Hoà", title_id=title)
    running = state is ApprovalState.RUNNING
    chain = session.scalars(select(ChainDefinition.id).where(ChainDefinition.kind_code == KIND)).one()
    way = Approval(
        kind_code=KIND,
        record_id=made.id,
        title="Tờ trình về việc đề nghị khen thưởng",
        folded="to trinh ve viec de nghi khen thuong",
        unit_id=unit_id,
        division_id=unit_id,
        definition_id=chain if running else None,
        state=state,
        position=1 if running else 0,
        drafted_by_id=author,
        created_at=now,
        updated_at=now,
        submitted_at=now if running else None,
        arrived_at=now,
    )
    session.add_all([line, way])
    session.flush()
    return {"proposal_id": made.id, "line_id": line.id, "approval_id": way.id}


def chain_of(session: Session, clock: Clock) -> dict[str, int | str]:
    """An edition of the chain of tờ trình that is being written, with one step."""
    now = clock.now()
    made = ChainDefinition(kind_code=KIND, edition=2, created_at=now, changed_at=now)
    session.add(made)
    session.flush()
    session.add(
        ChainStep(definition_id=made.id, position=1, label="Giám đốc duyệt", role=Role.DIRECTOR, may_finish=True)
    )
    session.flush()
    return {"kind_code": KIND, "position": 1}
