"""Mail: sent at least once under one Message-ID, waiting while there is no server, later again when it was refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.config import MailServer
from portal.core.clock import FixedClock
from portal.core.jobs import OutboxMessage
from portal.core.outbox import queue_mail, take_next
from portal.core.runtime import Runtime
from portal.jobs.mailer import Mailer
from tests.jobs.smtp_server import certificate, mail_server

SENDER = "cong@noivu.example"


def queue(session: Any, runtime: Any, key: str = "nhac-han:1", to: str = "can.bo@hungyen.example") -> int:
    made = queue_mail(
        session,
        runtime.clock,
        unique_key=key,
        to=[to],
        subject="Nhắc hạn gửi đăng ký thi đua",
        body="Kính gửi ông/bà,\n\nHạn gửi là 31/03/2023.\n",
    )
    session.commit()
    return made


def mailer(runtime: Any, port: int, **more: Any) -> Mailer:
    server = MailServer("127.0.0.1", port, SENDER, **{"tls": "none", **more})
    sender = Mailer(runtime)
    sender.server = server
    return sender


def row(session: Any, message_id: int) -> OutboxMessage:
    stmt = select(OutboxMessage).where(OutboxMessage.id == message_id).execution_options(populate_existing=True)
    found: OutboxMessage = session.scalars(stmt).one()
    return found


def test_a_mail_is_sent_and_marked(session: Session, runtime: Runtime) -> None:
    message_id = queue(session, runtime)
    key = row(session, message_id).message_id
    session.rollback()
    with mail_server() as box:
        assert mailer(runtime, box.port).send_due() == 1
        assert mailer(runtime, box.port).send_due() == 0
    (mail,) = box.mails
    assert mail["Subject"] == "Nhắc hạn gửi đăng ký thi đua"
    assert mail["From"] == SENDER
    assert mail["To"] == "can.bo@hungyen.example"
    assert mail["Message-ID"] == f"<{key}@noivu.example>"
    assert mail["Date"] == "Wed, 15 Mar 2023 09:00:00 +0700"
    assert "Hạn gửi là 31/03/2023." in mail.get_content()
    kept = row(session, message_id)
    assert (kept.sent_at, kept.payload, kept.attempts) == (runtime.clock.now(), {}, 1)


def test_asking_twice_queues_one_mail(session: Session, runtime: Runtime) -> None:
    assert queue(session, runtime) == queue(session, runtime)
    assert queue(session, runtime, "nhac-han:2") != queue(session, runtime)


@pytest.mark.parametrize(
    ("to", "subject"),
    [([], "x"), (["a@b.example\nBcc: c@d.example"], "x"), (["a@b.example"], "x\r\nBcc: c@d.example")],
)
def test_headers_cannot_be_broken_out_of(session: Session, runtime: Runtime, to: Any, subject: Any) -> None:
    with pytest.raises(ValueError, match="header"):
        queue_mail(session, runtime.clock, unique_key="k", to=to, subject=subject, body="")


def test_without_a_server_mail_waits(session: Session, runtime: Runtime) -> None:
    message_id = queue(session, runtime)
    sender = Mailer(runtime)
    assert sender.server is None
    assert sender.send_due() == 0
    assert row(session, message_id).attempts == 0


def test_while_the_server_is_away_mail_waits_without_counting(session: Session, runtime: Runtime) -> None:
    message_id = queue(session, runtime)
    assert mailer(runtime, 1).send_due() == 0
    assert row(session, message_id).attempts == 0


def test_a_refused_mail_waits_longer_each_time_and_holds_up_no_other(
    session: Session, runtime: Runtime, clock: FixedClock
) -> None:
    refused = queue(session, runtime, "a", "khong.co@hungyen.example")
    other = queue(session, runtime, "b")
    with mail_server() as box:
        box.refuse = "khong.co@hungyen.example"
        assert mailer(runtime, box.port).send_due() == 1
        kept = row(session, refused)
        assert (kept.sent_at, kept.attempts, kept.next_at) == (None, 1, clock.real() + timedelta(minutes=1))
        assert "SMTPRecipientsRefused" in kept.error
        assert row(session, other).sent_at is not None
        session.rollback()
        assert mailer(runtime, box.port).send_due() == 0
        clock.advance(timedelta(minutes=1))
        assert mailer(runtime, box.port).send_due() == 0
        assert row(session, refused).next_at == clock.real() + timedelta(minutes=2)
        session.rollback()
        box.refuse = ""
        clock.advance(timedelta(minutes=2))
        assert mailer(runtime, box.port).send_due() == 1
    kept = row(session, refused)
    assert (kept.sent_at, kept.error) == (clock.now(), "")


def test_a_broken_connection_sends_again_under_the_same_id(
    session: Session, runtime: Runtime, clock: FixedClock
) -> None:
    message_id = queue(session, runtime)
    queue(session, runtime, "b")
    with mail_server() as box:
        box.hang_up = True
        assert mailer(runtime, box.port).send_due() == 0
        assert row(session, message_id).sent_at is None
        session.rollback()
        box.hang_up = False
        clock.advance(timedelta(minutes=5))
        assert mailer(runtime, box.port).send_due() == 2
    ids = [mail["Message-ID"] for mail in box.mails]
    assert ids[0] == ids[1] or ids.count(ids[0]) == 2
    assert len(set(ids)) == 2


def test_a_worker_killed_while_sending_leaves_the_mail_to_the_next(
    session: Session, runtime: Runtime, clock: FixedClock
) -> None:
    queue(session, runtime)
    taken = take_next(session, clock.real())
    session.commit()
    assert taken is not None
    assert take_next(session, clock.real()) is None
    session.rollback()
    clock.advance(timedelta(minutes=2))
    again = take_next(session, clock.real())
    assert again is not None
    assert (again.key, again.attempts) == (taken.key, 2)


def test_sending_stops_when_the_worker_stops(session: Session, runtime: Runtime) -> None:
    for n in range(3):
        queue(session, runtime, f"k{n}")
    asked = iter([False, False, True])
    with mail_server() as box:
        assert mailer(runtime, box.port).send_due(lambda: next(asked)) == 2


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_mail_goes_encrypted_and_signed_in(
    session: Session, runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tls: Any
) -> None:
    context, trusted = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    queue(session, runtime)
    with mail_server(context, from_first_byte=tls == "tls") as box:
        assert mailer(runtime, box.port, tls=tls, username="cong", password="mat-khau").send_due() == 1
    assert box.encrypted == [True]
    assert box.signed_in == ["cong:mat-khau"]


def test_a_server_that_is_not_trusted_gets_nothing(session: Session, runtime: Runtime, tmp_path: Path) -> None:
    context, _ = certificate(tmp_path)
    queue(session, runtime)
    with mail_server(context) as box:
        assert mailer(runtime, box.port, tls="starttls", username="cong", password="mat-khau").send_due() == 0
    assert (box.mails, box.signed_in) == ([], [])


def test_the_settings_name_the_server(runtime: Runtime) -> None:
    server = MailServer("mail.example", 587, SENDER)
    assert Mailer(replace_settings(runtime, server)).server is server


def replace_settings(runtime: Any, server: MailServer) -> Any:
    return type(runtime)(
        replace(runtime.settings, mail=server),
        runtime.engine,
        runtime.session_factory,
        runtime.keyring,
        runtime.files,
        runtime.clock,
    )
