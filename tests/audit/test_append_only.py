"""The log takes entries and gives none back: raw SQL is refused by the database itself, on both engines."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portal.core.db import write_mode
from portal.core.runtime import Runtime
from portal.domain.audit.verification import verify

ANYWHERE = (
    "UPDATE audit_entry SET action = 'x'",
    "UPDATE audit_entry SET detail = '{}' WHERE id = 1",
    "DELETE FROM audit_entry",
    "DELETE FROM audit_entry WHERE id = 1",
    "UPDATE audit_link SET hash = 'x' WHERE seq = 1",
    "DELETE FROM audit_link WHERE seq = 1",
    "DELETE FROM audit_head",
)
REST = "actor_id, on_behalf_of_id, object_type, object_id, unit_id, detail, request_id, address"
COLUMNS = f"id, link_seq, at, action, {REST}"
AS_COPY = f"SELECT id, link_seq, at, 'x', {REST}"
SQLITE = (
    f"INSERT OR REPLACE INTO audit_entry ({COLUMNS}) {AS_COPY} FROM audit_entry WHERE id = 1",
    f"REPLACE INTO audit_entry ({COLUMNS}) {AS_COPY} FROM audit_entry WHERE id = 1",
    "INSERT OR REPLACE INTO audit_link "
    "SELECT seq, previous_hash, 'x', key_id, entry_count, at FROM audit_link WHERE seq = 1",
    "INSERT OR REPLACE INTO audit_head (id, seq, hash) VALUES (1, 0, '0')",
    f"INSERT INTO audit_entry ({COLUMNS}) {AS_COPY} FROM audit_entry WHERE id = 1 "
    "ON CONFLICT (id) DO UPDATE SET action = 'x'",
    "UPDATE OR REPLACE audit_entry SET id = 2 WHERE id = 1",
)
POSTGRESQL = (
    "TRUNCATE audit_entry",
    "TRUNCATE audit_entry, audit_link CASCADE",
    "TRUNCATE audit_link CASCADE",
    "TRUNCATE audit_head",
    f"INSERT INTO audit_entry ({COLUMNS}) {AS_COPY} FROM audit_entry WHERE id = 1 "
    "ON CONFLICT (id) DO UPDATE SET action = 'x'",
    "MERGE INTO audit_entry USING (SELECT 1 AS one) s ON audit_entry.id = s.one WHEN MATCHED THEN DELETE",
)


def refused(runtime: Runtime, statement: str) -> str:
    with (
        write_mode(),
        runtime.engine.connect() as connection,
        connection.begin(),
        pytest.raises(DBAPIError) as raised,
    ):
        connection.execute(text(statement))
    return str(raised.value.orig)


@pytest.mark.parametrize("statement", ANYWHERE)
def test_changes_and_deletions_are_refused(runtime: Runtime, statement: str) -> None:
    said = refused(runtime, statement)
    assert "append-only" in said or "the audit head stays" in said
    assert count(runtime) == count(runtime)


def test_what_only_this_engine_knows_is_refused_too(runtime: Runtime) -> None:
    before = count(runtime)
    for statement in SQLITE if runtime.engine.dialect.name == "sqlite" else POSTGRESQL:
        said = refused(runtime, statement)
        assert "append-only" in said or "the audit head stays" in said, statement
    assert count(runtime) == before
    with runtime.session_factory() as session:
        assert verify(session, runtime.keyring) == []


def count(runtime: Runtime) -> tuple[int, int]:
    with runtime.engine.connect() as connection:
        entries = connection.execute(text("SELECT count(*) FROM audit_entry")).scalar_one()
        links = connection.execute(text("SELECT count(*) FROM audit_link")).scalar_one()
    assert entries > 0
    assert links > 0
    return entries, links
