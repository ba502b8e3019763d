"""Private drafts: what a person has typed and not yet sent, kept for them alone, sealed, also when it is not valid.

A parked form is a draft too: what was sent when its session had ended. It stands beside the draft for half an hour.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Integer,
    Select,
    String,
    Text,
    UniqueConstraint,
    delete,
    false,
    or_,
    select,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.core.clock import Clock
from portal.core.db import Base
from portal.core.errors import RuleBroken
from portal.core.keyring import KeyRing

PURPOSE = "draft"
KEEP = timedelta(days=30)
KEEP_PARKED = timedelta(minutes=30)
LARGEST = 256 * 1024
MOST_PARKED = 10

Fields = Mapping[str, Sequence[str]]
"""A form's fields as they are sent: name to its values."""


class DraftTooLarge(RuleBroken):
    """More than a draft may hold."""

    message = "Nội dung dài quá mức giữ được ở bản nháp (256 kB). Xin lưu từng phần."


class Draft(Base):
    """The draft of one person for one form.

    `base_version` is the record's version when they began. `page_left`: the page was left in good order; else it is
    open still, or the browser broke down. `parked`: sent without a session, kept for half an hour.
    """

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("user_id", "record_type", "record_key", "parked"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    record_type: Mapped[str] = mapped_column(String(60))
    record_key: Mapped[str] = mapped_column(String(60))
    base_version: Mapped[int] = mapped_column(Integer)
    sealed: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime] = mapped_column(index=True)
    page_left: Mapped[bool] = mapped_column(default=False, server_default=false())
    parked: Mapped[bool] = mapped_column(default=False, server_default=false())


@dataclass(frozen=True, slots=True)
class Slot:
    """Whose draft of which form: `record_type` names the form, `record_key` the record."""

    user_id: int
    record_type: str
    record_key: str

    @property
    def context(self) -> str:
        """What the seal is bound to: a draft that was moved to another person or form does not open."""
        return f"{self.user_id}/{self.record_type}/{self.record_key}"


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft as it is read."""

    fields: dict[str, list[str]]
    base_version: int
    saved_at: datetime
    left: bool
    parked: bool


@dataclass(frozen=True, slots=True)
class DraftBox:
    """The drafts of a process: where they are kept, how they are sealed, what time it is."""

    session: Session
    keyring: KeyRing
    clock: Clock

    def save(self, slot: Slot, fields: Fields, base_version: int, *, left: bool = False) -> Draft:
        """Keep the fields in place of this person's earlier draft of the form. Raises DraftTooLarge."""
        draft = self._put(slot, fields, base_version, parked=False)
        draft.page_left = left
        self.session.flush()
        self.session.execute(
            delete(Draft).where(Draft.user_id == slot.user_id, _same(slot), Draft.parked)
        )  # taken up again
        return draft

    def park(self, slot: Slot, fields: Fields, base_version: int) -> bool:
        """Keep what was sent without a session; False when this person has too many parked forms already.

        Raises DraftTooLarge.
        """
        self.session.execute(delete(Draft).where(Draft.parked, Draft.saved_at < self.clock.now() - KEEP_PARKED))
        others = select(Draft.id).where(Draft.user_id == slot.user_id, Draft.parked, ~_same(slot)).limit(MOST_PARKED)
        if len(self.session.scalars(others).all()) >= MOST_PARKED:
            return False
        self._put(slot, fields, base_version, parked=True)
        return True

    def load(self, slot: Slot) -> Kept | None:
        """The person's draft of one form, what was parked before what was saved; None when there is none."""
        return self.load_all(slot.user_id, [slot.record_type], slot.record_key).get((slot.record_type, slot.record_key))

    def load_all(self, user_id: int, record_types: Sequence[str], record_key: str) -> dict[tuple[str, str], Kept]:
        """The person's drafts of several forms of one record: of `record_key` and of what stands below it (7, 7/12)."""
        below = Draft.record_key.startswith(f"{record_key}/", autoescape=True)
        rows = self.session.scalars(
            select(Draft)
            .where(
                Draft.user_id == user_id,
                Draft.record_type.in_(record_types),
                or_(Draft.record_key == record_key, below),
            )
            .order_by(Draft.parked, Draft.id)
        )
        found = {}
        for row in rows:
            kept = self._open(row)
            if kept is not None:
                found[row.record_type, row.record_key] = kept
        return found

    def drop(self, slot: Slot) -> None:
        """Forget what was saved and what was parked: the content was taken or given up."""
        self.session.execute(delete(Draft).where(Draft.user_id == slot.user_id, _same(slot)))

    def _put(self, slot: Slot, fields: Fields, base_version: int, *, parked: bool) -> Draft:
        raw = json.dumps({name: list(values) for name, values in fields.items()}, ensure_ascii=False).encode()
        if len(raw) > LARGEST:
            raise DraftTooLarge
        values = {
            "base_version": base_version,
            "sealed": self.keyring.encrypt(PURPOSE, raw, slot.context),
            "saved_at": self.clock.now(),
        }
        draft = self.session.scalars(_one(slot, parked)).one_or_none() or self._add(slot, parked, values)
        for name, value in values.items():
            setattr(draft, name, value)
        self.session.flush()
        return draft

    def _add(self, slot: Slot, parked: bool, values: Mapping[str, object]) -> Draft:
        """A new row; when another request of this person was faster, theirs."""
        made = Draft(
            user_id=slot.user_id, record_type=slot.record_type, record_key=slot.record_key, parked=parked, **values
        )
        try:
            with self.session.begin_nested():
                self.session.add(made)
        except IntegrityError:
            return self.session.scalars(_one(slot, parked)).one()
        return made

    def _open(self, row: Draft) -> Kept | None:
        """The draft out of its seal; None when it is past its time or the seal does not fit (a key that has gone)."""
        if row.parked and row.saved_at < self.clock.now() - KEEP_PARKED:
            return None
        slot = Slot(row.user_id, row.record_type, row.record_key)
        try:
            fields = json.loads(self.keyring.decrypt(PURPOSE, row.sealed, slot.context))
        except (ValueError, RuntimeError):
            return None
        return Kept(fields, row.base_version, row.saved_at, row.page_left, row.parked)


def drop_old_drafts(session: Session, clock: Clock) -> int:
    """Remove drafts that nobody touched for thirty days and parked forms past their time; returns how many."""
    now = clock.now()
    past = or_(Draft.saved_at < now - KEEP, Draft.parked & (Draft.saved_at < now - KEEP_PARKED))
    ids = list(session.scalars(select(Draft.id).where(past)))
    session.execute(delete(Draft).where(Draft.id.in_(ids)))
    return len(ids)


def _same(slot: Slot) -> ColumnElement[bool]:
    return (Draft.record_type == slot.record_type) & (Draft.record_key == slot.record_key)


def _one(slot: Slot, parked: bool) -> Select[Draft]:
    return select(Draft).where(Draft.user_id == slot.user_id, _same(slot), Draft.parked.is_(parked))
