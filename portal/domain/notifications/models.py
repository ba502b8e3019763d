"""Notices to people, and what each person chose for each kind."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, KeyText, enum_type
from portal.core.notices import MailChoice


class Notice(Base):
    """What one person was told. `key` names the effect: a repeat tells nobody twice.

    `permission` is what its reader must still hold over `unit_id`. `unread` is 1 or 0, so that the unread come first
    in one index; what is not `on_portal` is only mailed. `for_digest` waits for the next digest.
    """

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("receiver_id", "key"),
        CheckConstraint("unread IN (0, 1)", name="unread"),
        Index("ix_notice_bell", "receiver_id", "unread", "id"),
        Index("ix_notice_created_at", "created_at"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    receiver_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    kind: Mapped[str] = mapped_column(KeyText(60))
    key: Mapped[str] = mapped_column(KeyText(160))
    text: Mapped[str] = mapped_column(String(300))
    endpoint: Mapped[str] = mapped_column(String(80), default="")
    link_values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    permission: Mapped[str] = mapped_column(KeyText(60), default="")
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    unread: Mapped[int] = mapped_column(Integer, default=1)
    on_portal: Mapped[bool] = mapped_column(default=True)
    for_digest: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column()
    read_at: Mapped[datetime | None] = mapped_column()


class NoticeSetting(Base):
    """What a person chose for one kind of notices; without it the kind's own choice holds."""

    __tablename__ = "notice_setting"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(KeyText(60), primary_key=True)
    on_portal: Mapped[bool] = mapped_column()
    mail: Mapped[MailChoice] = mapped_column(enum_type(MailChoice, 10))
    updated_at: Mapped[datetime] = mapped_column()
