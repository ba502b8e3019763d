"""The chain of the audit log as it is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.core.db import write_mode
from portal.core.runtime import Runtime
from portal.domain.audit.models import AuditEntry, AuditHead, AuditLink
from portal.domain.audit.services import EntryData, record, record_now
from portal.domain.audit.verification import verify
from tests.audit.tampering import work_of

ClientOf = Callable[[str], FlaskClient]
Read = Callable[..., list[Any]]


def test_one_transaction_makes_one_link_over_its_entries(work_as: Any, read: Read) -> None:
    before = read(select(AuditHead.seq))[0]
    with work_as("thidua") as work:
        record(work, "test.first", "thing", 1)
        record(work, "test.second", "thing", 2, detail={"tên": "Đỗ Thị Hoà"})
    links = read(select(AuditLink).where(AuditLink.seq > before))
    assert [link.entry_count for link in links] == [2]
    entries = read(select(AuditEntry).where(AuditEntry.link_seq == links[0].seq).order_by(AuditEntry.id))
    assert [e.action for e in entries] == ["test.first", "test.second"]
    assert entries[1].detail == {"tên": "Đỗ Thị Hoà"}
    assert read(select(AuditHead.seq))[0] == before + 1


def test_an_entry_says_who_for_whom_when_from_where(work_as: Any, read: Read, runtime: Runtime) -> None:
    with work_as("thidua") as work:
        record(work, "test.done", "thing", 7, unit_id=3, on_behalf_of_id=4)
    entry = read(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1))[0]
    assert (entry.object_type, entry.object_id, entry.unit_id, entry.on_behalf_of_id) == ("thing", "7", 3, 4)
    assert (entry.request_id, entry.address, entry.at) == ("test", "127.0.0.1", runtime.clock.now())
    assert entry.actor_id is not None


def test_a_rollback_leaves_no_entry_not_even_with_the_next_commit(runtime: Runtime, read: Read) -> None:
    before = read(select(AuditHead.seq))
    with write_mode(), runtime.session_factory() as session:
        session.execute(select(AuditHead.id))
        record(work_of(session, runtime), "test.undone", "thing", 1)
        session.rollback()
        session.execute(select(AuditHead.id))
        session.commit()
    assert read(select(AuditHead.seq)) == before
    assert read(select(AuditEntry.id).where(AuditEntry.action == "test.undone")) == []


def test_a_work_that_raises_leaves_no_entry(work_as: Any, read: Read) -> None:
    def fail() -> None:
        with work_as("thidua") as work:
            record(work, "test.undone", "thing", 1)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert read(select(AuditEntry.id).where(AuditEntry.action == "test.undone")) == []


@pytest.mark.parametrize(
    "detail",
    [
        {},
        {"số": 1.5, "lớn": 10**12, "âm": -3, "không": None, "có": True},
        {"danh sách": [1, [2, {"sâu": "Hoà"}]], "chữ": "‘’ “” \u2028 🙂", "trống": ""},
        {"old": {"b": 1, "a": 2}, "new": {"a": 2, "b": 1}},
    ],
)
def test_whatever_a_detail_holds_verifies_when_it_is_read_again(
    runtime: Runtime, work_as: Any, detail: dict[str, Any]
) -> None:
    with work_as("thidua") as work:
        record(work, "test.done", "thing", 1, detail=detail)
    with runtime.session_factory() as session:
        assert verify(session, runtime.keyring) == []


def test_record_now_is_kept_although_the_request_fails(client_of: ClientOf, read: Read, runtime: Runtime) -> None:
    client = client_of("hoidong")
    before = read(select(AuditHead.seq))[0]
    assert client.post("/quan-tri/don-vi", data={"name": "X"}).status_code == 403
    entry = read(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1))[0]
    assert (entry.action, entry.object_type) == ("access.refused", "units.create_unit")
    assert entry.detail == {"method": "POST", "path": "/quan-tri/don-vi"}
    assert read(select(AuditHead.seq))[0] == before + 1
    with runtime.session_factory() as session:
        assert verify(session, runtime.keyring) == []


def test_record_now_raises_when_it_cannot_write(runtime: Runtime) -> None:
    entry = EntryData(runtime.clock.now(), "test.alone", 1, detail={"không phải JSON": object()})
    with pytest.raises(TypeError):
        record_now(runtime.session_factory, entry)
