"""Snapshots of the whole database while it is in use: taken at one instant, loaded into an empty place, compared.

SQLite is copied by its own backup interface, PostgreSQL by pg_dump in an exported snapshot. What each table holds is
counted and hashed at that same instant, so that a restored database can be compared with the one that was saved.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect, text

from portal.core import migrations

SQLITE_FILE, POSTGRESQL_FILE = "database.sqlite", "database.dump"
BATCH = 5_000
TOOL_FOLDERS = "/usr/lib/postgresql"  # Debian keeps each version's programs below it


class SnapshotFailed(RuntimeError):
    """The database could not be saved or loaded; the sentence says why, in Vietnamese."""


@dataclass(frozen=True, slots=True)
class TableFacts:
    """What one table holds: its rows, and the SHA-256 over them in the order of the key."""

    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A saved database: the file, the engine that reads it, its migration, and what its tables hold."""

    file: Path
    engine: str
    revision: str
    tables: dict[str, TableFacts]


def take_snapshot(engine: Engine, folder: Path) -> Snapshot:
    """Save the database into `folder`; writers go on meanwhile. Raises SnapshotFailed."""
    revision = migrations.current(engine)
    if revision is None:
        raise SnapshotFailed("Cơ sở dữ liệu chưa có bảng nào: không có gì để sao lưu.")
    if engine.dialect.name == "sqlite":
        file = folder / SQLITE_FILE
        _copy_sqlite(engine, file)
        with sqlite3.connect(file) as copy:
            return Snapshot(file, "sqlite", revision, _sqlite_tables(copy))
    file = folder / POSTGRESQL_FILE
    return Snapshot(file, "postgresql", revision, _dump_postgresql(engine, file))


