"""`verify` finds every way of meddling with the log."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, text

from portal.core.keyring import KeyRing
from portal.core.runtime import Runtime
from portal.domain.audit import verification
from portal.domain.audit.enums import FaultKind
from portal.domain.audit.heads import ChainHead
from portal.domain.audit.queries import chain_head
from portal.domain.audit.services import GENESIS
from portal.domain.audit.verification import Fault, verify
from tests.audit.tampering import unguarded, write_links

K = FaultKind


def faults_of(runtime: Runtime, expected: ChainHead | None = None, keyring: KeyRing | None = None) -> list[Fault]:
    with runtime.session_factory() as session:
        return verify(session, keyring or runtime.keyring, expected)


def head_of(runtime: Runtime) -> ChainHead:
    with runtime.session_factory() as session:
        return ChainHead(*session.execute(chain_head()).one())


def kinds(faults: list[Fault]) -> list[tuple[FaultKind, int]]:
    return [(fault.kind, fault.seq) for fault in faults]


def test_the_start_data_verifies(runtime: Runtime) -> None:
    assert faults_of(runtime) == []
    assert faults_of(runtime, head_of(runtime)) == []
    assert faults_of(runtime, ChainHead(0, GENESIS)) == []


@pytest.mark.parametrize("batch", [1, 2, 3, 500])
def test_batches_do_not_matter(runtime: Runtime, monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    monkeypatch.setattr(verification, "BATCH", batch)
    first = write_links(runtime, 5)
    assert faults_of(runtime) == []
    with unguarded(runtime) as connection:
        _run(connection, "UPDATE audit_entry SET action = 'x' WHERE link_seq = :seq", first + 2)
        _run(connection, "UPDATE audit_entry SET action = 'x' WHERE link_seq = :seq", first + 3)
    assert kinds(faults_of(runtime)) == [(K.CHANGED, first + 2), (K.CHANGED, first + 3)]


CHANGES = {
    "action": "action = 'test.undone'",
    "actor": "actor_id = 2",
    "behalf": "on_behalf_of_id = 3",
    "object": "object_id = '7'",
    "type": "object_type = 'other'",
    "unit": "unit_id = 1",
    "detail": """detail = '{"số": 999, "tên": "Đỗ Thị Hoà"}'""",
    "request": "request_id = 'other'",
    "address": "address = '10.0.0.1'",
    "moment": "at = '2023-03-15 02:00:00.000001'",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_any_column_changed_of_one_entry_is_found(runtime: Runtime, change: str) -> None:
    first = write_links(runtime, 3)
    with unguarded(runtime) as connection:
        _run(
            connection,
            f"UPDATE audit_entry SET {change} WHERE id = (SELECT min(id) FROM audit_entry WHERE link_seq = :seq)",
            first + 1,
        )
    assert kinds(faults_of(runtime)) == [(K.CHANGED, first + 1)]


def test_changed_columns_of_a_link_are_found(runtime: Runtime) -> None:
    first = write_links(runtime, 6)
    with unguarded(runtime) as connection:
        _run(connection, "UPDATE audit_link SET at = '2023-03-15 02:00:00.000001' WHERE seq = :seq", first)
        _run(connection, "UPDATE audit_link SET entry_count = 1 WHERE seq = :seq", first + 1)
        _run(connection, "UPDATE audit_link SET entry_count = 3 WHERE seq = :seq", first + 2)
        _run(connection, "UPDATE audit_link SET key_id = 'gone' WHERE seq = :seq", first + 3)
        _run(connection, "UPDATE audit_link SET previous_hash = 'x' WHERE seq = :seq", first + 4)
        _run(connection, "UPDATE audit_link SET hash = 'x' WHERE seq = :seq", first + 5)
    assert kinds(faults_of(runtime)) == [
        (K.CHANGED, first),
        (K.EXTRA_ENTRY, first + 1),
        (K.MISSING_ENTRY, first + 2),
        (K.UNKNOWN_KEY, first + 3),
        (K.BROKEN_LINK, first + 4),
        (K.CHANGED, first + 4),
        (K.CHANGED, first + 5),
        (K.WRONG_HEAD, first + 5),
    ]


def test_a_deleted_entry_is_found(runtime: Runtime) -> None:
    first = write_links(runtime, 3)
    with unguarded(runtime) as connection:
        _run(
            connection,
            "DELETE FROM audit_entry WHERE id = (SELECT min(id) FROM audit_entry WHERE link_seq = :seq)",
            first + 1,
        )
    assert kinds(faults_of(runtime)) == [(K.MISSING_ENTRY, first + 1), (K.CHANGED, first + 1)]


def test_a_planted_entry_is_found(runtime: Runtime) -> None:
    first = write_links(runtime, 3)
    plant = (
        "INSERT INTO audit_entry (id, link_seq, at, action, object_type, object_id, detail, request_id, address) "
        "SELECT {id}, {link}, at, action, object_type, object_id, detail, request_id, address FROM audit_entry "
        "WHERE id = 1"
    )
    with unguarded(runtime) as connection:
        _run(connection, plant.format(id=900001, link=first + 1))
        _run(connection, plant.format(id=900002, link=first + 77))
    assert kinds(faults_of(runtime)) == [
        (K.EXTRA_ENTRY, first + 1),
        (K.CHANGED, first + 1),
        (K.EXTRA_ENTRY, first + 77),
    ]


def test_two_entries_put_in_another_order_are_found(runtime: Runtime) -> None:
    first = write_links(runtime, 3)
    with unguarded(runtime) as connection:
        low, high = connection.execute(
            text("SELECT min(id), max(id) FROM audit_entry WHERE link_seq = :seq"), {"seq": first + 1}
        ).one()
        for old, new in ((low, 900001), (high, low), (900001, high)):
            connection.execute(text("UPDATE audit_entry SET id = :new WHERE id = :old"), {"old": old, "new": new})
    assert kinds(faults_of(runtime)) == [(K.CHANGED, first + 1)]


def test_two_links_put_in_another_order_are_found(runtime: Runtime) -> None:
    first = write_links(runtime, 4)
    with unguarded(runtime) as connection:
        for table, column in (("audit_link", "seq"), ("audit_entry", "link_seq")):
            for old, new in ((first + 1, 900001), (first + 2, first + 1), (900001, first + 2)):
                _run(connection, f"UPDATE {table} SET {column} = {new} WHERE {column} = :seq", old)
    found = kinds(faults_of(runtime))
    assert (K.BROKEN_LINK, first + 1) in found
    assert (K.BROKEN_LINK, first + 2) in found
    assert (K.BROKEN_LINK, first + 3) in found
    assert {seq for _, seq in found} == {first + 1, first + 2, first + 3}


def test_a_link_taken_out_of_the_middle_is_found(runtime: Runtime) -> None:
    first = write_links(runtime, 4)
    with unguarded(runtime) as connection:
        _run(connection, "DELETE FROM audit_link WHERE seq = :seq", first + 1)
    assert kinds(faults_of(runtime)) == [(K.MISSING_LINK, first + 1), (K.EXTRA_ENTRY, first + 1)]
    assert "thiếu 1 mắt xích" in str(faults_of(runtime)[0])


def test_a_link_before_the_first_is_found(runtime: Runtime) -> None:
    write_links(runtime, 1)
    with unguarded(runtime) as connection:
        _run(connection, "UPDATE audit_link SET seq = -3 WHERE seq = :seq", 1)
        _run(connection, "UPDATE audit_entry SET link_seq = -3 WHERE link_seq = :seq", 1)
    assert kinds(faults_of(runtime))[:3] == [(K.BROKEN_LINK, -3), (K.CHANGED, -3), (K.MISSING_LINK, -2)]


def cut(runtime: Runtime, last: int) -> None:
    """Take off everything behind a link, and the head with it, so that the rest is a chain without fault."""
    with unguarded(runtime) as connection:
        _run(connection, "DELETE FROM audit_entry WHERE link_seq > :seq", last)
        _run(connection, "DELETE FROM audit_link WHERE seq > :seq", last)
        _run(
            connection,
            "UPDATE audit_head SET seq = :seq, hash = (SELECT hash FROM audit_link WHERE seq = :seq)",
            last,
        )


def test_a_cut_tail_with_the_head_moved_back_is_found_by_an_exported_head(runtime: Runtime) -> None:
    first = write_links(runtime, 5)
    exported = head_of(runtime)
    cut(runtime, first + 1)
    assert faults_of(runtime) == [], "the chain alone cannot know"
    assert kinds(faults_of(runtime, exported)) == [(K.CUT, first + 4)]


def test_a_tail_written_anew_is_found_by_an_exported_head(runtime: Runtime) -> None:
    first = write_links(runtime, 5)
    exported = head_of(runtime)
    cut(runtime, first + 1)
    write_links(runtime, 5, entries=1)
    assert faults_of(runtime) == []
    assert kinds(faults_of(runtime, exported)) == [(K.CUT, first + 4)]
    assert faults_of(runtime, ChainHead(0, GENESIS)) == []


def test_a_cut_tail_without_the_head_is_found(runtime: Runtime) -> None:
    first = write_links(runtime, 3)
    with unguarded(runtime) as connection:
        _run(connection, "DELETE FROM audit_entry WHERE link_seq = :seq", first + 2)
        _run(connection, "DELETE FROM audit_link WHERE seq = :seq", first + 2)
    assert kinds(faults_of(runtime)) == [(K.WRONG_HEAD, first + 2)]


HEADS = {
    "moved back": "UPDATE audit_head SET seq = seq - 1",
    "moved on": "UPDATE audit_head SET seq = seq + 1",
    "another hash": "UPDATE audit_head SET hash = 'x'",
    "gone": "DELETE FROM audit_head",
}


@pytest.mark.parametrize("statement", HEADS.values(), ids=HEADS.keys())
def test_a_head_that_does_not_fit_is_found(runtime: Runtime, statement: str) -> None:
    write_links(runtime, 3)
    with unguarded(runtime) as connection:
        _run(connection, statement)
    assert [fault.kind for fault in faults_of(runtime)] == [K.WRONG_HEAD]


def test_everything_gone_is_found(runtime: Runtime) -> None:
    exported = head_of(runtime)
    with unguarded(runtime) as connection:
        for table in ("audit_entry", "audit_link"):
            _run(connection, f"DELETE FROM {table}")
    assert [f.kind for f in faults_of(runtime, exported)] == [K.WRONG_HEAD, K.CUT]


def test_another_key_does_not_verify(runtime: Runtime) -> None:
    first = write_links(runtime, 1)
    same_name = KeyRing([(runtime.keyring.current, b"another key, of the same length.")])
    assert (K.CHANGED, first) in kinds(faults_of(runtime, keyring=same_name))
    assert (K.UNKNOWN_KEY, first) in kinds(faults_of(runtime, keyring=KeyRing([("new", b"x" * 32)])))


def test_every_fault_speaks_vietnamese() -> None:
    for kind in FaultKind:
        assert str(Fault(kind, 7)) == f"Mắt xích 7: {kind.label}."


def _run(connection: Connection, statement: str, seq: int | None = None) -> None:
    connection.execute(text(statement), {} if seq is None else {"seq": seq})
