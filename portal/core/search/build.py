"""Building the whole index, in batches that can be stopped and taken up again, and checking it against the records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, delete, func, literal, select, text
from sqlalchemy.orm import Session, sessionmaker

from portal.core.clock import Clock
from portal.core.db import write_mode
from portal.core.search.documents import FORM, KIND_BITS, SearchBuild, first_key
from portal.core.search.index import DOCUMENTS, as_row, searchables, write
from portal.core.search.kinds import Searchable

BATCH = 5_000
SAMPLE = 200
Told = Callable[[Searchable, int], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a kind's index: never built whole, `missing` records, `stray` documents, `stale` ones among
    the newest.
    """

    kind: Searchable
    unbuilt: bool = False
    missing: int = 0
    stray: int = 0
    stale: int = 0

    def __str__(self) -> str:
        parts = [
            "chưa lập xong" if self.unbuilt else "",
            f"thiếu {self.missing} bản ghi" if self.missing else "",
            f"thừa {self.stray} bản ghi" if self.stray else "",
            f"{self.stale} bản ghi cũ" if self.stale else "",
        ]
        return f"{self.kind.label}: {', '.join(part for part in parts if part)}"


def rebuild(
    session_factory: sessionmaker[Session], clock: Clock, told: Told | None = None, *, again: bool = False
) -> int:
    """Build what is not built yet, or with `again` everything anew; returns how many records were read.

    Each batch is a transaction that also notes how far it came, so that a stopped run is taken up where it was. What
    is written meanwhile is kept: such a transaction waits for one batch at most.
    """
    done = 0
    for kind in searchables():
        if not _begin(session_factory, clock, kind, again=again):
            continue
        while count := _batch(session_factory, kind):
            done += count
            if told is not None:
                told(kind, done)
        _finish(session_factory, clock, kind)
    return done


def unbuilt(session: Session) -> list[Searchable]:
    """The kinds whose index has never been built whole, or only in an earlier form."""
    built = select(SearchBuild.kind).where(SearchBuild.form == FORM, SearchBuild.finished_at.is_not(None))
    known = set(session.scalars(built))
    return [kind for kind in searchables() if kind.kind not in known]


def check(session: Session) -> list[Fault]:
    """Compare the index with the records, kind by kind (for a command: it counts whole tables)."""
    open_kinds = set(unbuilt(session))
    faults = [Fault(kind, kind in open_kinds, *_counts(session, kind)) for kind in searchables()]
    return [fault for fault in faults if fault.unbuilt or fault.missing or fault.stray or fault.stale]


def _counts(session: Session, kind: Searchable) -> tuple[int, int, int]:
    """Records without a document, documents without a record, newest records whose document says something else."""
    ids = kind.model.__table__.c.id
    key = key_column(kind)
    documents = _of_kind(kind)
    missing = select(func.count()).where(~select(DOCUMENTS.c.id).where(DOCUMENTS.c.id == key).exists())
    stray = select(func.count()).where(documents, ~select(ids).where(key == DOCUMENTS.c.id).exists())
    newest = select(ids).order_by(ids.desc()).limit(SAMPLE)
    rows = [as_row(kind, row) for row in session.execute(kind.records().where(ids.in_(newest)))]
    wanted = DOCUMENTS.c.id.in_([row["id"] for row in rows])
    stored = dict(session.execute(select(DOCUMENTS.c.id, DOCUMENTS.c.tokens).where(wanted)).all())
    stale = sum(stored.get(row["id"], row["tokens"]) != row["tokens"] for row in rows)
    return (
        session.execute(missing.select_from(kind.model)).scalar_one(),
        session.execute(stray.select_from(DOCUMENTS)).scalar_one(),
        stale,
    )


def key_column(kind: Searchable) -> ColumnElement[int]:
    """The key of a record's document, out of its id."""
    return kind.model.__table__.c.id + literal(first_key(kind.number), BigInteger)


def _of_kind(kind: Searchable) -> Any:
    first = first_key(kind.number)
    return DOCUMENTS.c.id.between(first + 1, first + (1 << KIND_BITS) - 1)


def _begin(session_factory: sessionmaker[Session], clock: Clock, kind: Searchable, *, again: bool) -> bool:
    """Note the start of a kind's run; False when there is nothing to do."""
    with write_mode(), session_factory() as session:
        build = session.get(SearchBuild, kind.kind)
        if build is not None and build.form == FORM and build.finished_at is not None and not again:
            return False
        if build is None or build.form != FORM or build.finished_at is not None:
            session.merge(SearchBuild(kind=kind.kind, form=FORM, after_id=0, started_at=clock.now(), finished_at=None))
            session.commit()
        return True


def _batch(session_factory: sessionmaker[Session], kind: Searchable) -> int:
    """Index the next records; how many there were."""
    with write_mode(), session_factory() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("LOCK TABLE search_document IN SHARE ROW EXCLUSIVE MODE"))
        build = session.get_one(SearchBuild, kind.kind)
        ids = kind.model.__table__.c.id
        stmt = kind.records().where(ids > build.after_id).order_by(ids).limit(BATCH)
        rows = list(session.execute(stmt))
        if rows:
            write(session, kind, rows)
            build.after_id = rows[-1].id
            session.commit()
        return len(rows)


def _finish(session_factory: sessionmaker[Session], clock: Clock, kind: Searchable) -> None:
    """Take out documents whose records are gone, and note that the kind is whole."""
    with write_mode(), session_factory() as session:
        for keys in _strays(session, kind):
            session.execute(delete(DOCUMENTS).where(DOCUMENTS.c.id.in_(keys)))
        session.get_one(SearchBuild, kind.kind).finished_at = clock.now()
        session.commit()


def _strays(session: Session, kind: Searchable) -> Iterator[list[int]]:
    ids = kind.model.__table__.c.id
    gone = ~select(ids).where(key_column(kind) == DOCUMENTS.c.id).exists()
    stmt = select(DOCUMENTS.c.id).where(_of_kind(kind), gone).order_by(DOCUMENTS.c.id).limit(BATCH)
    while keys := list(session.scalars(stmt)):
        yield keys
