"""Content that nothing names any more: counted, removed after its grace, never while somebody brings it again."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Collection
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core import orphans as census
from portal.core.clock import FixedClock
from portal.core.jobs import Job
from portal.core.orphans import GRACE, StoreCount, orphans
from portal.core.runtime import Runtime
from portal.domain.attachments.enums import FileType
from portal.domain.attachments.models import FileRule, StoredFile
from portal.domain.attachments.owners import owners
from portal.domain.attachments.services import attach_file, receive_file, remove_file
from portal.domain.emulation.files import FURTHER
from portal.domain.emulation.queries.registrations import OBJECT_TYPE
from portal.jobs import housekeeping
from portal.jobs.waker import Waker
from portal.jobs.worker import Worker
from tests.attachments.samples import pdf
from tests.emulation.domain.builders import World

LIMIT = 1 << 20


@pytest.fixture
def key(world: World) -> int:
    return world.opened("vangiang", "326")


def bring(runtime: Runtime, world: World, key: int, content: bytes) -> int:
    """Upload and put on record, as a page does."""
    received = receive_file(runtime.files, io.BytesIO(content), "a.pdf", (FileType.PDF,), LIMIT)
    with world.work_as("vangiang") as work:
        return attach_file(work, received, OBJECT_TYPE, key, world.units["326"], FURTHER).id


def put_old(runtime: Runtime, content: bytes, days: float = 3) -> str:
    sha256 = runtime.files.put(io.BytesIO(content)).sha256
    at = (runtime.clock.real() - timedelta(days=days)).timestamp()
    os.utime(runtime.files.path_of(sha256), (at, at))
    return sha256


def keep_house(runtime: Runtime) -> dict[str, str]:
    """The day's jobs; what those about files said."""
    wanted = ("house.drop_removed_files", "house.drop_files")
    handlers = {handler.kind: handler for handler in housekeeping.HANDLERS if handler.kind in wanted}
    periodic = [entry for entry in housekeeping.PERIODIC if entry.kind in wanted]
    Worker(runtime, Waker(runtime.settings), handlers, periodic).run_pending()
    with runtime.session_factory() as session:
        return {job.kind: job.result["message"] for job in session.scalars(select(Job).where(Job.kind.in_(wanted)))}


def count(runtime: Runtime, session: Session) -> StoreCount:
    return orphans(session, runtime.files, runtime.clock.real() - GRACE)


def test_the_store_is_counted_against_rows_and_jobs(runtime: Runtime, world: World, key: int, session: Session) -> None:
    named = bring(runtime, world, key, pdf("có chủ"))
    put_old(runtime, b"khong ai neu")
    runtime.files.put(io.BytesIO(b"dang den"))
    lost = bring(runtime, world, key, pdf("mất"))
    (sha256,) = world.all(select(StoredFile.sha256).where(StoredFile.id == lost))
    runtime.files.delete(sha256)
    assert count(runtime, session) == StoreCount(1, 1, len(b"khong ai neu"), 1, (sha256,))
    assert named


def test_content_that_comes_again_while_the_house_is_kept_stays(
    runtime: Runtime, world: World, key: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the rows and the removal a person brings the very same content, to the end of the commit."""
    sha256 = put_old(runtime, pdf("lại đến"))
    other = put_old(runtime, b"that su thua")
    real = census.named_by_rows
    brought: list[int] = []

    def look_then_bring(session: Session, hashes: Collection[str]) -> set[str]:
        named = real(session, hashes)
        session.rollback()
        person = threading.Thread(target=lambda: brought.append(bring(runtime, world, key, pdf("lại đến"))))
        person.start()
        person.join()
        return named

    monkeypatch.setattr(census, "named_by_rows", look_then_bring)
    keep_house(runtime)
    assert len(brought) == 1
    assert runtime.files.verify(sha256)
    assert not runtime.files.verify(other)


def test_content_that_comes_again_in_the_moment_of_its_removal_stays(
    runtime: Runtime, world: World, key: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bytes arrive after the last look at the age, while the file is being moved aside."""
    sha256 = put_old(runtime, pdf("sát nút"))
    real = runtime.files.discard
    brought: list[int] = []

    def bring_in_between(given: str, before: Any) -> bool:
        path_type = type(runtime.files.path_of(given))
        move = path_type.replace

        def replace(self: Any, target: Any) -> Any:
            if not brought and target.name.startswith(".out-"):
                brought.append(bring(runtime, world, key, pdf("sát nút")))
            return move(self, target)

        monkeypatch.setattr(path_type, "replace", replace)
        return real(given, before)

    monkeypatch.setattr(runtime.files, "discard", bring_in_between)
    keep_house(runtime)
    assert len(brought) == 1
    assert runtime.files.verify(sha256)


def test_a_removed_file_is_kept_for_the_days_of_its_kind_then_goes_with_its_content(
    runtime: Runtime, world: World, key: int, clock: FixedClock, session: Session
) -> None:
    rule = FileRule(kind=FURTHER, max_megabytes=5, max_count=9, keep_days=5, changed_by_id=1, changed_at=clock.now())
    session.add(rule)
    session.commit()
    file_id = bring(runtime, world, key, pdf("gỡ"))
    (sha256,) = world.all(select(StoredFile.sha256))
    at = clock.now().timestamp()
    os.utime(runtime.files.path_of(sha256), (at, at))
    with world.work_as("vangiang") as work:
        remove_file(work, owners()[OBJECT_TYPE], work.session.get_one(StoredFile, file_id))
    clock.advance(timedelta(days=4))
    assert keep_house(runtime)["house.drop_removed_files"] == "Đã xóa hẳn 0 tệp đã gỡ."
    assert runtime.files.verify(sha256)
    clock.advance(timedelta(days=2))
    keep_house(runtime)
    assert world.all(select(StoredFile.id)) == []
    assert not runtime.files.verify(sha256)
