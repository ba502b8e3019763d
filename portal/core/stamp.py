"""Catalogues read once: what changes a few times a year is not asked of the database for every page.

A table that is a catalogue says so (`is_catalogue = True`): units, periods, titles. One row of the database holds a
stamp; whatever writes to a catalogue gives it a new one in its own transaction, and `recalled` answers from memory as
long as the stamp is the one under which the rows were read. So a change is seen by every process from its commit on.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, ClassVar, TypeVarTuple

from sqlalchemy import Integer, Row, Select, Table, event, insert, select, update
from sqlalchemy.orm import Mapped, Mapper, ORMExecuteState, Session, mapped_column
from sqlalchemy.sql import visitors

from portal.core.db import Base, KeyText, plain_rows, writing
from portal.core.prepared import Same

Columns = TypeVarTuple("Columns")
KEPT = 1024
READ = "catalogue_stamp"
MOVED = "catalogue_stamp_moved"


class CatalogueStamp(Base):
    """The one row whose value is another after each change of a catalogue."""

    __tablename__ = "catalogue_stamp"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    value: Mapped[str] = mapped_column(KeyText(32))


ONE = 1
STAMP = select(CatalogueStamp.value).where(CatalogueStamp.id == ONE)


class Recall:
    """The rows of catalogues that one process remembers, each under the stamp that they were read under."""

    def __init__(self) -> None:
        self._rows: OrderedDict[Same, tuple[str, Sequence[Any]]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, stmt: object, stamp: str) -> Sequence[Any] | None:
        """What the statement gave under this stamp."""
        with self._lock:
            found = self._rows.get(Same(stmt))
            if found is None or found[0] != stamp:
                return None
            self._rows.move_to_end(Same(stmt))
            return found[1]

    def put(self, stmt: object, stamp: str, rows: Sequence[Any]) -> None:
        """Remember what the statement gave; the longest unused are forgotten."""
        with self._lock:
            self._rows[Same(stmt)] = (stamp, rows)
            self._rows.move_to_end(Same(stmt))
            while len(self._rows) > KEPT:
                self._rows.popitem(last=False)


class _Recalls:
    """Each engine's memory: two databases of one process never mix."""

    held: ClassVar[OrderedDict[Same, Recall]] = OrderedDict()
    MOST = 64

    @classmethod
    def of(cls, engine: object) -> Recall:
        key = Same(engine)
        found = cls.held.get(key)
        if found is None:
            found = cls.held[key] = Recall()
            while len(cls.held) > cls.MOST:
                cls.held.popitem(last=False)
        return found


def recalled(session: Session, stmt: Select[*Columns]) -> Sequence[Row[*Columns]]:
    """The rows of a statement over catalogues alone, from memory while no catalogue has changed.

    Give it a statement of a `prepared` function: rows are remembered for the statement itself. It selects columns,
    never entities. A unit of work that writes always asks the database. Raises ValueError for a statement that reads
    anything else than catalogues.
    """
    if writing.get():
        return session.execute(stmt).all()
    memory = _Recalls.of(session.get_bind())
    stamp = _stamp_of(session)
    found = memory.get(stmt, stamp) if stamp else None
    if found is None:
        check_catalogues(stmt)
        found = plain_rows(session, stmt)
        memory.put(stmt, stamp, found)
    return found


def forget_everything() -> None:
    """Begin anew, as a process that was just started does: for tests and for measuring."""
    _Recalls.held.clear()


def check_catalogues(stmt: Select[*tuple[Any, ...]]) -> None:
    """Raise ValueError when the statement reads a table that is no catalogue."""
    others = sorted(_tables_of(stmt) - catalogue_tables())
    if others:
        raise ValueError(f"Only catalogues may be recalled, not {', '.join(others)}.")


def catalogue_tables() -> set[str]:
    """The names of the tables that say they are catalogues."""
    return {m.local_table.name for m in Base.registry.mappers if _is_catalogue(m) and isinstance(m.local_table, Table)}


def _tables_of(stmt: Select[*tuple[Any, ...]]) -> set[str]:
    """The tables that a statement reads, in its subqueries too."""
    found = set()
    for part in visitors.iterate(stmt):
        table: Any = part if isinstance(part, Table) else getattr(part, "table", None)
        while table is not None and not isinstance(table, Table):
            table = getattr(table, "element", None)
        if table is not None:
            found.add(str(table.name))
    return found


def _is_catalogue(mapper: Mapper[Any]) -> bool:
    return bool(getattr(mapper.class_, "is_catalogue", False))


def _stamp_of(session: Session) -> str:
    """The stamp as this transaction sees it; "" where the row is missing: then nothing is remembered for long."""
    stamp = session.info.get(READ)
    if stamp is None:
        rows = plain_rows(session, STAMP)
        stamp = session.info[READ] = rows[0].value if rows else ""
    return str(stamp)


def _note(session: Session, _context: object) -> None:
    if MOVED not in session.info and any(
        getattr(type(one), "is_catalogue", False) for one in (*session.new, *session.dirty, *session.deleted)
    ):
        session.info[MOVED] = True


def _note_statement(state: ORMExecuteState) -> None:
    writes = state.is_insert or state.is_update or state.is_delete
    if writes and state.bind_mapper is not None and _is_catalogue(state.bind_mapper):
        state.session.info[MOVED] = True


def _move(session: Session) -> None:
    """Give the row another stamp, as the last thing before the audit log seals."""
    if session.in_nested_transaction():
        return
    session.flush()
    if not session.info.pop(MOVED, False):
        return
    value = secrets.token_hex(8)
    moved: Any = session.execute(update(CatalogueStamp).where(CatalogueStamp.id == ONE).values(value=value))
    if not moved.rowcount:
        session.execute(insert(CatalogueStamp).values(id=ONE, value=value))


def _end(session: Session, transaction: Any) -> None:
    if transaction.parent is None:
        session.info.pop(READ, None)
        session.info.pop(MOVED, None)


# Every session follows, however it was made; these come before what a factory's own sessions listen to.
event.listen(Session, "after_flush", _note)
event.listen(Session, "do_orm_execute", _note_statement)
event.listen(Session, "before_commit", _move)
event.listen(Session, "after_transaction_end", _end)
