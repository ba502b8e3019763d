"""kill -9 of server and worker under load: nothing acknowledged is lost, nothing half-done stays, jobs act once."""

from __future__ import annotations

import io
import os
import random
import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session, sessionmaker

from portal.config import Settings
from portal.core.clock import SystemClock
from portal.core.db import configure_engine, write_mode
from portal.core.job_queue import enqueue
from portal.core.jobs import Job, JobState, OutboxMessage
from portal.core.keyring import KeyRing
from portal.domain.audit.models import AuditEntry
from portal.domain.audit.verification import verify
from portal.domain.emulation.models import EmulationRegistration, RegistrationLine
from tests.databases import Database, make_database
from tests.kill.counting import KIND
from tests.kill.house import House
from tests.kill.officer import Officer

OFFICERS = ("xuanquan", "vangiang", "khoaichau")
VICTIMS = ("server", "web child", "worker", "server", "worker")
KILLS = max(len(VICTIMS), int(os.environ.get("KILLS", "5")))  # `make soak` asks for more
JOBS, STEPS = 4, 60
LINES_EACH = 20  # what every officer gets acknowledged before the end is looked at
WAIT_FOR_JOBS = 60.0

pytestmark = [pytest.mark.slow_kill, pytest.mark.timeout(240 + 30 * KILLS)]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A database of its own: other tests must not see what is killed here."""
    made = make_database(tmp_path, f"kill_{secrets.token_hex(3)}")
    made.build_template()
    made.reset()
    yield made
    made.drop()


@pytest.fixture
def sessions(database: Database) -> Iterator[sessionmaker[Session]]:
    engine = create_engine(database.url)
    configure_engine(engine)
    yield sessionmaker(engine, expire_on_commit=False)
    engine.dispose()


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    made = House(database.url, data_dir)
    yield made
    made.kill_all()


def test_kills_under_load_lose_nothing(house: House, sessions: sessionmaker[Session]) -> None:
    seed = secrets.randbits(32)
    print(f"the kills come at moments drawn from {seed}")  # noqa: T201 - shown when the test fails
    rng = random.Random(seed)
    house.start_server()
    officers = [Officer(house.url, name) for name in OFFICERS]
    for officer in officers:
        officer.begin()
    jobs = ask_for_counting(sessions, JOBS)
    house.start_worker()
    under_load(house, officers, rng, sessions, jobs)
    check_officers(officers)
    wait_for_jobs(sessions, jobs)
    check_export(officers[0])
    assert house.stop() == [0, 0], house.log.read_text(encoding="utf-8")[-3000:]
    with sessions() as session:
        check_database(session)
        check_lines(session, officers)
        check_audit(session)
        check_effects(session, jobs)
    lines = sum(len(officer.acknowledged) for officer in officers)
    print(f"soak: {KILLS} kills, {lines} lines acknowledged, {len(jobs)} jobs, nothing lost")  # noqa: T201


def under_load(
    house: House, officers: list[Officer], rng: random.Random, sessions: sessionmaker[Session], jobs: list[int]
) -> None:
    """Kill while everybody types; the worker in the middle of a job. `jobs` grows by those asked for."""
    stop = threading.Event()
    typing = [threading.Thread(target=officer.type_lines, args=(stop,)) for officer in officers]
    for thread in typing:
        thread.start()
    try:
        for victim in rng.sample(VICTIMS * -(-KILLS // len(VICTIMS)), KILLS):
            before = sum(len(officer.acknowledged) for officer in officers)
            time.sleep(rng.uniform(0.4, 1.6))
            if victim == "server":
                house.kill_server()
            elif victim == "web child":
                house.kill_web_child(rng)
            else:
                jobs += ask_for_counting(sessions, 1)
                wait_until_in_the_middle(sessions, jobs[-1])
                house.kill_worker()
            wait_until_work_goes_on(officers, before)
        wait_until_each_has_lines(officers)
    finally:
        stop.set()
        for thread in typing:
            thread.join(60)


def wait_until_work_goes_on(officers: list[Officer], before: int) -> None:
    """After each kill lines are taken again."""
    deadline = time.monotonic() + 30
    while sum(len(officer.acknowledged) for officer in officers) < before + 10:
        assert time.monotonic() < deadline, [officer.faults[:3] for officer in officers]
        time.sleep(0.05)


def wait_until_each_has_lines(officers: list[Officer]) -> None:
    """However slow the machine is: nobody is left behind the others for good."""
    deadline = time.monotonic() + 60
    while min(len(officer.acknowledged) for officer in officers) < LINES_EACH:
        assert time.monotonic() < deadline, {officer.username: len(officer.acknowledged) for officer in officers}
        time.sleep(0.05)


def ask_for_counting(sessions: sessionmaker[Session], number: int) -> list[int]:
    """Queue some counting jobs."""
    with write_mode(), sessions() as session:
        asked = [
            enqueue(session, SystemClock(), kind=KIND, payload={"steps": STEPS}, unique_key=secrets.token_hex(8))
            for _ in range(number)
        ]
        session.commit()
        return [job.id for job in asked]


def wait_until_in_the_middle(sessions: sessionmaker[Session], job_id: int) -> None:
    """Until the job has written some of its lines, and not all."""
    deadline = time.monotonic() + WAIT_FOR_JOBS
    done = 0
    while done == 0:
        assert time.monotonic() < deadline
        time.sleep(0.02)
        with sessions() as session:
            done = session.get_one(Job, job_id).progress
    assert done < STEPS


def wait_for_jobs(sessions: sessionmaker[Session], jobs: list[int]) -> None:
    deadline = time.monotonic() + WAIT_FOR_JOBS
    while True:
        with sessions() as session:
            states = Counter(session.scalars(select(Job.state).where(Job.id.in_(jobs))))
        if states[JobState.DONE] == len(jobs):
            return
        assert time.monotonic() < deadline, states
        time.sleep(0.2)


def check_officers(officers: list[Officer]) -> None:
    """Everybody got on with the work, and heard nothing but done, busy, or a broken line."""
    for officer in officers:
        assert officer.faults == []
        assert len(officer.acknowledged) >= LINES_EACH, officer
        assert officer.unknown, "no kill broke a request"
    print({officer.username: (len(officer.acknowledged), len(officer.unknown)) for officer in officers})  # noqa: T201


def check_export(officer: Officer) -> None:
    """The export that the worker makes after all the kills holds every line that was acknowledged, once."""
    page = officer.browser.insist("/thi-dua/dang-ky/xuat").page
    form = page.form_to(next(f.get("action", "") for f in page.forms() if "/xuat" in f.get("action", "")))
    queued = officer.browser.insist(form.get("action", ""), page.values(form))
    assert queued.status == 303, queued.page.text
    deadline = time.monotonic() + 60
    while "/tai-ve" not in (shown := officer.browser.insist(queued.location)).body.decode():
        assert time.monotonic() < deadline, shown.page.text
        time.sleep(0.2)
    book = load_workbook(io.BytesIO(officer.browser.get(f"{queued.location}/tai-ve").body), read_only=True)
    cells = Counter(cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)
    book.close()
    assert {name: cells[name] for name in officer.acknowledged} == dict.fromkeys(officer.acknowledged, 1)


def check_database(session: Session) -> None:
    if session.get_bind().dialect.name == "sqlite":
        assert session.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
        assert session.execute(text("PRAGMA foreign_key_check")).all() == []
    else:
        held = text(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
        )
        assert session.execute(held).scalar_one() == 0


def check_lines(session: Session, officers: list[Officer]) -> None:
    """What was acknowledged is there once, what was refused is not, what is unknown at most once; the counts agree."""
    for officer in officers:
        registration_id = int(officer.registration.rpartition("/")[2])
        found = Counter(
            session.scalars(select(RegistrationLine.name).where(RegistrationLine.registration_id == registration_id))
        )
        assert {name: found[name] for name in officer.acknowledged} == dict.fromkeys(officer.acknowledged, 1)
        assert not set(found) & set(officer.refused)
        assert set(found) <= {*officer.acknowledged, *officer.unknown}
        assert max(found.values()) == 1
        registration = session.get_one(EmulationRegistration, registration_id)
        assert (registration.line_count, registration.person_count) == (len(found), len(found))
        positions = session.scalars(
            select(RegistrationLine.position)
            .where(RegistrationLine.registration_id == registration_id)
            .order_by(RegistrationLine.position)
        ).all()
        assert list(positions) == list(range(1, len(found) + 1))


def check_audit(session: Session) -> None:
    """The chain is whole, and each line has its one entry, each entry its line."""
    keyring = KeyRing(Settings.from_env({"PORTAL_ENV": "demo"}).keyring)
    assert verify(session, keyring) == []
    entries = session.scalars(select(AuditEntry.detail).where(AuditEntry.action == "registration.line_added"))
    recorded = Counter(detail["line"] for detail in entries)
    lines = dict.fromkeys(session.scalars(select(RegistrationLine.id)), 1)
    assert recorded == lines


def check_effects(session: Session, jobs: list[int]) -> None:
    """Every step of every job was written once."""
    subjects = Counter(payload["subject"] for payload in session.scalars(select(OutboxMessage.payload)))
    assert subjects == {f"{job}/{number}": 1 for job in jobs for number in range(STEPS)}
