"""The scan of a file as a job: what it says, what happens while nobody answers, who is told of what it found."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.core.clock import FixedClock
from portal.core.jobs import Job, JobState
from portal.core.runtime import Runtime
from portal.domain.attachments import manifest
from portal.domain.attachments.enums import FileType, PreviewState, ScanState
from portal.domain.attachments.models import FilePreview, StoredFile
from portal.domain.attachments.services import EXAMINE, FileInfected, attach_file, open_file, receive_file
from portal.domain.audit.models import AuditEntry
from portal.domain.emulation.files import FURTHER
from portal.domain.emulation.queries.registrations import OBJECT_TYPE
from portal.jobs import attachments
from portal.jobs.waker import Waker
from portal.jobs.worker import Worker
from tests.attachments.clamd_server import Scanner
from tests.attachments.samples import EICAR, docx, pdf
from tests.emulation.domain.builders import World

LIMIT = 1 << 20
TAINTED = pdf().replace(b"%%EOF", b"% " + EICAR + b"\n%%EOF")


@pytest.fixture
def key(world: World) -> int:
    return world.opened("vangiang", "326")


def attach(runtime: Runtime, world: World, key: int, content: bytes = b"", name: str = "bao cao.pdf") -> int:
    """A file on record, its job waiting."""
    received = receive_file(runtime.files, io.BytesIO(content or pdf()), name, tuple(FileType), LIMIT)
    with world.work_as("vangiang") as work:
        return attach_file(work, received, OBJECT_TYPE, key, world.units["326"], FURTHER).id


def examine(runtime: Runtime, *, hourly: bool = False) -> None:
    handlers = {handler.kind: handler for handler in attachments.HANDLERS}
    Worker(runtime, Waker(runtime.settings), handlers, attachments.PERIODIC if hourly else ()).run_pending()


def state(world: World, file_id: int) -> tuple[ScanState, str]:
    (file,) = world.all(select(StoredFile).where(StoredFile.id == file_id))
    return file.scan_state, file.scan_note


def job_of(world: World, file_id: int) -> Job:
    (job,) = world.all(select(Job).where(Job.unique_key == f"{EXAMINE}:{file_id}"))
    found: Job = job
    return found


def test_without_a_scanner_a_file_stays_as_not_scanned(runtime: Runtime, world: World, key: int) -> None:
    file_id = attach(runtime, world, key)
    examine(runtime)
    assert state(world, file_id) == (ScanState.NONE, "")
    assert job_of(world, file_id).state is JobState.DONE


def test_a_clean_file_is_told_clean_once(runtime: Runtime, world: World, key: int, clamd: Scanner) -> None:
    file_id = attach(runtime, world, key, docx(), "bao cao.docx")
    assert state(world, file_id) == (ScanState.NONE, "")
    examine(runtime)
    assert state(world, file_id) == (ScanState.CLEAN, "")
    examine(runtime, hourly=True)
    assert len(clamd.taken) == 1


def test_equal_content_of_another_record_is_scanned_anew(
    runtime: Runtime, world: World, key: int, clamd: Scanner
) -> None:
    other = world.opened("khoaichau", "330")
    attach(runtime, world, key)
    examine(runtime)
    again = attach(runtime, world, other)
    assert state(world, again) == (ScanState.NONE, "")
    examine(runtime)
    assert state(world, again) == (ScanState.CLEAN, "")
    assert len(clamd.taken) == 2


def test_an_infected_file_is_locked_and_its_owner_told(
    runtime: Runtime, world: World, key: int, clamd: Scanner, session: Session
) -> None:
    file_id = attach(runtime, world, key, TAINTED, "hóa đơn.pdf")
    session.add(FilePreview(file_id=file_id, page=1, sha256="0" * 64, content_type="image/png", width=1, height=1))
    session.commit()
    examine(runtime)
    assert state(world, file_id) == (ScanState.INFECTED, "Win.Test.EICAR_HDB-1")
    assert world.all(select(FilePreview.id)) == []
    assert world.all(select(StoredFile.preview_state)) == [PreviewState.FAILED]
    (entry,) = world.all(select(AuditEntry).where(AuditEntry.action == "attachment.infected"))
    assert entry.detail["found"] == "Win.Test.EICAR_HDB-1"
    with world.work_as("vangiang") as work:
        with pytest.raises(FileInfected):
            open_file(work, OBJECT_TYPE, key, file_id)
        (item,) = manifest.waiting(work, 2023)
        assert item.title == "Gỡ, thay tệp có mã độc: hóa đơn.pdf"
    with world.work_as("thidua") as work:
        assert manifest.waiting(work, 2023) == []


def test_a_file_over_the_scanners_limit_is_told_so_and_not_tried_again(
    runtime: Runtime, world: World, key: int, clamd: Scanner
) -> None:
    clamd.limit = 100
    file_id = attach(runtime, world, key)
    examine(runtime, hourly=True)
    found, note = state(world, file_id)
    assert (found, found.label) == (ScanState.REFUSED, "không quét được")
    assert "size limit exceeded" in note
    assert job_of(world, file_id).state is JobState.DONE


def test_a_scanner_that_is_away_is_asked_again_hour_by_hour(
    runtime: Runtime, world: World, key: int, clamd: Scanner, clock: FixedClock, session: Session
) -> None:
    clamd.hang_up = True
    file_id = attach(runtime, world, key)
    examine(runtime)
    job = job_of(world, file_id)
    assert (job.state, job.attempts) == (JobState.QUEUED, 1)
    assert state(world, file_id) == (ScanState.NONE, "")
    session.execute(update(Job).values(state=JobState.FAILED))  # as after the last attempt
    session.commit()
    clamd.hang_up = False
    clock.advance(timedelta(hours=1))
    examine(runtime, hourly=True)
    assert state(world, file_id) == (ScanState.CLEAN, "")


def test_the_hourly_look_goes_on_where_it_was_stopped(
    runtime: Runtime, world: World, key: int, clamd: Scanner, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [attach(runtime, world, key, pdf(str(n))) for n in range(3)]
    session.execute(update(Job).values(state=JobState.FAILED))
    session.commit()
    monkeypatch.setattr(attachments, "BATCH", 2)
    examine(runtime, hourly=True)
    assert [state(world, file_id)[0] for file_id in files] == [ScanState.CLEAN] * 3


def test_what_is_gone_is_no_fault(runtime: Runtime, world: World, key: int, clamd: Scanner, session: Session) -> None:
    lost, gone = attach(runtime, world, key, pdf("mất")), attach(runtime, world, key, pdf("xóa"))
    (sha256,) = world.all(select(StoredFile.sha256).where(StoredFile.id == lost))
    runtime.files.delete(sha256)
    session.delete(session.get_one(StoredFile, gone))
    session.commit()
    examine(runtime)
    assert [job_of(world, f).result["message"] for f in (lost, gone)] == [attachments.LOST, attachments.GONE]


def test_what_the_jobs_are_called(runtime: Runtime, clamd: Scanner, world: World) -> None:
    titles = {handler.title({}) for handler in attachments.HANDLERS}
    assert all(title[0].isupper() for title in titles)
    examine(runtime, hourly=True)
    messages = [job.result["message"] for job in world.all(select(Job))]
    assert messages == ["Đã yêu cầu quét 0 tệp, tạo bản xem trước 0 tệp."]
