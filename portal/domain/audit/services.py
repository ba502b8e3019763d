"""Writing the audit log: entries wait in the session and are chained as the last thing before the commit.

One HMAC link covers a transaction's entries; the chain's head is locked last, so that writers do not queue behind
slow work.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import event, insert, select, update
from sqlalchemy.orm import Session, sessionmaker

from portal.core.db import write_mode
from portal.core.keyring import KeyRing
from portal.domain.access.actor import Work
from portal.domain.audit.models import AuditEntry, AuditHead, AuditLink

PURPOSE = "audit"
GENESIS = "0" * 64
_PENDING = "audit_pending"
_KEYRING = "audit_keyring"


@dataclass(frozen=True, slots=True)
class EntryData:
    """One entry before it is chained; `detail` must be plain JSON."""

    at: datetime
    action: str
    actor_id: int | None
    on_behalf_of_id: int | None = None
    object_type: str = ""
    object_id: str = ""
    unit_id: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    request_id: str = ""
    address: str = ""


def attach(session_factory: sessionmaker[Any], keyring: KeyRing) -> None:
    """Chain the entries of every session of this factory before each commit."""
    event.listen(session_factory, "before_commit", lambda session: _seal_whole(session, keyring))
    event.listen(session_factory, "after_rollback", _forget)


@contextmanager
def attempt(session: Session) -> Iterator[None]:
    """A part of a transaction that may fail alone: when it raises, its changes and its entries are gone, and what was
    done before it stays.
    """
    before = len(pending(session))
    try:
        with session.begin_nested():
            yield
    except BaseException:
        del pending(session)[before:]
        raise


def record(
    work: Work,
    action: str,
    object_type: str = "",
    object_id: object = "",
    *,
    unit_id: int | None = None,
    on_behalf_of_id: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add an entry to this transaction. Of confidential features `detail` holds field names only, never values.

    `on_behalf_of_id`: in whose name it was done; when none is given, in whose name alone the actor came in.
    """
    entry = EntryData(
        at=work.clock.now(),
        action=action,
        actor_id=work.actor.user_id or None,
        on_behalf_of_id=work.on_behalf_of_id if on_behalf_of_id is None else on_behalf_of_id,
        object_type=object_type,
        object_id=str(object_id),
        unit_id=unit_id,
        detail=dict(detail or {}),
        request_id=work.request_id,
        address=work.address,
    )
    pending(work.session).append(entry)


def pending(session: Session) -> list[EntryData]:
    """The entries that wait for this session's commit."""
    entries: list[EntryData] = session.info.setdefault(_PENDING, [])
    return entries


def _seal_whole(session: Session, keyring: KeyRing) -> None:
    """Chain at the end of the transaction, not of a savepoint in it: the head is locked last."""
    if not session.in_nested_transaction():
        seal(session, keyring)


def _forget(session: Session) -> None:
    """What was rolled back is not logged; a part that failed alone (see `attempt`) takes only its own entries along."""
    if not session.in_nested_transaction():
        session.info.pop(_PENDING, None)


def record_now(session_factory: sessionmaker[Session], entry: EntryData) -> None:
    """Write one entry in a transaction of its own: for what must be kept although the request fails.

    Call it only when the request's own transaction has ended. Raises when it could not be written: a confidential
    page is then not sent.
    """
    with write_mode(), session_factory() as session:
        pending(session).append(entry)
        session.execute(select(AuditHead.id))  # opens the transaction, so that the commit hook runs inside it
        session.commit()


def seal(session: Session, keyring: KeyRing) -> None:
    """Chain the waiting entries.

    Lock the head, write the link and its entries, move the head. The caller commits at once after it.
    """
    entries: list[EntryData] = session.info.pop(_PENDING, [])
    if not entries:
        return
    session.flush()
    head = session.execute(select(AuditHead.seq, AuditHead.hash).where(AuditHead.id == 1).with_for_update()).one()
    seq = head.seq + 1
    digest = link_hash(keyring, keyring.current, seq, head.hash, entries)
    session.execute(
        insert(AuditLink).values(
            seq=seq,
            previous_hash=head.hash,
            hash=digest,
            key_id=keyring.current,
            entry_count=len(entries),
            at=entries[-1].at,
        )
    )
    session.execute(insert(AuditEntry), [{**asdict(e), "link_seq": seq} for e in entries])
    session.execute(update(AuditHead).where(AuditHead.id == 1).values(seq=seq, hash=digest))


def link_hash(keyring: KeyRing, key_id: str, seq: int, previous: str, entries: Sequence[EntryData]) -> str:
    """The HMAC of a link over its place, the hash before it and its entries in a canonical form."""
    body = json.dumps(
        [seq, previous, [canonical(e) for e in entries]], ensure_ascii=False, separators=(",", ":"), sort_keys=True
    )
    return keyring.sign(PURPOSE, body.encode(), key_id)


def canonical(entry: EntryData) -> list[Any]:
    """An entry's values in a fixed order and form, alike before writing and after reading."""
    values = asdict(entry)
    values["at"] = entry.at.isoformat(timespec="microseconds")
    values["detail"] = json.loads(json.dumps(dict(entry.detail), ensure_ascii=False))
    return [values[name] for name in sorted(values)]
