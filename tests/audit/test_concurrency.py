"""Eight processes write at once: one chain, nothing lost, nothing twice; and it verifies while they write."""

from __future__ import annotations

import multiprocessing

from sqlalchemy import select

from portal.core.runtime import Runtime
from portal.domain.audit.models import AuditEntry, AuditHead, AuditLink
from portal.domain.audit.verification import verify
from tests.audit.writers import expected_ids, write
from tests.databases import Database

WRITERS, TRANSACTIONS = 8, 20
LONGEST = 120


def test_eight_processes_make_one_chain(runtime: Runtime, database: Database) -> None:
    with runtime.session_factory() as session:
        before = session.scalars(select(AuditHead.seq)).one()
    database.dirty = True  # the writers have engines of their own
    context = multiprocessing.get_context("spawn")
    processes = [
        context.Process(target=write, args=(database.url, writer, TRANSACTIONS)) for writer in range(1, WRITERS + 1)
    ]
    for process in processes:
        process.start()
    looks = 0
    while any(process.is_alive() for process in processes):
        with runtime.session_factory() as session:
            assert verify(session, runtime.keyring) == [], "a look while others write"
        looks += 1
        processes[0].join(0.05)
    for process in processes:
        process.join(LONGEST)
        assert process.exitcode == 0
    assert looks > 1
    with runtime.session_factory() as session:
        assert verify(session, runtime.keyring) == []
        links = session.execute(select(AuditLink.seq, AuditLink.previous_hash, AuditLink.hash).order_by(AuditLink.seq))
        rows = [row for row in links if row.seq > before]
        written = session.scalars(select(AuditEntry.object_id).where(AuditEntry.object_type == "thing")).all()
        head = session.execute(select(AuditHead.seq, AuditHead.hash)).one()
    kept = WRITERS * (sum(n % 5 != 4 for n in range(TRANSACTIONS)) + sum(n % 4 == 3 for n in range(TRANSACTIONS)))
    assert [row.seq for row in rows] == list(range(before + 1, before + 1 + kept)), "one link for each transaction"
    assert len({row.previous_hash for row in rows}) == len(rows), "no fork"
    assert (head.seq, head.hash) == (rows[-1].seq, rows[-1].hash)
    assert sorted(written) == sorted(i for w in range(1, WRITERS + 1) for i in expected_ids(w, TRANSACTIONS))
