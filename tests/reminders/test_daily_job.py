"""The daily job over Tết 2023, day by day: the right people on the right days, each effect once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.core.clock import LOCAL, FixedClock, local
from portal.core.jobs import Job, OutboxMessage
from portal.core.manifest import DueItem, Manifest, Shown
from portal.core.outbox import Post, attach
from portal.core.runtime import Runtime
from portal.domain.accounts.models import UserAccount
from portal.domain.calendar.queries import load_calendar
from portal.domain.notifications.models import Notice
from portal.domain.reminders import services
from portal.domain.reminders.models import ReminderRule
from portal.domain.reminders.queries import all_rules
from portal.domain.reminders.services import reminders_of
from portal.jobs import digest as digest_job
from portal.jobs import reminders as reminder_job
from portal.jobs.waker import Waker
from portal.jobs.worker import Worker
from tests.emulation.domain.builders import WorkAs

OPEN = Shown("Chưa xong", "idle", "circle-dashed")
DUE = {"trước Tết": date(2023, 1, 19), "trong Tết": date(2023, 1, 23), "sau Tết": date(2023, 1, 27)}


def item(name: str, due_on: date, **more: Any) -> DueItem:
    return DueItem(f"t:{name}", f"Việc {name}", "Thi đua", "home.show_home", {}, due_on, OPEN, **more)


def due(work: Any, first: date, last: date) -> list[DueItem]:
    """Three things of one person, which another watches over."""
    watched = {"vangiang": False, "vangiang.lanhdao": True}.get(work.actor.username)
    if watched is None:
        return []
    return [item(name, day, watched=watched) for name, day in DUE.items() if first <= day <= last]


@pytest.fixture
def feature(monkeypatch: pytest.MonkeyPatch) -> None:
    """One feature alone, in which three things fall due around Tết."""
    monkeypatch.setattr(services, "manifests", lambda: (Manifest("t", "Thi đua", due=due),))


@pytest.fixture
def posting(runtime: Runtime) -> Iterator[None]:
    attach(runtime.session_factory, Post(""))
    yield
    attach(runtime.session_factory, None)


@pytest.fixture
def days(runtime: Runtime, clock: FixedClock) -> Callable[[date, date], None]:
    """days(first, last): from day to day two workers look at what is owed, again and again."""
    kinds: Mapping[str, Any] = {reminder_job.KIND: reminder_job.RemindAll(), digest_job.KIND: digest_job.SendDigests()}
    periodic = (*reminder_job.PERIODIC, *digest_job.PERIODIC)

    def pass_by(first: date, last: date) -> None:
        day = first
        while day <= last:
            for hour in (5, 6, 8):
                clock.instant = datetime(day.year, day.month, day.day, hour, tzinfo=LOCAL)
                worker = Worker(runtime, Waker(runtime.settings), kinds, periodic)
                worker.schedule()
                while worker.run_one():
                    pass
            day += timedelta(days=1)

    return pass_by


def told(session: Session) -> list[tuple[date, str, str]]:
    stmt = select(Notice.created_at, UserAccount.username, Notice.text).join(
        UserAccount, UserAccount.id == Notice.receiver_id
    )
    rows = session.execute(stmt.where(Notice.kind == services.KIND).order_by(Notice.id)).all()
    session.rollback()
    return [(local(at).date(), who, text) for at, who, text in rows]


@pytest.mark.usefixtures("feature", "posting")
def test_reminders_and_digests_day_by_day_over_tet(
    session: Session, days: Callable[[date, date], None], person_id: Callable[[str], int]
) -> None:
    session.execute(update(UserAccount).where(UserAccount.id != person_id("vangiang")).values(email=""))
    session.execute(update(UserAccount).where(UserAccount.id == person_id("vangiang")).values(email="v@h.example"))
    session.commit()
    days(date(2023, 1, 13), date(2023, 1, 31))
    d = date
    assert [(day, text) for day, _, text in told(session)] == [
        (d(2023, 1, 16), "Nhắc việc: Việc trước Tết; hạn 19/01/2023, còn 3 ngày làm việc"),
        (d(2023, 1, 17), "Nhắc việc: Việc trong Tết; hạn 23/01/2023, còn 2 ngày làm việc"),
        (d(2023, 1, 17), "Nhắc việc: Việc sau Tết; hạn 27/01/2023, còn 3 ngày làm việc"),
        (d(2023, 1, 19), "Nhắc việc: Việc trước Tết; hạn 19/01/2023, hôm nay"),
        (d(2023, 1, 19), "Nhắc việc: Việc trong Tết; hạn 23/01/2023, từ nay đến hạn là ngày nghỉ"),
        (d(2023, 1, 27), "Nhắc việc: Việc trước Tết; hạn 19/01/2023, quá hạn 8 ngày"),
        (d(2023, 1, 27), "Nhắc việc: Việc trong Tết; hạn 23/01/2023, quá hạn 4 ngày"),
        (d(2023, 1, 27), "Nhắc việc: Việc sau Tết; hạn 27/01/2023, hôm nay"),
        (d(2023, 1, 30), "Nhắc việc: Việc sau Tết; hạn 27/01/2023, quá hạn 3 ngày"),
    ]
    assert {who for _, who, _ in told(session)} == {"vangiang"}  # who only watches is not reminded
    mails = list(session.scalars(select(OutboxMessage.payload).order_by(OutboxMessage.id)))
    sent = [mail["subject"][-10:-5] for mail in mails]
    off = {date(2023, 1, day) for day in (14, 15, *range(20, 27), 28, 29)}
    working = [d(2023, 1, day) for day in range(13, 32) if d(2023, 1, day) not in off]
    assert sent == [f"{day:%d/%m}" for day in working]
    session.rollback()


@pytest.mark.usefixtures("feature")
def test_a_day_without_a_worker_is_made_up_for(session: Session, days: Callable[[date, date], None]) -> None:
    days(date(2023, 1, 18), date(2023, 1, 18))
    assert [text.split(";")[0] for _, _, text in told(session)] == [f"Nhắc việc: Việc {name}" for name in DUE]


@pytest.mark.usefixtures("feature")
def test_a_paused_rule_and_one_of_another_area_remind_nobody(
    session: Session, days: Callable[[date, date], None]
) -> None:
    session.execute(update(ReminderRule).where(ReminderRule.side == "before").values(paused=True))
    session.execute(update(ReminderRule).where(ReminderRule.side == "on").values(area="approvals"))
    session.commit()
    days(date(2023, 1, 16), date(2023, 1, 19))
    assert told(session) == []
    results = list(session.scalars(select(Job.result).where(Job.kind == reminder_job.KIND)))
    assert {result["message"] for result in results} == {"Đã nhắc 0 việc."}
    session.rollback()


def test_of_a_confidential_feature_only_a_count_is_told(
    work_as: WorkAs, monkeypatch: pytest.MonkeyPatch, clock: FixedClock
) -> None:
    secret = Manifest("k", "Tố cáo", due=due, confidential=True)
    monkeypatch.setattr(services, "manifests", lambda: (secret,))
    clock.instant = datetime(2023, 1, 19, 6, tzinfo=LOCAL)
    with work_as("vangiang") as work:
        found = reminders_of(work, load_calendar(work.session), work.session.scalars(all_rules()).all())
    assert {one.item.title for one in found} == {"Có 1 việc đến hạn"}