def load_snapshot(engine: Engine, file: Path) -> None:
    """Load a saved database into an empty one of the same engine. Raises SnapshotFailed."""
    if not is_empty(engine):
        raise SnapshotFailed("Cơ sở dữ liệu đích không trống. Chỉ khôi phục vào nơi trống.")
    if engine.dialect.name == "sqlite":
        _check_sqlite(file)
        target = Path(str(engine.url.database))
        engine.dispose()
        for suffix in ("", "-wal", "-shm"):
            target.with_name(target.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(file, target)
        return
    command = [_tool("pg_restore"), "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    _run([*command, f"--dbname={_address(engine)}", str(file)], engine)


def check_snapshot(file: Path, engine: str) -> dict[str, TableFacts] | None:
    """Read a saved database without loading it: what its tables hold, or None where only its form can be checked.

    Raises SnapshotFailed when it is damaged.
    """
    if engine == "sqlite":
        _check_sqlite(file)
        with sqlite3.connect(file) as copy:
            return _sqlite_tables(copy)
    _run([_tool("pg_restore"), "--list", str(file)])
    return None


def table_facts(engine: Engine) -> dict[str, TableFacts]:
    """What each table of a live database holds."""
    if engine.dialect.name == "sqlite":
        with sqlite3.connect(Path(str(engine.url.database))) as copy:
            return _sqlite_tables(copy)
    with engine.connect() as connection:
        return _postgresql_tables(connection)


def is_empty(engine: Engine) -> bool:
    """Whether the database has no table."""
    return not inspect(engine).get_table_names()


def differences(expected: dict[str, TableFacts], found: dict[str, TableFacts]) -> list[str]:
    """The tables that differ, each with what is wrong; empty when all are alike."""
    wrong = []
    for name in sorted(expected.keys() | found.keys()):
        before, after = expected.get(name), found.get(name)
        if before is None or after is None:
            wrong.append(f"bảng {name}: {'thừa' if before is None else 'thiếu'}")
        elif before.rows != after.rows:
            wrong.append(f"bảng {name}: {before.rows} dòng lúc sao lưu, {after.rows} dòng bây giờ")
        elif before.digest != after.digest:
            wrong.append(f"bảng {name}: nội dung khác lúc sao lưu")
    return wrong


# --- SQLite --------------------------------------------------------------------------------------------------------


def _copy_sqlite(engine: Engine, file: Path) -> None:
    raw = engine.raw_connection()
    try:
        source = raw.driver_connection
        assert isinstance(source, sqlite3.Connection)  # noqa: S101 - for the type checker
        with sqlite3.connect(file) as target:
            source.backup(target)  # in one step: one instant, and in WAL mode no writer waits
            target.execute("PRAGMA journal_mode = DELETE")  # the copy is one file, without a log beside it
    finally:
        raw.close()


def _check_sqlite(file: Path) -> None:
    try:
        with sqlite3.connect(file) as copy:
            answer = copy.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise SnapshotFailed("Tệp cơ sở dữ liệu trong bản sao lưu không đọc được.") from error
    if answer != "ok":
        raise SnapshotFailed(f"Tệp cơ sở dữ liệu trong bản sao lưu bị hỏng: {answer}.")


def _sqlite_tables(connection: sqlite3.Connection) -> dict[str, TableFacts]:
    found = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_stat%' ORDER BY name"
    facts = {}
    for (name,) in connection.execute(found).fetchall():
        try:
            rows = connection.execute(f'SELECT * FROM "{name}"')  # noqa: S608 - a name of the schema
            facts[name] = _facts(rows)
        except sqlite3.OperationalError:
            continue  # a virtual table's own; what it stands on is compared
    return facts


# --- PostgreSQL ----------------------------------------------------------------------------------------------------


def _dump_postgresql(engine: Engine, file: Path) -> dict[str, TableFacts]:
    """Dump and count in one snapshot, which the transaction that exports it keeps open."""
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        name = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        command = [_tool("pg_dump"), "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={name}"]
        _run([*command, f"--file={file}", f"--dbname={_address(engine)}"], engine)
        return _postgresql_tables(connection)


def _postgresql_tables(connection: Connection) -> dict[str, TableFacts]:
    schema = inspect(connection)
    facts = {}
    for name in schema.get_table_names():
        key = ", ".join(f'"{column}"' for column in schema.get_pk_constraint(name)["constrained_columns"])
        stmt = text(f'SELECT t::text FROM public."{name}" t ORDER BY {key or 1}')  # noqa: S608 - a name of the schema
        facts[name] = _facts(connection.execution_options(stream_results=True, yield_per=BATCH).execute(stmt))
    return facts


def _address(engine: Engine) -> str:
    """The database's address without its password, which goes by the environment."""
    plain = engine.url.set(drivername="postgresql", password=None)
    return plain.render_as_string(hide_password=False)


def _tool(name: str) -> str:
    """The newest pg_dump or pg_restore of the machine: an older one than the server refuses to work."""
    found = sorted(Path(TOOL_FOLDERS).glob(f"*/bin/{name}"), key=lambda path: _version(path.parts[-3]))
    chosen = str(found[-1]) if found else shutil.which(name)
    if chosen is None:
        raise SnapshotFailed(f"Không tìm thấy chương trình {name}: cài gói postgresql-client trên máy này.")
    return chosen


def _version(text_of: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text_of.split(".") if part.isdecimal())


def _run(command: Sequence[str], engine: Engine | None = None) -> None:
    password = engine.url.password if engine is not None else None
    env = {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)  # noqa: S603 - our own words
    if done.returncode:
        words = done.stderr.strip().splitlines()
        raise SnapshotFailed(f"{Path(command[0]).name} báo lỗi: {words[-1] if words else done.returncode}")


def _facts(rows: Iterable[Any]) -> TableFacts:
    """Count and hash rows, each as it reads."""
    digest, count = hashlib.sha256(), 0
    for row in rows:
        digest.update(repr(tuple(row)).encode("utf-8", "surrogatepass"))
        count += 1
    return TableFacts(count, digest.hexdigest())
