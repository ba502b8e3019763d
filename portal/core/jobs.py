"""Background work as rows.

The job table is the truth, a worker is only woken; a killed one is replaced and goes on from the checkpoint.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, enum_type


class JobState(StrEnum):
    """A job's life: queued, running under a lease, then done or failed."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"

    @property
    def label(self) -> str:
        return _STATE[self][0]

    @property
    def tone(self) -> str:
        return _STATE[self][1]

    @property
    def icon(self) -> str:
        return _STATE[self][2]


_STATE = {
    JobState.QUEUED: ("Đang chờ", "idle", "clock"),
    JobState.RUNNING: ("Đang chạy", "run", "progress"),
    JobState.DONE: ("Đã xong", "ok", "circle-check"),
    JobState.FAILED: ("Không thành công", "bad", "alert-octagon"),
}


class Job(Base):
    """One piece of background work.

    `unique_key` keeps the same request from being queued twice; `checkpoint` is where it goes on.
    """

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_pick", "state", "run_at", "id"), Index("ix_job_owner", "owner_id", "id"))

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    unique_key: Mapped[str] = mapped_column(String(200), unique=True)
    state: Mapped[JobState] = mapped_column(enum_type(JobState, 20), default=JobState.QUEUED)
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    run_at: Mapped[datetime] = mapped_column()
    lease_by: Mapped[str] = mapped_column(String(60), default="")
    lease_until: Mapped[datetime | None] = mapped_column()
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    max_attempts: Mapped[int] = mapped_column(Integer, default=5)
    checkpoint: Mapped[dict[str, Any]] = mapped_column(default=dict)
    progress: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int] = mapped_column(Integer, default=0)
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column()
    finished_at: Mapped[datetime | None] = mapped_column()


class OutboxMessage(Base):
    """A message that leaves the house at least once, with a fixed Message-ID, after the transaction that asked for
    it.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (Index("ix_outbox_message_pick", "sent_at", "next_at", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_at: Mapped[datetime] = mapped_column()
    sent_at: Mapped[datetime | None] = mapped_column()
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column()
