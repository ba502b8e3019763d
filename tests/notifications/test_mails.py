"""Notices by mail: in the notice's transaction, each once, in no more words; nothing piles up without a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import url_for
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.config import MailServer
from portal.core.clock import FixedClock
from portal.core.jobs import OutboxMessage
from portal.core.notices import MailChoice, People
from portal.core.outbox import Post, attach, drop_old_mail
from portal.core.runtime import Runtime
from portal.domain.accounts.models import UserAccount
from portal.domain.notifications import services
from portal.domain.notifications.kinds import kinds
from portal.domain.notifications.mails import NOTICE_PATH
from portal.domain.notifications.models import NoticeSetting
from portal.domain.notifications.services import notify
from portal.jobs.mailer import Mailer
from tests.e2e.portal_server import free_port
from tests.jobs.smtp_server import mail_server

PUBLIC = "https://cong.hungyen.example/noi-vu"
KIND = "emulation.to_approve"  # mailed at once until a person chooses otherwise


@pytest.fixture
def posting(runtime: Runtime) -> Iterator[None]:
    """The portal as it is with a mail server and its own address."""
    attach(runtime.session_factory, Post(PUBLIC))
    yield
    attach(runtime.session_factory, None)


@pytest.fixture
def addressed(session: Session, person_id: Callable[[str], int]) -> dict[str, int]:
    """Two people with an address, one without."""
    people = {name: person_id(name) for name in ("vangiang", "vangiang.lanhdao", "khoaichau")}
    session.execute(update(UserAccount).values(email=""))
    for name in ("vangiang", "vangiang.lanhdao"):
        changed = update(UserAccount).where(UserAccount.id == people[name])
        session.execute(changed.values(email=f"{name}@hungyen.example"))
    session.commit()
    return people


@pytest.fixture
def tell(work_as: Any, addressed: dict[str, int], unit_id: Any) -> Callable[[str], None]:
    def run(key: str, kind: str = KIND) -> None:
        with work_as("thidua") as work:
            notify(work, kind, key, "Bản đăng ký chờ duyệt", [People([*addressed.values()])], unit_id=unit_id("326"))

    return run


def mailer(runtime: Runtime, port: int) -> Mailer:
    sender = Mailer(runtime)
    sender.server = MailServer("127.0.0.1", port, "cong@noivu.example", "none")
    return sender


@pytest.mark.usefixtures("posting")
def test_a_notice_is_mailed_once_to_each_who_wants_it(
    runtime: Runtime, tell: Callable[[str], None], told: Any, app: Any, session: Session, addressed: dict[str, int]
) -> None:
    for _ in range(2):
        tell("một")
    with mail_server() as box:
        assert mailer(runtime, box.port).send_due() == 2
    assert sorted(to for (to,) in box.recipients) == ["vangiang.lanhdao@hungyen.example", "vangiang@hungyen.example"]
    (mail,) = [m for m in box.mails if m["To"] == "vangiang@hungyen.example"]
    assert mail["Subject"] == "Cổng Nội vụ: Bản đăng ký chờ duyệt"
    (notice,) = told("vangiang")
    assert f"Mở trên cổng: {PUBLIC}/thong-bao/{notice.id}" in mail.get_content()
    with app.test_request_context():
        assert url_for("notifications.show_notice", notice_id=notice.id) == NOTICE_PATH.format(notice.id)
    chosen = {"on_portal": True, "updated_at": runtime.clock.now()}
    for name, mail_choice in (("vangiang", MailChoice.NONE), ("vangiang.lanhdao", MailChoice.DIGEST)):
        session.add(NoticeSetting(user_id=addressed[name], kind=KIND, mail=mail_choice, **chosen))
    session.commit()
    tell("hai")
    with mail_server() as box:
        assert mailer(runtime, box.port).send_due() == 0
    assert [n.for_digest for n in told("vangiang.lanhdao")] == [False, True]


def test_without_a_server_nothing_piles_up(tell: Callable[[str], None], told: Any, read: Callable[..., Any]) -> None:
    tell("một")
    assert len(told("vangiang")) == 1
    assert read(select(OutboxMessage)) == []


def test_without_its_own_address_the_portal_sends_no_link(
    runtime: Runtime, posting: None, tell: Callable[[str], None], read: Callable[..., Any]
) -> None:
    attach(runtime.session_factory, Post())
    tell("một")
    body = read(select(OutboxMessage))[0].payload["body"]
    assert "Bản đăng ký chờ duyệt" in body
    assert "Mở trên cổng" not in body
    assert "http" not in body


@pytest.mark.usefixtures("posting")
def test_what_is_rolled_back_is_not_mailed(
    work_as: Any, addressed: dict[str, int], unit_id: Any, read: Callable[..., Any]
) -> None:
    def tell_and_fail() -> None:
        with work_as("thidua") as work:
            notify(work, KIND, "x", "Chờ duyệt", [People([*addressed.values()])], unit_id=unit_id("326"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        tell_and_fail()
    assert read(select(OutboxMessage)) == []


@pytest.mark.usefixtures("posting")
def test_of_a_confidential_feature_the_mail_says_only_that_there_is_something(
    tell: Callable[[str], None], read: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = kinds()[KIND]
    quiet = replace(found, feature=replace(found.feature, confidential=True, searchable=(), comment_owners=()))
    monkeypatch.setattr(services, "kinds", lambda: {**kinds(), KIND: quiet})
    tell("kín")
    payload = read(select(OutboxMessage))[0].payload
    assert payload["subject"] == "Cổng Nội vụ: Có việc mới"
    assert "đăng ký" not in payload["body"]


@pytest.mark.usefixtures("posting")
def test_a_server_that_is_away_or_refuses_gets_the_mail_later(
    runtime: Runtime, clock: FixedClock, tell: Callable[[str], None]
) -> None:
    tell("một")
    port = free_port()
    sender = mailer(runtime, port)  # the server is down
    assert sender.send_due() == 0
    with mail_server(port=port) as box:
        assert sender.send_due() == 0, "not asked again at once"
        clock.advance(timedelta(seconds=5))
        box.answer = "451 later"
        assert sender.send_due() == 0
        clock.advance(timedelta(minutes=1))
        box.answer = "554 not taken"
        assert sender.send_due() == 0
        clock.advance(timedelta(minutes=1))
        assert sender.send_due() == 0, "the pause grows"
        clock.advance(timedelta(minutes=1))
        box.answer = "250 taken"
        assert sender.send_due() == 2
        assert sender.send_due() == 0
    assert len({mail["Message-ID"] for mail in box.mails}) == 2


@pytest.mark.usefixtures("posting")
def test_old_mail_is_forgotten_and_what_cannot_be_sent_given_up(
    session: Session, clock: FixedClock, tell: Callable[[str], None]
) -> None:
    tell("một")
    first = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).first()
    assert first is not None
    first.sent_at = clock.now()
    session.commit()
    assert drop_old_mail(session, clock.now() + timedelta(days=13)) == 0
    assert drop_old_mail(session, clock.now() + timedelta(days=15)) == 1
    assert drop_old_mail(session, clock.now() + timedelta(days=61)) == 1
    session.commit()
