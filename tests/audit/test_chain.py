"""The chain of the audit log as it is written."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from portal.domain.audit.models import AuditEntry, AuditHead, AuditLink
from portal.domain.audit.services import record


def test_one_transaction_makes_one_link_over_its_entries(work_as: Any, read: Any) -> None:
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


def test_home_opens_for_a_signed_in_officer(client_of: Any) -> None:
    answer = client_of("vangiang").get("/")
    assert answer.status_code == 200
    assert "Việc của tôi" in answer.text
