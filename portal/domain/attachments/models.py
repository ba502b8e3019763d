"""Files that records hold: the row is the owner's, the content lies in the file store under its hash."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, KeyText, Versioned, enum_type
from portal.domain.attachments.enums import FileType, PreviewState, ScanState


class StoredFile(Base):
    """One file of one record; `kind` says what it is to the record, `scan_state` what a virus scanner has said of it.

    A removed file (`removed_at`) is shown to nobody and can be taken back until its kind's days are over.
    """

    __tablename__ = "stored_file"
    __table_args__ = (
        Index("ix_stored_file_owner", "owner_type", "owner_id"),
        Index("ix_stored_file_sha256", "sha256"),
        Index("ix_stored_file_scan", "scan_state", "id"),
        Index("ix_stored_file_removed", "removed_at"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    owner_type: Mapped[str] = mapped_column(String(60))
    owner_id: Mapped[int] = mapped_column(Integer)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(200))
    content_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(KeyText(64))
    scan_state: Mapped[ScanState] = mapped_column(enum_type(ScanState, 10), default=ScanState.NONE)
    scanned_at: Mapped[datetime | None] = mapped_column()
    scan_note: Mapped[str] = mapped_column(String(120), default="")
    preview_state: Mapped[PreviewState] = mapped_column(enum_type(PreviewState, 10), default=PreviewState.NONE)
    page_count: Mapped[int | None] = mapped_column(Integer)
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    uploaded_at: Mapped[datetime] = mapped_column()
    removed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    removed_at: Mapped[datetime | None] = mapped_column()

    @property
    def file_type(self) -> FileType | None:
        return FileType.of(self.content_type)


class FilePreview(Base):
    """The picture of one page of a file, made by the portal itself; its content lies in the file store."""

    __tablename__ = "file_preview"
    __table_args__ = (UniqueConstraint("file_id", "page"), Index("ix_file_preview_sha256", "sha256"))

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id", ondelete="CASCADE"))
    page: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(KeyText(64))
    content_type: Mapped[str] = mapped_column(String(20))
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)


class FileRule(Versioned, Base):
    """What the office has set for a kind of files instead of what its feature declares: limits, days kept."""

    __tablename__ = "file_rule"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(60), unique=True)
    max_megabytes: Mapped[int] = mapped_column(Integer)
    max_count: Mapped[int] = mapped_column(Integer)
    keep_days: Mapped[int] = mapped_column(Integer)
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    changed_at: Mapped[datetime] = mapped_column()
