"""Objects of the shared features, made for the world of the access table."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.clock import Clock
from portal.domain.access.enums import Role
from portal.domain.accounts.models import UserAccount, UserSession
from portal.domain.comments.models import Comment
from portal.domain.difficulties.enums import AnswerAudience, DifficultyKind, DifficultyState, WorkField
from portal.domain.difficulties.models import Difficulty
from portal.domain.emulation.comments import COMMENTS
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
