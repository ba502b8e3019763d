"""The house's daily jobs: what is old goes, what is named stays, the audit head is on record outside the database."""

from __future__ import annotations

import io
import os
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.core.clock import FixedClock
from portal.core.drafts import Draft, DraftBox, Slot
from portal.core.job_queue import Claim, enqueue
from portal.core.jobs import Job, JobState
from portal.core.runtime import Runtime
from portal.domain.accounts.models import SignInFailure, UserSession
from portal.domain.attachments.models import StoredFile
from portal.domain.audit.heads import BadHead, ChainHead, load_head
from portal.domain.audit.models import AuditHead
from portal.domain.units.models import Unit, UnitName
from portal.jobs import housekeeping
from portal.jobs.api import JobContext, JobHandler, Stopping
from portal.jobs.registry import handlers, periodic
from portal.jobs.waker import Waker
from portal.jobs.worker import Worker

DAY = timedelta(days=1)


def run(runtime: Any) -> dict[str, str]:
    """Run the day's jobs by a worker; what each said of itself."""
    own = {handler.kind: handler for handler in housekeeping.HANDLERS}
    Worker(runtime, Waker(runtime.settings), own, housekeeping.PERIODIC).run_pending()
    with runtime.session_factory() as session:
        jobs = session.scalars(select(Job).where(Job.kind.in_(own)).order_by(Job.id))
        return {job.kind: job.result.get("message", job.error) for job in jobs}


def test_every_daily_job_is_known_and_has_a_name() -> None:
    kinds = {entry.kind for entry in periodic()}
    assert kinds >= {handler.kind for handler in housekeeping.HANDLERS}
    for handler in housekeeping.HANDLERS:
        assert handlers()[handler.kind] is handler
        assert handler.title({}).strip()
        assert handler.permission is None


def test_a_day_runs_each_job_once(session: Session, runtime: Runtime, clock: FixedClock) -> None:
    assert set(run(runtime)) == {handler.kind for handler in housekeeping.HANDLERS}
    run(runtime)
    ids = select(Job.id)
    assert len(session.scalars(ids).all()) == len(housekeeping.HANDLERS)
    session.rollback()
    clock.advance(DAY)
    run(runtime)
    assert len(session.scalars(ids).all()) == 2 * len(housekeeping.HANDLERS)


def test_old_drafts_go_and_young_ones_stay(
    session: Session, runtime: Runtime, clock: FixedClock, actor_of: Any
) -> None:
    owner = actor_of("vangiang").user_id
    for key, age in (("old", 31), ("young", 5)):
        clock.advance(-timedelta(days=age))
        DraftBox(session, runtime.keyring, clock).save(Slot(owner, "thing", key), {"a": ["b"]}, 1)
        session.commit()
        clock.advance(timedelta(days=age))
    assert run(runtime)["house.drop_drafts"] == "Đã xóa 1 bản nháp cũ."
    assert list(session.scalars(select(Draft.record_key))) == ["young"]


def keep_session(session: Any, runtime: Any, user_id: int, name: str, **moments: Any) -> None:
    now = runtime.clock.now()
    values = {"created_at": now, "seen_at": now, **moments}
    session.add(UserSession(token_hash=name.ljust(64, "0"), user_id=user_id, **values))
    session.commit()


def test_sessions_past_a_limit_end_and_go_after_a_month(
    session: Session, runtime: Runtime, clock: FixedClock, actor_of: Any
) -> None:
    owner, now = actor_of("vangiang").user_id, runtime.clock.now()
    keep_session(session, runtime, owner, "living")
    keep_session(session, runtime, owner, "idle", seen_at=now - timedelta(minutes=31))
    keep_session(session, runtime, owner, "long", created_at=now - timedelta(hours=13))
    keep_session(session, runtime, owner, "ended", ended_at=now - timedelta(days=29), end_reason="signed_out")
    keep_session(session, runtime, owner, "gone", ended_at=now - timedelta(days=31), end_reason="signed_out")
    session.add(SignInFailure(kind="account", key="x", count=3, last_at=now - timedelta(days=40)))
    session.add(SignInFailure(kind="account", key="y", count=3, last_at=now))
    session.commit()
    said = run(runtime)["house.drop_sessions"]
    assert said == "Đã kết thúc 2 phiên, xóa 1 phiên cũ và 1 lần đăng nhập hỏng cũ."
    kept = {s.token_hash.rstrip("0"): s.end_reason for s in session.scalars(select(UserSession))}
    assert kept == {"living": "", "idle": "expired", "long": "expired", "ended": "signed_out"}
    assert list(session.scalars(select(SignInFailure.key))) == ["y"]


def put(runtime: Any, content: bytes, days_old: float = 2) -> str:
    """Content in the store, last written so many days ago by the portal's clock."""
    sha256: str = runtime.files.put(io.BytesIO(content)).sha256
    at = (runtime.clock.real() - timedelta(days=days_old)).timestamp()
    os.utime(runtime.files.path_of(sha256), (at, at))
    return sha256


