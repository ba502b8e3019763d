"""The database base: naming, types that read alike on both engines, and the engine's own settings."""

from __future__ import annotations

import importlib
import pkgutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar, cast

from sqlalchemy import JSON, DateTime, Engine, Enum, Integer, MetaData, Row, String, TypeDecorator, event, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, declared_attr, mapped_column
from sqlalchemy.types import TypeEngine

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
BUSY_TIMEOUT_MS = 5000
LOCK_TIMEOUT_MS = 5000

writing: ContextVar[bool] = ContextVar("portal_writing", default=False)
"""True while the current unit of work means to write: SQLite then opens it with BEGIN IMMEDIATE."""


class UTCDateTime(TypeDecorator[datetime]):
    """An aware instant, stored in UTC. A naive datetime is refused."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(DateTime(timezone=dialect.name != "sqlite"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A stored instant must carry its time zone.")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 - the base class names it
    ) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class KeyText(TypeDecorator[str]):
    """Text that sorts and compares by its bytes on every engine: sort keys, folded text, codes."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        collation = "C" if dialect.name == "postgresql" else None
        return dialect.type_descriptor(String(self.length, collation=collation))

    @property
    def length(self) -> int | None:
        """The column's length in characters."""
        return cast(String, self.impl_instance).length


def enum_type(kind: type[StrEnum], length: int = 40) -> Enum:
    """A StrEnum kept as its value in a text column; a value that the code does not know is refused."""
    return Enum(
        kind, native_enum=False, length=length, values_callable=lambda e: [m.value for m in e], validate_strings=True
    )


JSONValue = JSON().with_variant(JSONB(), "postgresql")


class Base(DeclarativeBase):
    """Every table's base: constraints are named, so that migrations can speak of them."""

    metadata = MetaData(naming_convention=NAMING)
    is_catalogue: ClassVar[bool] = False
    """Changes a few times a year and is read for every page: see portal.core.stamp."""
    type_annotation_map = {datetime: UTCDateTime(), dict[str, Any]: JSONValue}  # noqa: RUF012 - SQLAlchemy reads it


class Versioned:
    """A record that two people may hold: SQLAlchemy raises StaleDataError when the version moved meanwhile."""

    version: Mapped[int] = mapped_column(Integer, default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - a declared attribute is asked of the class
        return {"version_id_col": cls.version}


@contextmanager
def write_mode() -> Iterator[None]:
    """Mark the unit of work inside as one that writes; enter it before the first statement."""
    token = writing.set(True)
    try:
        yield
    finally:
        writing.reset(token)


def plain_rows(session: Session, stmt: Any, values: Mapping[str, Any] | None = None) -> Sequence[Row[*tuple[Any, ...]]]:
    """The rows of a statement that selects columns, in the session's transaction: without what a session does for
    entities, which takes as long again as a short query does.
    """
    if writing.get():
        session.flush()
    return session.connection().execute(stmt, values).all()


@contextmanager
def read_mode() -> Iterator[None]:
    """Mark the unit of work inside as one that only reads, also within one that will write later."""
    token = writing.set(False)
    try:
        yield
    finally:
        writing.reset(token)


def configure_engine(engine: Engine) -> None:
    """Set up connections of either engine. Call once for each engine that is made."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
    else:
        event.listen(engine, "connect", _postgresql_connect)


def _sqlite_connect(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver's implicit BEGIN loses updates: ours is explicit
    cursor = connection.cursor()
    for pragma in (
        "journal_mode = WAL",
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "foreign_keys = ON",
        "recursive_triggers = ON",
        "synchronous = FULL",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing.get() else "BEGIN")


def _postgresql_connect(connection: Any, _record: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = {LOCK_TIMEOUT_MS}")
        cursor.execute("SET timezone = 'UTC'")
    connection.commit()


def load_models(package: str = "portal.domain") -> None:
    """Import every feature's tables, so that the metadata is whole.

    `<package>/<feature>/*models.py` and the base's own.
    """
    for name in ("jobs", "stamp", "drafts", "workflow", "search.documents"):
        importlib.import_module(f"portal.core.{name}")
    root = importlib.import_module(package)
    for info in pkgutil.walk_packages(root.__path__, f"{package}."):
        if info.name.endswith("models"):
            importlib.import_module(info.name)


def hold(session: Session, name: str) -> None:
    """Let one transaction at a time go on past this point, until it ends: for a rule over rows that are not there yet.

    SQLite needs nothing: a unit of work that writes is alone from its first statement.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(name))))
