"""Files that records hold: the row is the owner's, the content lies in the file store under its hash."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, KeyText, enum_type
from portal.domain.attachments.enums import ScanState


class StoredFile(Base):
    """One file of one record; `scan_state` is what a virus scanner has said of it."""

    __tablename__ = "stored_file"
    __table_args__ = (Index("ix_stored_file_owner", "owner_type", "owner_id"), Index("ix_stored_file_sha256", "sha256"))

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    owner_type: Mapped[str] = mapped_column(String(60))
    owner_id: Mapped[int] = mapped_column(Integer)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(String(200))
    content_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(KeyText(64))
    scan_state: Mapped[ScanState] = mapped_column(enum_type(ScanState, 10), default=ScanState.NONE)
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    uploaded_at: Mapped[datetime] = mapped_column()
