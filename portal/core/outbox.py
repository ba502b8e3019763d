"""Messages that leave the house.

They are queued in the transaction that asks for them and sent at least once, always under the same Message-ID.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.core.clock import Clock
from portal.core.job_queue import SOONEST, WAKE
from portal.core.jobs import OutboxMessage
from portal.core.text import clean

MAIL = "mail"
POST = "portal_post"
KEEP_SENT, KEEP_UNSENT = timedelta(days=60), timedelta(days=14)
SENDING = timedelta(minutes=2)
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Post:
    """That mail can be sent, and the address that its links begin with (empty: it holds none)."""

    public_url: str = ""

    def link(self, path: str) -> str:
        """The address of a page of the portal; empty where the portal's own is not set."""
        return f"{self.public_url}{path}" if self.public_url else ""


def attach(factory: Any, post: Post | None) -> None:
    """Let the sessions of this maker know whether mail can be sent; without a server nothing is queued."""
    factory.configure(info={**(factory.kw.get("info") or {}), POST: post})


def post_of(session: Session) -> Post | None:
    """Whether mail can be sent; None: whoever would queue one leaves it."""
    found: Post | None = session.info.get(POST)
    return found


@dataclass(frozen=True, slots=True)
class Mail:
    """A plain text mail. Of confidential features it says only that there is something new."""

    to: tuple[str, ...]
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message that this worker is to send now; `key` is the fixed part of its Message-ID."""

    id: int
    key: str
    mail: Mail
    attempts: int


def queue_mail(session: Session, clock: Clock, *, unique_key: str, to: Sequence[str], subject: str, body: str) -> int:
    """Queue a mail in the caller's transaction and return its id; a repeat with the same `unique_key` queues nothing.

    Raises ValueError without a recipient, or where an address or the subject would break out of its header.
    """
    if not to or any("\n" in value or "\r" in value for value in (*to, subject)):
        raise ValueError("A mail needs a recipient, and headers of one line.")
    key = hashlib.sha256(unique_key.encode()).hexdigest()[:40]
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    values: dict[str, Any] = {
        "kind": MAIL,
        "message_id": key,
        "payload": {"to": list(to), "subject": clean(subject), "body": body},
        "attempts": 0,
        "next_at": SOONEST,
        "error": "",
        "created_at": clock.now(),
    }
    insert = dialect.insert(OutboxMessage).values(values)
    asked = insert.on_conflict_do_nothing(index_elements=[OutboxMessage.message_id])
    if session.scalar(asked.returning(OutboxMessage.id)) is not None:
        session.info[WAKE] = True
    return session.scalars(select(OutboxMessage.id).where(OutboxMessage.message_id == key)).one()


def take_next(session: Session, now: datetime) -> Outgoing | None:
    """Take the next message that is due and set it aside for as long as sending may last; None when there is none.

    The caller commits, sends, and tells `mark_sent` or `mark_failed`. What a dying worker leaves is sent again.
    """
    found = select(OutboxMessage).where(_due(now)).order_by(OutboxMessage.next_at, OutboxMessage.id).limit(1)
    message = session.scalars(
        found.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    ).one_or_none()
    if message is None:
        return None
    message.next_at = now + SENDING
    message.attempts += 1
    session.flush()
    payload = message.payload
    mail = Mail(tuple(payload["to"]), payload["subject"], payload["body"])
    return Outgoing(message.id, message.message_id, mail, message.attempts)


def has_mail(session: Session, now: datetime) -> bool:
    """Whether a message is due; a plain read."""
    return session.scalar(select(OutboxMessage.id).where(_due(now)).limit(1)) is not None


def mark_sent(session: Session, message_id: int, now: datetime) -> None:
    """The server took the message."""
    session.execute(
        update(OutboxMessage).where(OutboxMessage.id == message_id).values(sent_at=now, error="", payload={})
    )


def mark_failed(session: Session, sent: Outgoing, now: datetime, error: str) -> None:
    """The server did not take it: wait longer after each attempt."""
    pause = min(FIRST_PAUSE * 2 ** min(sent.attempts - 1, 12), LONGEST_PAUSE)
    session.execute(
        update(OutboxMessage).where(OutboxMessage.id == sent.id).values(next_at=now + pause, error=error[:500])
    )


def drop_old_mail(session: Session, now: datetime) -> int:
    """Forget what was sent sixty days ago, and give up what could not be sent for two weeks; returns how many."""
    sent = OutboxMessage.sent_at < now - KEEP_SENT
    given_up = and_(OutboxMessage.sent_at.is_(None), OutboxMessage.created_at < now - KEEP_UNSENT)
    gone = delete(OutboxMessage).where(OutboxMessage.kind == MAIL, or_(sent, given_up)).returning(OutboxMessage.id)
    return len(session.scalars(gone.execution_options(synchronize_session=False)).all())


def _due(now: datetime) -> ColumnElement[bool]:
    return and_(OutboxMessage.kind == MAIL, OutboxMessage.sent_at.is_(None), OutboxMessage.next_at <= now)
