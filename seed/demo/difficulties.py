"""Difficulties and proposals of the demonstration year, each at its own stage, written by the portal's own services."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.core.clock import LOCAL, Clock, FixedClock
from portal.core.db import write_mode
from portal.domain.access.actor import Work
from portal.domain.accounts.models import UserAccount
from portal.domain.accounts.queries import by_username, load_actor
from portal.domain.calendar.queries import load_calendar
from portal.domain.comments.services import add_comment
from portal.domain.difficulties.comments import COMMENTS
from portal.domain.difficulties.enums import AnswerAudience, DifficultyKind, WorkField
from portal.domain.difficulties.models import Difficulty
from portal.domain.difficulties.services import ItemData, StepData, load_for_write, take_step, write_item
from seed.tables import DEMO, read_table

OFFICE, USUAL_DAYS = "vanphong", 10
STAGES = ("draft", "sent", "received", "assigned", "asked", "in_review", "answered", "closed")
MORNING = time(9, 15)


@dataclass(frozen=True, slots=True)
class Step:
    """Who takes which step, how many working days after the one before."""

    who: str
    action: str
    days: int
    data: StepData


def load_difficulties(session_factory: sessionmaker[Session], clock: Clock) -> int:
    """Write what happened up to the clock's day; returns how many items; nothing when one is there."""
    with write_mode(), session_factory() as session:
        if session.scalars(select(Difficulty.id).limit(1)).first() is not None:
            return 0
        rows = [row for row in read_table("difficulties", DEMO) if _day(row["begun"]) <= clock.today()]
        for row in rows:
            _write(session, row, clock.today())
        session.commit()
    return len(rows)


def _write(session: Session, row: Mapping[str, str], today: date) -> None:
    calendar, day = load_calendar(session), _day(row["begun"])
    at = _acting(session, row["writer"], day)
    kind, field = DifficultyKind(row["kind"]), WorkField(row["work_field"])
    made = write_item(at, at.actor.home_unit_id, ItemData(kind, field, row["title"], row["body"]))
    for step in _steps(session, row):
        day = calendar.add_working_days(day, step.days)
        if day > today:
            return
        at = _acting(session, step.who, day)
        item = load_for_write(at, made.id)
        data = step.data
        if step.action == "assign":
            data = replace(data, due_on=calendar.add_working_days(day, USUAL_DAYS))
        take_step(at, item, step.action, item.version, data)
    if row["comment"]:
        add_comment(_acting(session, row["answerer"], day), COMMENTS, made.id, row["comment"])


def _steps(session: Session, row: Mapping[str, str]) -> Iterator[Step]:
    """The way up to the stage that the row names."""
    writer, answerer, stage = row["writer"], row["answerer"], row["stage"]
    if stage == "refused":
        yield Step(writer, "send", 0, StepData())
        yield Step(OFFICE, "open", 1, StepData())
        yield Step(OFFICE, "refuse", 1, StepData(row["answer"]))
        return
    reached = STAGES.index(stage)
    person = session.scalars(select(UserAccount.id).where(UserAccount.username == answerer)).one_or_none()
    audience = AnswerAudience(row["audience"] or "unit")
    way = (
        Step(writer, "send", 0, StepData()),
        Step(OFFICE, "open", 1, StepData()),
        Step(OFFICE, "assign", 1, StepData(assignee_id=person)),
        Step(answerer, "ask_back", 2, StepData(row["answer"])),
        Step(answerer, "submit_answer", 4, StepData(answer=row["answer"])),
        Step("phogiamdoc", "approve", 2, StepData(audience=audience, name_shown=row["name_shown"] == "1")),
        Step(writer, "close", 2, StepData()),
    )
    for place, step in enumerate(way, start=1):
        if place <= reached and (step.action != "ask_back" or stage == "asked"):
            yield step


def _acting(session: Session, username: str, day: date) -> Work:
    """This person at work on that morning."""
    user = session.scalars(by_username(username)).one()
    moment = datetime.combine(day, MORNING, LOCAL) + timedelta(minutes=user.id % 60)
    return Work(session, load_actor(session, user, day), FixedClock(moment), "seed")


def _day(text: str) -> date:
    return date.fromisoformat(text)