def test_files_that_no_record_names_go(session: Session, runtime: Runtime, actor_of: Any, unit_id: Any) -> None:
    owner = actor_of("vangiang").user_id
    stored, made, staged, stray, fresh = (put(runtime, name.encode()) for name in ("a", "b", "c", "d", "e"))
    fresh = put(runtime, b"f", days_old=0.5)
    session.add(
        StoredFile(
            owner_type="thing",
            owner_id=1,
            unit_id=unit_id("326"),
            kind="thing",
            name="a.pdf",
            content_type="application/pdf",
            size=1,
            sha256=stored,
            uploaded_by_id=owner,
            uploaded_at=runtime.clock.now(),
        )
    )
    for key, given in (("made", {"result": {"file": {"sha256": made}}}), ("staged", {"payload": {"upload": staged}})):
        job = enqueue(session, runtime.clock, kind="test.x", payload={}, unique_key=key, owner_id=owner)
        for name, value in given.items():
            setattr(job, name, value)
    session.commit()
    run(runtime)
    left = set(runtime.files.all_hashes())
    assert {stored, made, staged, fresh} <= left
    assert stray not in left


def test_files_of_jobs_go_with_the_job_some_days_after_its_end(
    session: Session, runtime: Runtime, clock: FixedClock, actor_of: Any
) -> None:
    sha256 = put(runtime, b"ket qua", days_old=9)
    for key, days in (("old", 8), ("recent", 6)):
        job = enqueue(session, clock, kind="test.x", payload={}, unique_key=key, owner_id=actor_of("thidua").user_id)
        job.state, job.finished_at = JobState.DONE, clock.now() - timedelta(days=days)
        job.result = {"file": {"sha256": sha256}} if key == "old" else {}
    session.commit()
    assert run(runtime)["house.drop_files"] == "Đã xóa 1 việc đã xong và 1 tệp không còn dùng."
    keys = select(Job.unique_key).where(Job.kind == "test.x")
    assert list(session.scalars(keys)) == ["recent"]
    assert not runtime.files.path_of(sha256).exists()


def test_leftovers_of_killed_writes_go(runtime: Runtime) -> None:
    put(runtime, b"x", days_old=0)
    half = runtime.files.root / ".in-abcdef"
    half.write_bytes(b"half")
    at = (runtime.clock.real() - timedelta(days=2)).timestamp()
    os.utime(half, (at, at))
    run(runtime)
    assert not half.exists()


def test_the_audit_head_is_written_signed_outside_the_database(
    session: Session, runtime: Runtime, clock: FixedClock
) -> None:
    said = run(runtime)["house.export_audit_head"]
    assert said.endswith("vào 2023-03-15.json.")
    path = runtime.settings.data_dir / "audit-heads" / "2023-03-15.json"
    text = path.read_text(encoding="utf-8")
    head = session.execute(select(AuditHead.seq, AuditHead.hash)).one()
    assert load_head(runtime.keyring, text) == ChainHead(head.seq, head.hash)
    with pytest.raises(BadHead):
        load_head(runtime.keyring, text.replace(head.hash, "0" * 64))


def test_units_bear_the_name_whose_day_has_come(session: Session, runtime: Runtime, clock: FixedClock) -> None:
    unit = session.scalars(select(Unit).where(Unit.code == "STC")).one()
    tomorrow = clock.today() + DAY
    session.execute(update(UnitName).where(UnitName.unit_id == unit.id).values(valid_to=tomorrow))
    session.add(UnitName(unit_id=unit.id, name="Sở Tài chính và Giá", short_name="Sở TC&G", valid_from=tomorrow))
    session.commit()
    assert "Đã đổi tên 0 đơn vị" in run(runtime)["house.apply_unit_names"]
    clock.advance(DAY)
    assert "Đã đổi tên 1 đơn vị" in run(runtime)["house.apply_unit_names"]
    session.rollback()
    session.refresh(unit)
    assert unit.short_name == "Sở TC&G"


def test_two_handlers_of_one_kind_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    handlers.cache_clear()
    twice: tuple[JobHandler, ...] = (*housekeeping.HANDLERS, housekeeping.HANDLERS[0])
    monkeypatch.setattr(housekeeping, "HANDLERS", twice)
    with pytest.raises(ValueError, match=r"house\.drop_drafts"):
        handlers()
    monkeypatch.undo()
    handlers.cache_clear()
    assert "house.drop_drafts" in handlers()


def test_the_search_for_stray_files_stops_with_the_worker(session: Session, runtime: Runtime) -> None:
    put(runtime, b"stray")
    job = enqueue(session, runtime.clock, kind="house.drop_files", payload={}, unique_key="k")
    job.state, job.lease_by = JobState.RUNNING, "w/1"
    session.commit()
    held = Claim(job.id, job.kind, {}, {}, {}, None, 1, 5, "w/1")
    answers = iter([False, True])
    with pytest.raises(Stopping):
        housekeeping.drop_files(JobContext(runtime, held, stopping=lambda: next(answers)))
