"""The request's session.

Flask-SQLAlchemy over the typed Base, guarded so that only a unit of work that means to write can.
"""

from __future__ import annotations

from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.orm import Session

from portal.core.db import Base, writing

db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})


class WriteOutsideTransaction(RuntimeError):
    """A request that only reads tried to write."""


def guard_reads(factory: Any) -> None:
    """Refuse a flush with changes unless the unit of work was opened for writing."""
    event.listen(factory, "before_flush", _refuse_unless_writing)


def _refuse_unless_writing(session: Session, _context: object, _instances: object) -> None:
    if not writing.get() and (session.new or session.dirty or session.deleted):
        changed = [type(o).__name__ for o in (*session.new, *session.dirty, *session.deleted)]
        raise WriteOutsideTransaction(f"A reading request tried to write: {', '.join(changed)}")
