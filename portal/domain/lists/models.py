"""How a person looks at a list, the filters that they keep, and each time they did something to many rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, KeyText, Versioned


class SavedFilter(Versioned, Base):
    """A list's query under a name: its owner's alone, or shared with one unit (`unit_id`).

    `query` is what stands in the list's address. It opens nothing by itself: the list cuts what it gives to the reader,
    and takes only such values as it offers to them.
    """

    __tablename__ = "saved_filter"
    __table_args__ = (
        UniqueConstraint("owner_id", "list_name", "name"),
        Index("ix_saved_filter_unit", "unit_id", "list_name"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    list_name: Mapped[str] = mapped_column(KeyText(40))
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(Text)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    created_at: Mapped[datetime] = mapped_column()


class ListPreference(Base):
    """How a person looks at a list: the columns in their order (keys joined by points; empty: as the list comes), and
    the filter that it opens with.
    """

    __tablename__ = "list_preference"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    list_name: Mapped[str] = mapped_column(KeyText(40), primary_key=True)
    columns: Mapped[str] = mapped_column(Text, default="")
    filter_id: Mapped[int | None] = mapped_column(ForeignKey("saved_filter.id"), index=True)


class BulkRun(Base):
    """One time that a person did something to many rows: how many were done, which were passed over and why.

    `token` makes a repeated request give the result that is there. `undo` is what the action needs to be taken back.
    """

    __tablename__ = "bulk_run"
    __table_args__ = (UniqueConstraint("user_id", "token"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    token: Mapped[str] = mapped_column(KeyText(40))
    list_name: Mapped[str] = mapped_column(KeyText(40))
    action: Mapped[str] = mapped_column(KeyText(40))
    at: Mapped[datetime] = mapped_column(index=True)
    done: Mapped[int] = mapped_column(Integer)
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    undo: Mapped[dict[str, Any]] = mapped_column(default=dict)
    undone_at: Mapped[datetime | None] = mapped_column()
