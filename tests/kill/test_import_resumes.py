"""kill -9 of the worker in the middle of an import: another goes on from the checkpoint, and the end is the same."""

from __future__ import annotations

import contextlib
import os
import random
import secrets
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.core.jobs import Job, JobState
from portal.core.runtime import Runtime
from portal.domain.audit.models import AuditEntry
from portal.domain.audit.verification import verify
from portal.domain.emulation.models import EmulationRegistration
from portal.domain.notifications.models import Notice
from portal.domain.staging.enums import ImportState
from seed.names import NameGenerator
from tests.databases import Database
from tests.emulation.domain.builders import WorkAs, World, make_world
from tests.emulation.imports.conftest import Importer
from tests.imports.workbooks import plain_workbook, row_of
from tests.kill.house import House

KILLS = max(5, int(os.environ.get("KILLS", "5")))
ROWS = 3_000  # more than a page reads by itself; the worker of these tests keeps them in twelve pieces
READ_KILLS, APPLY_KILLS = 3, 2  # in one import; a job that does not get on is given up after its fifth attempt
LIVELY = 60.0
OWN = ("id", "registration_id", "unit_id", "row_key", "created_at", "updated_at")

pytestmark = [pytest.mark.slow_kill, pytest.mark.timeout(120 + 15 * KILLS)]


class Workers(House):
    """Two workers of these tests on one database: when one is killed in its job, the other takes the job over."""

    def __init__(self, database_url: str, data_dir: Path) -> None:
        super().__init__(database_url, data_dir)
        self._env = {**self._env, "PORTAL_JOB_LEASE_SECONDS": "1"}
        self._all = [self._start_one() for _ in range(2)]

    def kill_holder(self, lease_by: str) -> None:
        """kill -9 of the worker that holds this lease; another is started in its place."""
        pid = int(lease_by.rsplit("-", 2)[1])
        (victim,) = (process for process in self._all if process.pid == pid)
        os.killpg(pid, signal.SIGKILL)
        victim.wait()
        self._all = [process for process in self._all if process is not victim] + [self._start_one()]

    def kill_all(self) -> None:
        for process in self._all:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _start_one(self) -> Any:
        return self._start_module("tests.kill.importing")


@pytest.fixture
def world(runtime: Runtime, work_as: WorkAs) -> World:
    return make_world(runtime, work_as)


@pytest.fixture
def workers(runtime: Runtime, database: Database) -> Iterator[Workers]:
    made = Workers(database.url, runtime.settings.data_dir)
    yield made
    made.kill_all()


@pytest.fixture
def rng() -> random.Random:
    seed = secrets.randbits(32)
    print(f"the kills come at moments drawn from {seed}")  # noqa: T201 - shown when the test fails
    return random.Random(seed)


