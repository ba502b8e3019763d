"""The audit log: append-only entries, one HMAC link for each transaction, and the chain's head."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base

BigId = BigInteger().with_variant(Integer(), "sqlite")


class AuditLink(Base):
    """One transaction's link: `hash` authenticates its entries, its sequence number and the hash before it."""

    __tablename__ = "audit_link"

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    key_id: Mapped[str] = mapped_column(String(40))
    entry_count: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column()


class AuditEntry(Base):
    """Who did what to which object, when, from where, and for whom.

    `detail` of confidential features holds field names only.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_at", "at", "id"),
        Index("ix_audit_entry_actor", "actor_id", "id"),
        Index("ix_audit_entry_behalf", "on_behalf_of_id", "id"),
        Index("ix_audit_entry_object", "object_type", "object_id", "id"),
        Index("ix_audit_entry_action", "action", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    link_seq: Mapped[int] = mapped_column(ForeignKey("audit_link.seq"), index=True)
    at: Mapped[datetime] = mapped_column()
    action: Mapped[str] = mapped_column(String(60))
    actor_id: Mapped[int | None] = mapped_column(Integer)
    on_behalf_of_id: Mapped[int | None] = mapped_column(Integer)
    object_type: Mapped[str] = mapped_column(String(60), default="")
    object_id: Mapped[str] = mapped_column(String(64), default="")
    unit_id: Mapped[int | None] = mapped_column(Integer)
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    request_id: Mapped[str] = mapped_column(String(40), default="")
    address: Mapped[str] = mapped_column(String(45), default="")


class AuditHead(Base):
    """The chain's end: one row, locked last in every transaction that writes entries."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    seq: Mapped[int] = mapped_column(BigId)
    hash: Mapped[str] = mapped_column(String(64))
