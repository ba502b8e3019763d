"""The application's own database role (PostgreSQL): the portal runs with it, the audit log stays out of its hands.

On SQLite, which has no roles, the same attempts meet the triggers alone.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from portal import create_app
from portal.core.backups import new_identity
from portal.core.clock import FixedClock
from portal.core.db import write_mode
from portal.core.job_queue import enqueue
from portal.domain.accounts.queries import by_username
from portal.domain.audit.grants import could_rewrite, grant_statements
from portal.domain.audit.models import AuditEntry, AuditHead
from portal.web.transaction import PortalFlask
from tests.conftest import START, runtime_of, test_settings
from tests.databases import DEMO_PASSWORD, Database

SECRET = "only-for-this-test"


@dataclass(frozen=True)
class Limited:
    """The portal on the application's role."""

    app: PortalFlask
    engine: Engine
    postgresql: bool


@pytest.fixture
def limited(app: PortalFlask, database: Database, tmp_path: Path) -> Iterator[Limited]:
    """On PostgreSQL a new role with the printed grants and no others; removed at the end."""
    url, role = database.url, f"portal_app_{uuid.uuid4().hex[:8]}"
    owner = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    postgresql = database.engine_name == "postgresql"
    if postgresql:
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{SECRET}'")
            for statement in grant_statements(role):
                connection.execute(statement)
            for what in (
                "USAGE ON SCHEMA",
                "SELECT ON ALL TABLES IN SCHEMA",
            ):  # the tests' own copy, saved with the rest
                connection.execute(f"GRANT {what} kept TO {role}")
        url = make_url(url).set(username=role, password=SECRET).render_as_string(hide_password=False)
    made = create_app(test_settings(url, tmp_path), clock=FixedClock(START))
    engine = runtime_of(made).engine
    yield Limited(made, engine, postgresql)
    engine.dispose()
    database.dirty = True
    if postgresql:
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute(f"DROP OWNED BY {role}")
            connection.execute(f"DROP ROLE {role}")


def test_the_portal_runs_with_it(limited: Limited) -> None:
    client = limited.app.test_client()
    assert client.get("/suc-khoe").get_json()["status"] == "ok"
    wrong = client.post("/dang-nhap", data={"username": "vangiang", "password": "sai hoàn toàn"})
    assert wrong.status_code == 422
    right = client.post("/dang-nhap", data={"username": "vangiang", "password": DEMO_PASSWORD})
    assert right.status_code == 303
    assert client.get("/").status_code == 200
    runtime = runtime_of(limited.app)
    with write_mode(), runtime.session_factory() as session:
        user = session.scalars(by_username("vangiang")).one()
        enqueue(session, runtime.clock, kind="nothing", payload={}, unique_key="one", owner_id=user.id)
        session.commit()
    with runtime.session_factory() as session:
        actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id.desc()).limit(2)).all()
    assert actions == ["session.signed_in", "session.sign_in_failed"]


def test_it_may_save_everything(limited: Limited, tmp_path: Path) -> None:
    done = limited.app.test_cli_runner().invoke(args=["backup", str(tmp_path), "--to", new_identity()[1]])
    assert done.exit_code == 0, done.output
    assert [path.suffix for path in tmp_path.glob("cong-noi-vu-*")] == [".age"]


def test_every_table_is_within_its_reach(limited: Limited, app: PortalFlask) -> None:
    rows = {}
    with limited.engine.connect() as connection:
        for table in app.extensions["sqlalchemy"].metadata.sorted_tables:
            rows[table.name] = connection.scalar(select(func.count()).select_from(table))
    assert rows["unit"] == 345
    assert rows["audit_head"] == 1


REWRITES = {
    "UPDATE": "UPDATE audit_entry SET action = 'nothing'",
    "DELETE": "DELETE FROM audit_entry",
    "link UPDATE": "UPDATE audit_link SET hash = 'x'",
    "link DELETE": "DELETE FROM audit_link",
    "head DELETE": "DELETE FROM audit_head",
}
POSTGRESQL_REWRITES = {
    "TRUNCATE": "TRUNCATE audit_entry",
    "link TRUNCATE": "TRUNCATE audit_link, audit_entry",
    "head TRUNCATE": "TRUNCATE audit_head",
    "head INSERT": "INSERT INTO audit_head (id, seq, hash) VALUES (2, 0, 'x')",
    "trigger dropped": "DROP TRIGGER audit_entry_append_only ON audit_entry",
    "trigger disabled": "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
    "triggers bypassed": "SET session_replication_role = replica",
    "function replaced": "CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql "
    "AS $$ BEGIN RETURN NULL; END $$",
    "function dropped": "DROP FUNCTION refuse_audit_change() CASCADE",
    "own trigger": "CREATE TRIGGER mine BEFORE INSERT ON audit_entry FOR EACH ROW "
    "EXECUTE FUNCTION refuse_audit_change()",
    "table dropped": "DROP TABLE audit_entry CASCADE",
    "table renamed": "ALTER TABLE audit_entry RENAME TO gone",
    "new table": "CREATE TABLE mine (id integer)",
    "revision moved": "UPDATE alembic_version SET version_num = 'x'",
}


def test_the_audit_log_stays_out_of_its_hands(limited: Limited) -> None:
    through = []
    for name, statement in (REWRITES | (POSTGRESQL_REWRITES if limited.postgresql else {})).items():
        with write_mode(), limited.engine.connect() as connection:
            try:
                connection.execute(text(statement))
                through.append(name)
            except DBAPIError as error:
                said = str(error.orig)
                asked = ("permission denied", "must be owner", "append-only", "the audit head stays")
                assert any(words in said for words in asked), said
            connection.rollback()
    assert through == []


def test_it_is_told_from_the_owner(limited: Limited, app: PortalFlask) -> None:
    if limited.postgresql:
        with limited.engine.connect() as connection:
            assert not could_rewrite(connection)
        with runtime_of(app).engine.connect() as connection:
            assert could_rewrite(connection)
    with limited.engine.connect() as connection:
        assert connection.scalar(select(AuditHead.seq)) is not None


def test_what_was_granted_beyond_is_found(limited: Limited, database: Database) -> None:
    if not limited.postgresql:
        return
    role = make_url(limited.engine.url).username
    owner = make_url(database.url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(f"GRANT UPDATE ON audit_entry TO {role}")
    with limited.engine.connect() as connection:
        assert could_rewrite(connection)
    with psycopg.connect(owner, autocommit=True) as connection:
        for statement in grant_statements(str(role)):
            connection.execute(statement)
    with limited.engine.connect() as connection:
        assert not could_rewrite(connection)