def test_an_import_goes_on_after_every_kill_and_ends_as_one_left_in_peace(
    world: World, client_of: Callable[[str], FlaskClient], runtime: Runtime, workers: Workers, rng: random.Random
) -> None:
    calm = Importer(client_of("khoaichau"), opened(world, "khoaichau", "330"), world)
    hit = Importer(client_of("vangiang"), opened(world, "vangiang", "326"), world)
    kills = 0
    for turn in range(-(-KILLS // (READ_KILLS + APPLY_KILLS))):
        content = workbook(turn)
        peaceful = calm.stage(content)
        assert wait_for(calm, peaceful, lambda _: False).state is JobState.DONE
        calm.apply(peaceful, only_sound="y")
        assert wait_for(calm, peaceful, lambda _: False).state is JobState.DONE

        batch = hit.receive(content)
        kills += kill_while_read(hit, batch, workers, rng)
        assert hit.counts(batch) == calm.counts(peaceful)
        hit.apply(batch, only_sound="y")
        kills += kill_while_applied(hit, batch, workers, rng)
        compare(calm, peaceful, hit, batch)
    print(f"soak: {kills} kills in imports of {ROWS} rows, each ended as in peace")  # noqa: T201
    assert kills >= KILLS
    with runtime.session_factory() as session:
        assert verify(session, runtime.keyring) == []


def opened(world: World, who: str, unit: str) -> int:
    """A draft in which two lines of the workbook stand already: one as it comes, one with another post."""
    same, other = (name_of(0, n) for n in range(2))
    return world.opened(who, unit, "2023", world.person(same), world.person(other, post="Văn thư"))


def name_of(turn: int, number: int) -> str:
    return f"{NameGenerator(f'import:{number}').person().full_name} {turn}{number:05d}".translate(LETTERS)


LETTERS = str.maketrans("0123456789", "ABCDEGHIKL")
"""Names hold no digits, and no two of a list are alike."""


def workbook(turn: int) -> bytes:
    """A long list: every hundredth line with a title that is not known, the first two of the first turn known."""
    return plain_workbook(
        [
            row_of(
                subject="Cá nhân",
                title_id="Danh hiệu lạ" if number % 100 == 99 else "Lao động tiên tiến",
                name=name_of(turn, number),
                post="Chuyên viên",
                note="" if number < 2 else f"Dòng {number}",
            )
            for number in range(ROWS)
        ]
    ).getvalue()


def job_of(importer: Importer, batch: int) -> Job:
    found: Job = importer.world.all(select(Job).where(Job.id == importer.batch(batch).job_id))[0]
    return found


def wait_for(importer: Importer, batch: int, reached: Callable[[Job], bool]) -> Job:
    """The job of the batch, once that is so or it has ended."""
    deadline = time.monotonic() + LIVELY
    while not (reached(job := job_of(importer, batch)) or job.state in (JobState.DONE, JobState.FAILED)):
        assert time.monotonic() < deadline, (job.state, job.progress, job.attempts)
        time.sleep(0.01)
    return job


def kill_while_read(hit: Importer, batch: int, workers: Workers, rng: random.Random) -> int:
    """Kill whoever reads, at random places of the list; each time the next goes on where the last commit was."""
    kept = 0
    places = sorted(rng.sample(range(ROWS - 500), READ_KILLS - 1))
    for place in (0, *places):
        job = wait_for(hit, batch, lambda job, at=place: job.lease_by != "" and done(job) >= at)  # type: ignore[misc]
        time.sleep(rng.uniform(0, 0.08))
        workers.kill_holder(job.lease_by)
        job = job_of(hit, batch)
        assert job.state is JobState.RUNNING, "the kill came too late"
        assert done(job) >= kept, "the list was begun anew"
        kept = done(job)
        assert len(hit.rows(batch)) == kept
        assert hit.batch(batch).state is ImportState.READING
        wait_for(hit, batch, lambda found, dead=job: found.lease_by != dead.lease_by)  # type: ignore[misc]
    job = wait_for(hit, batch, lambda _: False)
    assert (job.state, hit.batch(batch).state) == (JobState.DONE, ImportState.STAGED), job.error
    return READ_KILLS


def done(job: Job) -> int:
    return int(job.checkpoint.get("done", 0))


def kill_while_applied(hit: Importer, batch: int, workers: Workers, rng: random.Random) -> int:
    """Kill whoever applies: until the commit no line of the list is there, and the job is taken over."""
    before = hit.facts()
    for _ in range(APPLY_KILLS):
        job = wait_for(hit, batch, lambda job: job.lease_by != "")
        time.sleep(rng.uniform(0, 0.7))
        workers.kill_holder(job.lease_by)
        job = job_of(hit, batch)
        assert job.state is JobState.RUNNING, "the kill came too late"
        assert hit.facts() == before
        assert hit.batch(batch).state is ImportState.STAGED
        wait_for(hit, batch, lambda found, dead=job: found.lease_by != dead.lease_by)  # type: ignore[misc]
    job = wait_for(hit, batch, lambda _: False)
    assert job.state is JobState.DONE, job.error
    return APPLY_KILLS


def compare(calm: Importer, peaceful: int, hit: Importer, batch: int) -> None:
    """Rows with their differences and faults, the lines, the counts, the trail, what was told: all as in peace."""
    assert rows_of(hit, batch) == rows_of(calm, peaceful)
    here, there = hit.batch(batch), calm.batch(peaceful)
    assert (here.state, here.notes) == (there.state, there.notes)
    assert here.state is ImportState.PARTLY
    assert hit.counts(batch) == calm.counts(peaceful)
    assert lines_of(hit) == lines_of(calm)
    assert counts_of(hit) == counts_of(calm)
    assert told(hit, batch) == told(calm, peaceful)
    assert set(told(hit, batch).values()) == {1}
    assert notices(hit, batch) == notices(calm, peaceful)


def rows_of(importer: Importer, batch: int) -> list[tuple[Any, ...]]:
    return [
        (row.number, row.part, row.state, row.payload, row.changes, row.errors, row.warnings)
        for row in importer.rows(batch)
    ]


def lines_of(importer: Importer) -> list[dict[str, Any]]:
    lines = importer.lines()
    names = [column.key for column in lines[0].__table__.columns if column.key not in OWN]
    return [{name: getattr(line, name) for name in names} for line in lines]


def counts_of(importer: Importer) -> tuple[int, int, int]:
    found: EmulationRegistration = importer.world.get(importer.key)
    return found.line_count, found.person_count, found.version


def told(importer: Importer, batch: int) -> Counter[str]:
    """The entries of the log about this import, each with its figures."""
    stmt = select(AuditEntry).where(
        AuditEntry.object_type == "emulation_registration", AuditEntry.object_id == str(importer.key)
    )
    entries = [entry for entry in importer.world.all(stmt) if entry.detail.get("import") == batch]
    return Counter(
        f"{entry.action} {sorted((k, v) for k, v in entry.detail.items() if k != 'import')}" for entry in entries
    )


def notices(importer: Importer, batch: int) -> list[str]:
    """What the sender was told of this import."""
    found = importer.world.all(select(Notice).order_by(Notice.id))
    return [notice.text for notice in found if notice.link_values == {"batch_id": batch}]
