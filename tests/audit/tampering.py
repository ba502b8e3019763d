"""What someone does who owns the database: the triggers out of the way, then anything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session

from portal.core.db import write_mode
from portal.core.runtime import Runtime
from portal.domain.access.actor import Actor, Work
from portal.domain.audit.models import AuditHead
from portal.domain.audit.services import record

SQLITE_TRIGGERS = (
    "audit_entry_no_update",
    "audit_entry_no_delete",
    "audit_link_no_update",
    "audit_link_no_delete",
    "audit_head_no_delete",
)
TABLES = ("audit_entry", "audit_link", "audit_head")


@contextmanager
def unguarded(runtime: Runtime) -> Iterator[Connection]:
    """A connection without the triggers and without foreign keys; what it does is committed."""
    sqlite = runtime.engine.dialect.name == "sqlite"
    with runtime.engine.connect() as connection:
        if sqlite:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute("PRAGMA foreign_keys = OFF")
        with write_mode(), connection.begin():
            if sqlite:
                for name in SQLITE_TRIGGERS:
                    connection.execute(text(f"DROP TRIGGER {name}"))
            else:
                for table in TABLES:
                    connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
            yield connection
        connection.invalidate()


def write_links(runtime: Runtime, count: int, entries: int = 2) -> int:
    """Write links of some entries each; the number of the first one."""
    with runtime.session_factory() as session:
        first = session.scalars(select(AuditHead.seq)).one() + 1
    for n in range(count):
        with write_mode(), runtime.session_factory() as session:
            work = work_of(session, runtime)
            for m in range(entries):
                record(work, "test.done", "thing", f"{n}-{m}", detail={"số": n, "tên": "Đỗ Thị Hoà"})
            session.execute(select(AuditHead.id))
            session.commit()
    return first


def work_of(session: Session, runtime: Runtime) -> Work:
    """A unit of work of nobody in particular."""
    return Work(session, Actor(1, "thu", "Người thử", 1), runtime.clock, "test", "127.0.0.1")
