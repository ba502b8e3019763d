"""The databases that tests run on.

SQLite files or PostgreSQL databases, copied from a template that is built once a worker.
"""

from __future__ import annotations

import os
import shutil
import uuid
from pathlib import Path

import psycopg
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.orm import sessionmaker

from portal.config import DEMO_KEYRING, Settings
from portal.core import migrations
from portal.core.clock import FixedClock
from portal.core.db import configure_engine, load_models, write_mode
from portal.core.keyring import KeyRing
from portal.core.search import index as search_index
from portal.core.search.build import rebuild
from portal.domain.accounts.passwords import passwords
from portal.domain.audit.services import attach
from seed.accounts import load_demo_accounts
from seed.loader import load_base, seed_work

DEMO_PASSWORD = "HungYen@2023"


class Database:
    """One worker's database. `dirty` is set by the app's engine when it commits."""

    engine_name = ""

    def __init__(self) -> None:
        self.dirty = False
        self.url = ""
        self.template_url = ""

    def build_template(self) -> None:
        """Migrate an empty database and load the start data and the demo accounts."""
        from tests.conftest import START  # noqa: PLC0415 - conftest imports this module

        load_models()
        engine = create_engine(self.template_url)
        configure_engine(engine)
        migrations.upgrade(engine)
        factory = sessionmaker(engine, expire_on_commit=False)
        settings = Settings.from_env({"PORTAL_ENV": "test", "PORTAL_KEYRING": DEMO_KEYRING})
        keyring = KeyRing(settings.keyring)
        search_index.attach(factory)
        attach(factory, keyring)
        clock = FixedClock(START)
        rebuild(factory, clock)  # of nothing, as `flask db upgrade` does: from here on the index follows
        with write_mode(), factory() as session:
            load_base(session, clock)
            load_demo_accounts(seed_work(session, clock), passwords(cheap=True).hash(DEMO_PASSWORD), keyring)
            session.commit()
        engine.dispose()

    def reset(self) -> None:
        """Put the database back to its template."""
        raise NotImplementedError

    def drop(self) -> None:
        """Remove everything."""


class SQLiteDatabase(Database):
    engine_name = "sqlite"

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._template, self._path = folder / "template.db", folder / "portal.db"
        self.url, self.template_url = f"sqlite:///{self._path}", f"sqlite:///{self._template}"

    def reset(self) -> None:
        for suffix in ("-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(self._template, self._path)
        self.dirty = False


class PostgreSQLDatabase(Database):
    """One database. What it holds at the first reset is kept beside it; later ones take back only the rows that differ.

    Dropping and copying a database syncs the disk and takes most of a second; this takes some hundredths.
    """

    engine_name = "postgresql"

    def __init__(self, server: str, worker: str) -> None:
        super().__init__()
        self._server = make_url(server)
        self._name = f"portal_test_{uuid.uuid4().hex[:8]}_{worker}"
        self._kept = False
        self._run("postgres", f"CREATE DATABASE {self._name} TEMPLATE template0 ENCODING 'UTF8'")
        self._run("postgres", f"ALTER DATABASE {self._name} SET synchronous_commit = off")
        self.url = self.template_url = self._address("postgresql+psycopg", self._name)

    def _address(self, driver: str, name: str) -> str:
        return self._server.set(drivername=driver, database=name).render_as_string(hide_password=False)

    def _run(self, database: str, *statements: str) -> None:
        with psycopg.connect(self._address("postgresql", database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def reset(self) -> None:
        self._run(
            self._name, *([] if self._kept else [KEEP_ROWS, KEEP_SEQUENCES, TAKE_BACK]), "SELECT kept.take_back()"
        )
        self._kept = True
        self.dirty = False

    def drop(self) -> None:
        self._run("postgres", f"DROP DATABASE IF EXISTS {self._name} WITH (FORCE)")


KEEP_ROWS = """
DO $$ DECLARE name text; BEGIN
  CREATE SCHEMA kept;
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('CREATE TABLE kept.%1$I AS SELECT * FROM public.%1$I', name);
  END LOOP;
END $$
"""
KEEP_SEQUENCES = """
CREATE TABLE kept."-sequences" AS
SELECT format('public.%I', sequencename) AS name, last_value FROM pg_sequences WHERE schemaname = 'public'
"""
TAKE_BACK = """
CREATE TABLE kept."-mark" AS SELECT pg_current_xact_id()::text::bigint AS xid;
CREATE FUNCTION kept.take_back() RETURNS void LANGUAGE plpgsql AS $$
DECLARE name text; changed boolean; mark bigint; BEGIN
  SELECT xid INTO mark FROM kept."-mark";
  PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
  FOR name IN SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgenabled = 'D' LOOP
    EXECUTE format('ALTER TABLE %s ENABLE TRIGGER ALL', name);
  END LOOP;
  SET LOCAL session_replication_role = replica;
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format(
      'SELECT count(*) <> (SELECT count(*) FROM kept.%1$I) OR coalesce(bool_or(xmin::text::bigint > $1), false) '
      'FROM public.%1$I',
      name
    ) INTO changed USING mark;
    CONTINUE WHEN NOT changed;
    EXECUTE format(
      'DELETE FROM public.%1$I t WHERE NOT EXISTS (SELECT FROM kept.%1$I k WHERE k::text = t::text)', name
    );
    EXECUTE format(
      'INSERT INTO public.%1$I SELECT * FROM kept.%1$I k '
      'WHERE NOT EXISTS (SELECT FROM public.%1$I t WHERE t::text = k::text)',
      name
    );
  END LOOP;
  PERFORM setval(s.name::regclass, coalesce(s.last_value, 1), s.last_value IS NOT NULL) FROM kept."-sequences" s;
  UPDATE kept."-mark" SET xid = pg_current_xact_id()::text::bigint;
END $$
"""


def make_database(folder: Path, worker: str) -> Database:
    """The database of this run: TEST_ENGINE says which engine, TEST_DATABASE_URL where PostgreSQL answers."""
    if os.environ.get("TEST_ENGINE", "sqlite") == "postgresql":
        return PostgreSQLDatabase(
            os.environ.get("TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres"), worker
        )
    return SQLiteDatabase(folder)
