"""The office's own Word templates of official papers, edition by edition."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, KeyText


class PaperTemplate(Base):
    """One edition of a paper's template; it never changes once it is there.

    At most one edition of a paper `is_current`; while none is, the portal's built-in layout holds.
    """

    __tablename__ = "paper_template"
    __table_args__ = (UniqueConstraint("paper", "edition"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    paper: Mapped[str] = mapped_column(KeyText(40))
    edition: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int] = mapped_column(Integer)
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    uploaded_at: Mapped[datetime] = mapped_column()
    is_current: Mapped[bool] = mapped_column(default=False)
    effective_at: Mapped[datetime | None] = mapped_column()
