"""Keeping the index: every change of a record that search finds is followed in the transaction that makes it.

What the session writes is seen by itself; statements over many rows say what they touched (`touch`). Before the commit
the touched records are read again and their documents written: the state counts, not the way to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, event, inspect, or_, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, SessionTransaction, sessionmaker

from portal.core.db import Base
from portal.core.manifest import manifests
from portal.core.search.documents import SearchDocument, key_of, tokens_of, vocabulary
from portal.core.search.kinds import AnyRow, AnySelect, Searchable

BATCH = 1_000
DOCUMENTS = cast(Table, SearchDocument.__table__)
_PENDING = "search_pending"
Pending = defaultdict[str, "Touched"]


class Touched:
    """Records of one kind that a transaction changed: by id, or by a select of ids that is run before the commit."""

    def __init__(self) -> None:
        self.ids: set[int] = set()
        self.selects: list[AnySelect] = []

    def add(self, records: int | AnySelect) -> None:
        if isinstance(records, int):
            self.ids.add(records)
        else:
            self.selects.append(records)


@cache
def searchables() -> tuple[Searchable, ...]:
    """Every kind of record that search finds, in the order of their numbers."""
    found = [kind for feature in manifests() for kind in feature.searchable]
    return tuple(sorted(found, key=lambda kind: kind.number))


@cache
def searchable(kind: str) -> Searchable:
    """A kind by its name; KeyError when there is none."""
    return {one.kind: one for one in searchables()}[kind]


def attach(session_factory: sessionmaker[Any]) -> None:
    """Let every session of this factory keep the index. Call it before the audit log is attached, which seals last."""
    event.listen(session_factory, "after_flush", _note)
    event.listen(session_factory, "before_commit", settle)
    event.listen(session_factory, "after_transaction_end", _forget)


def touch(session: Session, model: type[Base], records: Collection[int] | AnySelect) -> None:
    """Say that a statement changed these rows of a table (ids, or a select of them): the index follows before the
    commit.
    """
    for kind in searchables():
        if kind.model is model:
            touched = _pending(session)[kind.kind]
            if isinstance(records, Collection):
                touched.ids.update(records)
            else:
                touched.selects.append(records)


def settle(session: Session) -> None:
    """Write the documents of everything that was touched; inside a savepoint it waits for the end of the whole."""
    if session.in_nested_transaction():
        return
    session.flush()
    pending: Pending = session.info.pop(_PENDING, Pending(Touched))
    for name in sorted(pending):
        touched = pending[name]
        for stmt in touched.selects:
            touched.ids.update(session.scalars(stmt))
        reindex(session, searchable(name), touched.ids)


def reindex(session: Session, kind: Searchable, ids: Iterable[int]) -> None:
    """Make the documents of these records what the records are now; documents of records that are gone go too."""
    wanted = sorted(ids)
    for start in range(0, len(wanted), BATCH):
        chunk = wanted[start : start + BATCH]
        _lock(session, [key_of(kind.number, record_id) for record_id in chunk])
        rows = list(session.execute(kind.records().where(_id_of(kind).in_(chunk))))
        gone = set(chunk) - {row.id for row in rows}
        if gone:
            session.execute(delete(DOCUMENTS).where(DOCUMENTS.c.id.in_([key_of(kind.number, r) for r in sorted(gone)])))
        write(session, kind, rows)


def write(session: Session, kind: Searchable, rows: Sequence[AnyRow]) -> None:
    """Write the documents of rows that `kind.records()` gave."""
    made = [as_row(kind, row) for row in rows]
    if not made:
        return
    session.execute(_upsert(session), made)
    if session.get_bind().dialect.name == "sqlite":
        words = sorted(vocabulary(row["tokens"] for row in made))
        session.execute(text("INSERT OR IGNORE INTO search_word (word) VALUES (:word)"), [{"word": w} for w in words])


def as_row(kind: Searchable, row: AnyRow) -> dict[str, Any]:
    """The document of a record, as the index stores it."""
    document = kind.document(row)
    return {
        "id": key_of(kind.number, row.id),
        "unit_id": document.unit_id,
        "tokens": tokens_of(kind.number, document),
    }


def _upsert(session: Session) -> Any:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    stmt = dialect.insert(DOCUMENTS)
    new = stmt.excluded
    values: dict[str, Any] = {name: bindparam(name) for name in ("id", "unit_id", "tokens")}
    return stmt.values(values).on_conflict_do_update(
        index_elements=["id"],
        set_={"unit_id": new.unit_id, "tokens": new.tokens},
        where=or_(DOCUMENTS.c.tokens != new.tokens, DOCUMENTS.c.unit_id.is_distinct_from(new.unit_id)),
    )


def _lock(session: Session, keys: Sequence[int]) -> None:
    """On PostgreSQL two transactions may write the same document: the second waits before it reads the records."""
    if session.get_bind().dialect.name == "postgresql":
        stmt = select(DOCUMENTS.c.id).where(DOCUMENTS.c.id.in_(keys)).order_by(DOCUMENTS.c.id)
        session.execute(stmt.with_for_update()).all()


def _id_of(kind: Searchable) -> Any:
    return kind.model.__table__.c.id


def _pending(session: Session) -> Pending:
    found: Pending = session.info.setdefault(_PENDING, Pending(Touched))
    return found


def _forget(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_PENDING, None)


def _note(session: Session, _context: object) -> None:
    """After a flush: which records the written objects concern."""
    watchers = _watchers()
    for obj in (*session.new, *session.deleted):
        for watcher in watchers.get(type(obj), ()):
            watcher.note(session, obj)
    for obj in session.dirty:
        for watcher in watchers.get(type(obj), ()):
            if watcher.concerned(obj):
                watcher.note(session, obj)


class _Watcher:
    """What a change of an object of one class means for one kind."""

    def __init__(self, kind: str, attributes: frozenset[str], records: Callable[[Any], int | AnySelect]) -> None:
        self._kind, self._attributes, self._records = kind, attributes, records

    def concerned(self, obj: Base) -> bool:
        state = inspect(obj)
        return not self._attributes or any(state.attrs[name].history.has_changes() for name in self._attributes)

    def note(self, session: Session, obj: Base) -> None:
        _pending(session)[self._kind].add(self._records(obj))


@cache
def _watchers() -> dict[type, list[_Watcher]]:
    found: dict[type, list[_Watcher]] = defaultdict(list)
    for kind in searchables():
        for model, attributes, records in _watched(kind):
            found[model].append(_Watcher(kind.kind, attributes, records))
    return dict(found)


def _watched(kind: Searchable) -> Iterator[tuple[type[Base], frozenset[str], Callable[[Any], int | AnySelect]]]:
    yield kind.model, kind.attributes, lambda obj: cast(int, obj.id)
    for follow in kind.follows:
        yield follow.model, follow.attributes, follow.records
