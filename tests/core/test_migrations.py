"""Migrations: forwards and back with data in the tables, references checked, nothing lost and no trigger dropped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.exc import IntegrityError

from portal.core import health, migrations
from portal.core.db import configure_engine, load_models
from tests.databases import make_database


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Engine]:
    """A database of this engine without tables."""
    load_models()
    database = make_database(tmp_path, "migrations")
    engine = create_engine(database.template_url)
    configure_engine(engine)
    yield engine
    engine.dispose()
    database.drop()


def tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names())


def triggers(engine: Engine) -> set[str]:
    stmt = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if engine.dialect.name == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with engine.connect() as connection:
        return set(connection.execute(text(stmt)).scalars())


def test_up_down_and_up_again_gives_the_same_tables(empty: Engine) -> None:
    assert migrations.current(empty) is None
    migrations.upgrade(empty)
    assert migrations.current(empty) == migrations.head()
    assert migrations.drift(empty) == []
    whole, guards = tables(empty), triggers(empty)
    assert "emulation_registration" in whole
    assert guards
    migrations.downgrade(empty, "base")
    assert tables(empty) <= {"alembic_version"}
    migrations.upgrade(empty)
    assert (tables(empty), triggers(empty)) == (whole, guards)
    migrations.upgrade(empty)


STRAY = "INSERT INTO unit_closure (ancestor_id, descendant_id, depth, valid_from) VALUES (1, 2, 0, '2020-01-01')"


def test_references_that_lead_nowhere_undo_the_migration(empty: Engine) -> None:
    migrations.upgrade(empty, "0001_start")
    if empty.dialect.name == "postgresql":  # it never lets such a row in: there is nothing to check after a migration
        with empty.connect() as connection, pytest.raises(IntegrityError):
            connection.execute(text(STRAY))
        return
    with empty.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute(STRAY)
        raw.execute("PRAGMA foreign_keys = ON")
    with pytest.raises(migrations.BrokenReferences):
        migrations.upgrade(empty)
    assert migrations.current(empty) == "0001_start"
    with empty.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1


def test_health_says_what_is_missing(empty: Engine) -> None:
    found = health.check(empty)
    assert found.reachable
    assert not found.ok
    migrations.upgrade(empty)
    assert health.check(empty).ok


def test_health_of_a_database_that_is_away() -> None:
    engine = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none", connect_args={"connect_timeout": 1})
    assert not health.check(engine).ok
    engine.dispose()
