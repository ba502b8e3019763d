"""The demonstration's year with as many lines as wanted, on either engine; made once and kept for the next run."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from portal.core import migrations

ROOT = Path(__file__).resolve().parent.parent
DEMO_DAY = "15/03/2023"
SETTINGS = {"PORTAL_ENV": "demo", "PORTAL_TODAY": DEMO_DAY, "PORTAL_LOG_LEVEL": "WARNING"}
MADE_BY = ("seed", "migrations/versions")  # a change there makes the databases anew


@dataclass(frozen=True, slots=True)
class Store:
    """A database with the folder of its files."""

    url: str
    folder: Path
    lines: int

    @property
    def env(self) -> dict[str, str]:
        """The surroundings of a portal on it."""
        return {**os.environ, **SETTINGS, "PORTAL_DATABASE_URL": self.url, "PORTAL_DATA_DIR": str(self.folder)}


class Engine:
    """One engine: makes databases and copies of them."""

    name = ""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / self.name.lower()
        self._mark = fingerprint()

    def store(self, lines: int) -> Store:
        """The year with `lines` lines; 0: as the demonstration has it."""
        store = self._store(f"lines_{lines}", lines)
        if self._is_ready(store):
            return store
        _say(f"making a database with {lines:,} lines on {self.name}")
        if lines:
            self._copy(self.store(0), store)
            flask(store, "demo", "large", "--lines", str(lines))
        else:
            self._create(store)
            flask(store, "db", "upgrade")
            flask(store, "demo", "seed")
        self._settle(store)
        (store.folder / "made-by").write_text(self._mark, encoding="utf-8")
        return store

    @contextmanager
    def scratch(self, lines: int) -> Iterator[Store]:
        """A copy that may be written to; it is gone afterwards."""
        store = self._store("scratch", lines)
        self._copy(self.store(lines), store)
        try:
            yield store
        finally:
            self._drop(store)
            shutil.rmtree(store.folder, ignore_errors=True)

    def _is_ready(self, store: Store) -> bool:
        mark = store.folder / "made-by"
        return mark.exists() and mark.read_text(encoding="utf-8") == self._mark

    def _store(self, name: str, lines: int) -> Store:
        raise NotImplementedError

    def _create(self, store: Store) -> None:
        raise NotImplementedError

    def _copy(self, source: Store, to: Store) -> None:
        raise NotImplementedError

    def _settle(self, store: Store) -> None:
        """What a database in use has had long since: statistics, a checkpoint."""

    def _drop(self, store: Store) -> None:
        """Remove the database; its folder goes with it anyway."""


class SQLite(Engine):
    name = "SQLite"

    def _store(self, name: str, lines: int) -> Store:
        folder = self.folder / name
        return Store(f"sqlite:///{folder / 'portal.db'}", folder, lines)

    def _create(self, store: Store) -> None:
        shutil.rmtree(store.folder, ignore_errors=True)
        store.folder.mkdir(parents=True)

    def _copy(self, source: Store, to: Store) -> None:
        shutil.rmtree(to.folder, ignore_errors=True)
        shutil.copytree(source.folder, to.folder, ignore=shutil.ignore_patterns("made-by"))


class PostgreSQL(Engine):
    name = "PostgreSQL"

    def __init__(self, folder: Path, server: str) -> None:
        super().__init__(folder)
        self._server = make_url(server)

    def _store(self, name: str, lines: int) -> Store:
        url = self._server.set(drivername="postgresql+psycopg", database=f"portal_bench_{name}")
        return Store(url.render_as_string(hide_password=False), self.folder / name, lines)

    def _is_ready(self, store: Store) -> bool:
        wanted = make_url(store.url).database
        found = self._run("SELECT 1 FROM pg_database WHERE datname = %s", wanted)
        return bool(found) and super()._is_ready(store)

    def _create(self, store: Store) -> None:
        self._drop(store)
        shutil.rmtree(store.folder, ignore_errors=True)
        store.folder.mkdir(parents=True)
        self._run(f"CREATE DATABASE {make_url(store.url).database} TEMPLATE template0 ENCODING 'UTF8'")

    def _copy(self, source: Store, to: Store) -> None:
        self._drop(to)
        shutil.rmtree(to.folder, ignore_errors=True)
        shutil.copytree(source.folder, to.folder, ignore=shutil.ignore_patterns("made-by"))
        names = (make_url(to.url).database, make_url(source.url).database)
        self._run(f"CREATE DATABASE {names[0]} TEMPLATE {names[1]}")

    def _settle(self, store: Store) -> None:
        self._run("VACUUM (ANALYZE)", database=make_url(store.url).database)

    def _drop(self, store: Store) -> None:
        self._run(f"DROP DATABASE IF EXISTS {make_url(store.url).database} WITH (FORCE)")

    def _run(self, statement: str, *values: object, database: str | None = None) -> list[tuple[object, ...]]:
        url = self._server.set(drivername="postgresql", database=database or self._server.database)
        with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
            cursor = connection.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []


def fingerprint() -> str:
    """Changes with what the databases are made by."""
    digest = hashlib.sha256(str(migrations.head()).encode())
    for folder in MADE_BY:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.read_bytes())
    return digest.hexdigest()


def flask(store: Store, *words: str) -> None:
    """Run one of the portal's commands on a store; RuntimeError with its last words when it fails."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
    done = subprocess.run(command, cwd=ROOT, env=store.env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"flask {' '.join(words)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def _say(text: str) -> None:
    print(f"  ({text})", flush=True)
