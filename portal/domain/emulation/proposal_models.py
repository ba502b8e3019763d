"""Tờ trình on registered titles: the paper's text, its numbered lines, and the signed paper once văn thư has it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, Versioned, enum_type
from portal.domain.emulation.enums import SubjectKind


class EmulationProposal(Versioned, Base):
    """A tờ trình of the body that receives registrations. Its way stands in `approval`, whose row is locked first.

    văn thư's number, symbol and day are recorded here, never issued.
    """

    __tablename__ = "emulation_proposal"
    __table_args__ = (Index("ix_emulation_proposal_unit", "unit_id", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("registration_period.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    subject: Mapped[str] = mapped_column(String(200))
    recipient: Mapped[str] = mapped_column(String(200), default="")
    grounds: Mapped[str] = mapped_column(Text, default="")
    content: Mapped[str] = mapped_column(Text, default="")
    line_count: Mapped[int] = mapped_column(Integer, default=0)
    paper_no: Mapped[str] = mapped_column(String(20), default="")
    paper_symbol: Mapped[str] = mapped_column(String(40), default="")
    paper_date: Mapped[date | None] = mapped_column()
    signer_name: Mapped[str] = mapped_column(String(120), default="")
    signer_title: Mapped[str] = mapped_column(String(160), default="")
    signed_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column()
    updated_at: Mapped[datetime] = mapped_column()


class ProposalLine(Base):
    """A line of the paper, as it was when it was taken in. `line_id` is unique: a registered line stands in one open or
    signed paper; a paper that is given up lets its lines go (None).
    """

    __tablename__ = "proposal_line"
    __table_args__ = (Index("ix_proposal_line_proposal", "proposal_id", "position", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("emulation_proposal.id"))
    position: Mapped[int] = mapped_column(Integer)
    line_id: Mapped[int | None] = mapped_column(ForeignKey("registration_line.id", ondelete="SET NULL"), unique=True)
    subject: Mapped[SubjectKind] = mapped_column(enum_type(SubjectKind, 12))
    name: Mapped[str] = mapped_column(String(200))
    post: Mapped[str] = mapped_column(String(200), default="")
    place: Mapped[str] = mapped_column(String(400), default="")
    title_id: Mapped[int] = mapped_column(ForeignKey("emulation_title.id"))
