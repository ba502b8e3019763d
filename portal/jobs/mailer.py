"""Sending what waits in the outbox: at least once, each message under one Message-ID; without a server all waits."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

import structlog

from portal.config import MailServer
from portal.core.clock import local
from portal.core.db import write_mode
from portal.core.outbox import Outgoing, has_mail, mark_failed, mark_sent, take_next
from portal.core.runtime import Runtime

log = structlog.get_logger("portal.mail")
TIMEOUT = 20.0
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=5)  # between two calls at a server that is away


class Mailer:
    """Hands waiting messages to the mail server of the settings, one connection a round."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.server = runtime.settings.mail
        self._pause = FIRST_PAUSE
        self._not_before: datetime | None = None

    def send_due(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Send every message that is due; returns how many the server took.

        What it refuses waits; a server that does not answer is asked again after a pause that grows to five minutes.
        """
        now = self.runtime.clock.real()
        if self.server is None or (self._not_before and now < self._not_before) or not self._has_mail():
            return 0
        sent = 0
        try:
            with connected(self.server) as connection:
                self._pause, self._not_before = FIRST_PAUSE, None
                while not stopping() and (message := self._take()) is not None:
                    sent += self._send(connection, self.server, message)
        except (OSError, smtplib.SMTPException) as error:
            log.warning("mail_server_away", error=type(error).__name__)
            self._not_before = now + self._pause
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
        return sent

    def _has_mail(self) -> bool:
        with self.runtime.session_factory() as session:
            return has_mail(session, self.runtime.clock.real())

    def _take(self) -> Outgoing | None:
        with write_mode(), self.runtime.session_factory() as session:
            message = take_next(session, self.runtime.clock.real())
            session.commit()
        return message

    def _send(self, connection: smtplib.SMTP, server: MailServer, message: Outgoing) -> bool:
        error: Exception | None = None
        try:
            connection.send_message(self._compose(server, message), server.sender, list(message.mail.to))
        except smtplib.SMTPServerDisconnected as gone:
            self._mark(message, gone)
            raise
        except smtplib.SMTPException as refused:
            error = refused
        self._mark(message, error)
        return error is None

    def _mark(self, message: Outgoing, error: Exception | None) -> None:
        with write_mode(), self.runtime.session_factory() as session:
            if error is None:
                mark_sent(session, message.id, self.runtime.clock.now())
            else:
                mark_failed(session, message, self.runtime.clock.real(), f"{type(error).__name__}: {error}")
            session.commit()
        log.info("mail", message=message.id, sent=error is None, attempt=message.attempts)

    def _compose(self, server: MailServer, message: Outgoing) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = server.sender
        mail["To"] = ", ".join(message.mail.to)
        mail["Subject"] = message.mail.subject
        mail["Date"] = format_datetime(local(self.runtime.clock.now()))
        mail["Message-ID"] = f"<{message.key}@{server.sender.rpartition('@')[2]}>"
        mail.set_content(message.mail.body)
        return mail


@contextmanager
def connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    """A connection to the mail server, signed in when there is a name; raises OSError or SMTPException."""
    context = ssl.create_default_context()
    if server.tls == "tls":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    with connection:
        if server.tls == "starttls":
            connection.starttls(context=context)
        if server.username:
            connection.login(server.username, server.password)
        yield connection
