"""The digest: one mail a person on working days, from 7:30, with what waits, is due and was told; once a day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.core.clock import LOCAL, FixedClock
from portal.core.jobs import Job, OutboxMessage
from portal.core.manifest import DueItem, Manifest, Shown, WaitingItem
from portal.core.notices import MailChoice, People
from portal.core.outbox import Post, attach
from portal.core.runtime import Runtime
from portal.domain.accounts.models import UserAccount
from portal.domain.calendar.queries import load_calendar
from portal.domain.notifications.digest import digest_of
from portal.domain.notifications.models import Notice, NoticeSetting
from portal.domain.notifications.queries import DIGEST
from portal.domain.notifications.services import notify
from portal.jobs.digest import KIND, PERIODIC, SendDigests
from portal.jobs.waker import Waker
from portal.jobs.worker import Worker

OPEN = Shown("Chưa xong", "idle", "circle-dashed")
TOLD = "emulation.to_approve"
MORNING = timedelta(hours=7, minutes=30)


@pytest.fixture
def posting(runtime: Runtime) -> Iterator[None]:
    """The portal as it is with a mail server and its own address."""
    attach(runtime.session_factory, Post("https://cong.hungyen.example"))
    yield
    attach(runtime.session_factory, None)


@pytest.fixture
def reader(session: Session, person_id: Callable[[str], int]) -> int:
    """Only one person has an address."""
    session.execute(update(UserAccount).values(email=""))
    mine = update(UserAccount).where(UserAccount.id == person_id("vangiang"))
    session.execute(mine.values(email="vangiang@hungyen.example"))
    session.commit()
    return person_id("vangiang")


@pytest.fixture
def at(clock: FixedClock) -> Callable[..., None]:
    """at(date(2023, 3, 15), MORNING): set the clock to this moment in Vietnam."""

    def move(day: date, hour: timedelta = MORNING) -> None:
        clock.instant = datetime.combine(day, datetime.min.time(), LOCAL) + hour

    return move


def worker(runtime: Runtime) -> Worker:
    return Worker(runtime, Waker(runtime.settings), {KIND: SendDigests()}, PERIODIC)


def mails(session: Session) -> list[dict[str, Any]]:
    found = list(session.scalars(select(OutboxMessage.payload).order_by(OutboxMessage.id)))
    session.rollback()
    return found


@pytest.mark.usefixtures("posting", "reader")
def test_days_of_the_digest_over_tet(session: Session, runtime: Runtime, at: Callable[..., None]) -> None:
    """Tết 2023 is off from 20/01 to 26/01; each working day has one mail, however often the workers look."""
    day = date(2023, 1, 18)
    while day < date(2023, 2, 1):
        at(day)
        for _ in range(2):
            worker(runtime).schedule()
            worker(runtime).run_one()
        day += timedelta(days=1)
    days = [mail["subject"].removeprefix("Cổng Nội vụ: bản tin ngày ") for mail in mails(session)]
    assert days == ["18/01/2023", "19/01/2023", "27/01/2023", "30/01/2023", "31/01/2023"]
    assert all(mail["to"] == ["vangiang@hungyen.example"] for mail in mails(session))


@pytest.mark.usefixtures("posting", "reader")
def test_the_digest_waits_for_its_hour_and_is_for_its_own_day(
    session: Session, runtime: Runtime, at: Callable[..., None]
) -> None:
    at(date(2023, 3, 15), MORNING - timedelta(minutes=1))
    worker(runtime).schedule()
    assert session.scalars(select(Job)).all() == []
    session.rollback()
    at(date(2023, 3, 15))
    worker(runtime).schedule()
    at(date(2023, 3, 16), timedelta(hours=6))  # nobody worked all day
    worker(runtime).run_one()
    assert mails(session) == []


def test_nothing_is_made_without_a_mail_server(session: Session, runtime: Runtime, at: Callable[..., None]) -> None:
    at(date(2023, 3, 15))
    worker(runtime).run_pending()
    assert mails(session) == []
    assert session.scalars(select(Job.result)).one()["message"] == "Chưa có máy chủ thư nên không gửi bản tin."


@pytest.mark.usefixtures("posting")
def test_notices_are_in_one_digest_and_the_choice_counts(
    session: Session, runtime: Runtime, reader: int, work_as: Any, unit_id: Any, at: Callable[..., None]
) -> None:
    session.add(NoticeSetting(user_id=reader, kind=TOLD, on_portal=True, mail=MailChoice.DIGEST, updated_at=_now()))
    session.commit()
    for key, text in (("một", "Bản đăng ký Văn Giang chờ duyệt"), ("hai", "Bản đăng ký đã đọc")):
        with work_as("thidua") as work:
            notify(work, TOLD, key, text, [People([reader])], unit_id=unit_id("326"))
    session.execute(update(Notice).where(Notice.key == "hai").values(unread=0))
    session.execute(update(Notice).values(permission=""))
    session.commit()
    at(date(2023, 3, 15))
    worker(runtime).schedule()
    worker(runtime).run_one()
    (first,) = mails(session)
    assert "Thông báo chưa đọc (1):\n- Bản đăng ký Văn Giang chờ duyệt" in first["body"]
    assert "https://cong.hungyen.example/" in first["body"]
    at(date(2023, 3, 16))
    worker(runtime).schedule()
    worker(runtime).run_one()
    assert "Thông báo chưa đọc" not in mails(session)[1]["body"]
    session.add(NoticeSetting(user_id=reader, kind=DIGEST, on_portal=False, mail=MailChoice.NONE, updated_at=_now()))
    session.commit()
    at(date(2023, 3, 17))
    worker(runtime).schedule()
    worker(runtime).run_one()
    assert len(mails(session)) == 2


def test_what_a_digest_says(runtime: Runtime, actor_of: Any, work_as: Any) -> None:
    waits = WaitingItem("Gửi đăng ký: Văn Giang", "Thi đua", "x.show", {"id": 1}, due_on=date(2023, 3, 13))
    same = DueItem("t:1", "Gửi đăng ký: Văn Giang", "Thi đua", "x.show", {"id": 1}, date(2023, 3, 13), OPEN)
    today = DueItem("t:2", "Trả lời: Biên chế", "Thi đua", "x.show", {"id": 2}, date(2023, 3, 15), OPEN)
    done = DueItem("t:3", "Việc đã xong", "Thi đua", "x.show", {"id": 3}, date(2023, 3, 15), OPEN, done=True)
    secret = DueItem("k:1", "Tên người tố cáo", "Tố cáo", "k.show", {"id": 1}, date(2023, 3, 15), OPEN)
    shown = Manifest("t", "Thi đua", waiting=lambda *_: [waits], due=lambda *_: [same, today, done])
    quiet = Manifest("k", "Tố cáo", due=lambda *_: [secret], confidential=True)
    with work_as("vangiang") as work:
        calendar = load_calendar(work.session)
        found = digest_of(work, calendar, [shown, quiet])
        nothing = digest_of(work, calendar, [replace(shown, waiting=None, due=None)])
    assert nothing is None
    assert found is not None
    assert list(found.lines) == [
        "Đang chờ ông/bà (1):",
        "- Gửi đăng ký: Văn Giang; hạn 13/03/2023, quá hạn 2 ngày",
        "",
        "Sắp đến hạn, quá hạn (1):",
        "- Trả lời: Biên chế; hạn 15/03/2023, hôm nay",
        "",
        "Có 1 việc khác, xin xem trên cổng.",
    ]


def _now() -> datetime:
    return datetime(2023, 3, 14, 9, tzinfo=LOCAL)
