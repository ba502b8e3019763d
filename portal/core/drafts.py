"""Private drafts: what a person has typed and not yet sent, kept for them alone, sealed, also when it is not valid."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Integer, Select, String, Text, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.core.clock import Clock
from portal.core.db import Base
from portal.core.keyring import KeyRing

PURPOSE = "draft"
KEEP = timedelta(days=30)


class Draft(Base):
    """The draft of one person for one form: `base_version` is the record's version when they began."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("user_id", "record_type", "record_key"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    record_type: Mapped[str] = mapped_column(String(60))
    record_key: Mapped[str] = mapped_column(String(60))
    base_version: Mapped[int] = mapped_column(Integer)
    sealed: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime] = mapped_column(index=True)


def _context(user_id: int, record_type: str, record_key: str) -> str:
    return f"{user_id}/{record_type}/{record_key}"


def save_draft(
    session: Session,
    keyring: KeyRing,
    clock: Clock,
    *,
    user_id: int,
    record_type: str,
    record_key: str,
    base_version: int,
    data: Mapping[str, list[str]],
) -> Draft:
    """Keep the fields of a form (name to its values), replacing this person's earlier draft of the same form."""
    draft = session.scalars(_one(user_id, record_type, record_key)).one_or_none()
    if draft is None:
        draft = Draft(user_id=user_id, record_type=record_type, record_key=record_key)
        session.add(draft)
    raw = json.dumps({k: list(v) for k, v in data.items()}, ensure_ascii=False).encode()
    draft.base_version = base_version
    draft.sealed = keyring.encrypt(PURPOSE, raw, _context(user_id, record_type, record_key))
    draft.saved_at = clock.now()
    session.flush()
    return draft


def load_draft(
    session: Session, keyring: KeyRing, *, user_id: int, record_type: str, record_key: str
) -> tuple[Draft, dict[str, list[str]]] | None:
    """The person's draft and its fields, or None."""
    draft = session.scalars(_one(user_id, record_type, record_key)).one_or_none()
    if draft is None:
        return None
    fields = json.loads(keyring.decrypt(PURPOSE, draft.sealed, _context(user_id, record_type, record_key)))
    return draft, fields


def drop_draft(session: Session, *, user_id: int, record_type: str, record_key: str) -> None:
    """Forget the draft: its content was saved or given up."""
    session.execute(
        delete(Draft).where(Draft.user_id == user_id, Draft.record_type == record_type, Draft.record_key == record_key)
    )


def drop_old_drafts(session: Session, clock: Clock) -> int:
    """Remove drafts that nobody touched for thirty days; returns how many."""
    stale = select(Draft.id).where(Draft.saved_at < clock.now() - KEEP)
    ids = list(session.scalars(stale))
    session.execute(delete(Draft).where(Draft.id.in_(ids)))
    return len(ids)


def _one(user_id: int, record_type: str, record_key: str) -> Select[Draft]:
    return select(Draft).where(
        Draft.user_id == user_id, Draft.record_type == record_type, Draft.record_key == record_key
    )
