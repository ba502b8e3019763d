"""The demonstration year: believable, whole, and keeping everything that the services keep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session, aliased, sessionmaker

from portal.config import Settings
from portal.core.clock import FixedClock
from portal.core.db import configure_engine
from portal.core.filestore import FileStore
from portal.core.keyring import KeyRing
from portal.core.search import index as search_index
from portal.core.workflow import WorkflowStep
from portal.domain.access.enums import Permission, Role
from portal.domain.access.roles import ROLES
from portal.domain.accounts.models import RoleAssignment, UserAccount
from portal.domain.accounts.passwords import passwords
from portal.domain.approvals.enums import ApprovalState as S
from portal.domain.approvals.models import Approval, ApprovalMove
from portal.domain.attachments.content import is_pdf
from portal.domain.attachments.models import StoredFile
from portal.domain.audit.models import AuditEntry
from portal.domain.audit.services import attach
from portal.domain.emulation.catalogue_models import EmulationTitle, PeriodException, RegistrationPeriod
from portal.domain.emulation.enums import REGISTRATION_WORKFLOW, SUBMITTED, RegistrationState
from portal.domain.emulation.models import (
    EmulationRegistration,
    ExpectedNumber,
    RegistrationEditor,
    RegistrationLine,
    RegistrationMovement,
    RegistrationPledge,
)
from portal.domain.emulation.services.checks import sending_errors
from portal.domain.emulation.services.shared import recount
from portal.domain.units.models import Unit, UnitKind
from seed.demo.generate import DemoSummary, load_demo
from seed.demo.large import load_large
from seed.loader import seed_work
from tests.conftest import START
from tests.databases import Database, make_database

Registration, Line = EmulationRegistration, RegistrationLine


@dataclass(slots=True)
class Told:
    """A database of its own with a year written into it."""

    database: Database
    session_factory: sessionmaker[Session]
    files: FileStore
    clock: FixedClock
    year: DemoSummary


@contextmanager
def telling(folder: Path, name: str, clock: FixedClock, with_papers: bool = True) -> Iterator[Told]:
    """Write the year as it is told on the clock's day."""
    database = make_database(folder, name)
    database.build_template()
    database.reset()
    engine = create_engine(database.url)
    configure_engine(engine)
    factory = sessionmaker(engine, expire_on_commit=False)
    search_index.attach(factory)
    attach(factory, KeyRing(Settings.from_env({"PORTAL_ENV": "test"}).keyring))
    files = FileStore(folder / "files")
    year = load_demo(factory, clock, files if with_papers else None)
    yield Told(database, factory, files, clock, year)
    engine.dispose()
    database.drop()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The year as it is told on 15/03/2023; written once for all tests, which only read it."""
    with telling(tmp_path_factory.mktemp("year"), "year", FixedClock(START)) as made:
        yield made


@pytest.fixture
def year(told: Told) -> DemoSummary:
    return told.year


@pytest.fixture
def session(told: Told) -> Iterator[Session]:
    """A session that is rolled back."""
    with told.session_factory() as made:
        yield made


@pytest.fixture
def of_unit(session: Session) -> Callable[[str], EmulationRegistration | None]:
    """of_unit("326"): a unit's registration of 2023."""

    def find(code: str) -> EmulationRegistration | None:
        stmt = select(Registration).join(Unit, Unit.id == Registration.unit_id).where(Unit.code == code)
        return session.scalars(stmt).one_or_none()

    return find


def test_papers_are_under_way_at_every_stage(year: DemoSummary, session: Session) -> None:
    states = Counter(session.scalars(select(Approval.state)))
    assert year.papers == sum(states.values()) >= 5
    assert {S.ISSUED, S.APPROVED, S.RUNNING, S.RETURNED} <= set(states)
    moves = session.execute(select(ApprovalMove.approval_id, ApprovalMove.at).order_by(ApprovalMove.id)).all()
    for key in {move.approval_id for move in moves}:
        days = [move.at for move in moves if move.approval_id == key]
        assert days == sorted(days)
        assert days[-1] < START


def test_the_year_is_full(year: DemoSummary, session: Session) -> None:
    lines = session.scalar(select(func.count()).select_from(Line)) or 0
    assert lines == year.lines
    assert 7_000 <= lines <= 9_000
    states = Counter(session.scalars(select(Registration.state)))
    assert set(states) == set(RegistrationState)
    assert min(states.values()) >= 5
    owing = session.scalar(select(func.count()).select_from(Unit).join(UnitKind).where(UnitKind.owes_registration))
    assert 20 <= (owing or 0) - year.registrations <= 80  # some have not begun
    titles = set(session.scalars(select(EmulationTitle.code).join(Line, Line.title_id == EmulationTitle.id)))
    assert {"LDTT", "CSTDCS", "TTLDTT", "TTLDXS", "CTDT", "BKT", "GK", "CSTDT"} <= titles


def test_the_year_is_written_once(told: Told, year: DemoSummary, session: Session) -> None:
    again = load_demo(told.session_factory, told.clock, told.files)
    assert (again.registrations, again.lines, again.accounts) == (0, 0, 0)
    assert session.scalar(select(func.count()).select_from(Registration)) == year.registrations


def test_the_walk_finds_its_units_as_it_needs_them(of_unit: Any, session: Session) -> None:
    assert of_unit("12022") is None
    district = of_unit("326")
    assert district.state is RegistrationState.DRAFT
    assert 3 <= district.line_count <= 10
    assert district.person_count >= 2
    syt = of_unit("SYT")
    assert (syt.state, syt.line_count, syt.content) == (RegistrationState.DRAFT, 0, "")
    communes = Counter(
        session.scalars(select(Registration.state).where(Registration.receiver_unit_id == district.unit_id))
    )
    assert communes[RegistrationState.SENT] >= 7
    assert sum(communes.values()) == 10
    province = select(Unit.id).where(Unit.level_code == "province").scalar_subquery()
    waiting = select(func.count()).where(
        Registration.receiver_unit_id == province, Registration.state == RegistrationState.SENT
    )
    assert (session.scalar(waiting) or 0) >= 15


@pytest.mark.parametrize(
    ("code", "state"), [("STC", "returned"), ("SNV", "in_review"), ("330", "in_review"), ("SGDDT", "sent")]
)
def test_the_demo_accounts_have_something_to_do(of_unit: Any, code: str, state: str) -> None:
    assert of_unit(code).state.value == state


def test_counts_follow_the_lines(told: Told, session: Session) -> None:
    work = seed_work(session, told.clock)
    for registration in session.scalars(select(Registration)).all():
        before = (registration.line_count, registration.person_count)
        recount(work, registration)
        assert (registration.line_count, registration.person_count) == before, registration.unit_id


def test_what_was_sent_may_be_sent(year: DemoSummary, session: Session) -> None:
    handed_in = select(Registration).where(Registration.state.in_([*SUBMITTED, RegistrationState.IN_REVIEW]))
    for registration in session.scalars(handed_in).all():
        assert sending_errors(session, registration) == {}, registration.unit_id


def test_lines_that_were_taken_in_name_their_origin(year: DemoSummary, session: Session) -> None:
    origin, source = aliased(Line), aliased(Registration)
    copies = session.execute(
        select(Line, origin, source, Registration)
        .join(origin, origin.id == Line.origin_line_id)
        .join(source, source.id == origin.registration_id)
        .join(Registration, Registration.id == Line.registration_id)
    ).all()
    assert len(copies) > 1000
    for copy, first, from_where, into in copies:
        assert from_where.receiver_unit_id == into.unit_id
        assert from_where.state in SUBMITTED
        assert copy.origin_unit_id == (first.origin_unit_id or from_where.unit_id)
        for name in ("row_key", "name", "folded", "sort_key", "post", "division", "title_id", "subject"):
            assert getattr(copy, name) == getattr(first, name)


def test_every_trail_leads_to_the_state(year: DemoSummary, session: Session) -> None:
    steps: dict[int, list[WorkflowStep]] = {}
    for step in session.scalars(select(WorkflowStep).order_by(WorkflowStep.id)):
        steps.setdefault(step.object_id, []).append(step)
    for registration in session.scalars(select(Registration)):
        state, at = RegistrationState.DRAFT, registration.created_at
        for step in steps.get(registration.id, []):
            assert step.from_state == state.value
            state = REGISTRATION_WORKFLOW.check(step.action, state, step.opinion).target
            assert step.to_state == state.value
            assert step.at >= at
            at = step.at
        assert state is registration.state
        assert at == registration.updated_at
        assert (registration.sent_at is not None) == (
            state not in (RegistrationState.DRAFT, RegistrationState.IN_REVIEW)
        )


def test_nobody_decides_on_what_they_drafted(year: DemoSummary, session: Session) -> None:
    editors = {(e.registration_id, e.user_id) for e in session.scalars(select(RegistrationEditor))}
    for registration in session.scalars(select(Registration).where(Registration.decided_by_id.is_not(None))):
        assert (registration.id, registration.decided_by_id) not in editors
        assert registration.decided_by_id != registration.sent_by_id


def test_every_step_was_taken_by_someone_who_may(year: DemoSummary, session: Session) -> None:
    roles: dict[int, set[tuple[Role, int]]] = {}
    for assignment in session.scalars(select(RoleAssignment)):
        roles.setdefault(assignment.user_id, set()).add((assignment.role, assignment.unit_id))
    needed = {
        "submit": Permission.REGISTRATION_EDIT,
        "send": Permission.REGISTRATION_APPROVE,
        "send_signed": Permission.REGISTRATION_SEND,
        "return": Permission.REGISTRATION_RECEIVE,
        "accept": Permission.REGISTRATION_RECEIVE,
    }
    for step in session.scalars(select(WorkflowStep)):
        held = {p for role, unit_id in roles[step.actor_id] if unit_id == step.unit_id for p in ROLES[role].grants}
        assert needed[step.action] in held, (step.action, step.unit_id)


def test_nothing_happened_in_the_future_or_out_of_hours(told: Told, session: Session) -> None:
    for at in session.scalars(select(WorkflowStep.at)):
        assert at < told.clock.now()
        assert at.weekday() < 5
        assert 1 <= at.hour < 10  # 08:00 to 17:00 in Hưng Yên


def test_some_schools_were_late_and_the_rest_in_time(year: DemoSummary, session: Session) -> None:
    period = session.scalars(select(RegistrationPeriod).where(RegistrationPeriod.code == "2022-2023")).one()
    sent = session.scalars(
        select(Registration.sent_at).where(Registration.period_id == period.id, Registration.sent_at.is_not(None))
    )
    days = [at.date() for at in sent if at]
    assert len(days) >= 10
    assert all(period.opens_on <= day <= period.closes_on for day in days)


def test_told_after_the_due_day_some_offices_were_late(tmp_path: Path) -> None:
    clock = FixedClock(START + timedelta(days=40))
    with telling(tmp_path, "late", clock, with_papers=False) as later, later.session_factory() as session:
        period = session.scalars(select(RegistrationPeriod).where(RegistrationPeriod.code == "2023")).one()
        sent = session.scalars(select(Registration.sent_at).where(Registration.period_id == period.id)).all()
        late = [at.date() > period.due_on for at in sent if at]
        assert 0 < sum(late) < len(late) / 2
        assert session.scalar(select(func.count()).select_from(StoredFile)) == 0
        assert len(session.scalars(select(PeriodException)).all()) == 2


def test_signed_papers_lie_in_the_store(told: Told, session: Session) -> None:
    papers = session.execute(
        select(StoredFile, Registration).join(Registration, Registration.signed_file_id == StoredFile.id)
    ).all()
    assert len(papers) >= 40
    for file, registration in papers:
        assert file.owner_id == registration.id
        with told.files.open(file.sha256) as stream:
            assert is_pdf(stream)
        assert registration.paper_no
        assert registration.signer_name
        assert registration.paper_date is not None


def test_filled_registrations_have_content_pledges_movements_and_numbers(year: DemoSummary, session: Session) -> None:
    filled = set(session.scalars(select(Registration.id).where(Registration.content != "")))
    for model in (RegistrationPledge, RegistrationMovement, ExpectedNumber):
        assert set(session.scalars(select(model.registration_id))) == filled
    expected = session.execute(
        select(ExpectedNumber.registration_id, func.sum(ExpectedNumber.number)).group_by(ExpectedNumber.registration_id)
    )
    counts = dict(session.execute(select(Registration.id, Registration.line_count)).all())
    assert all(number == counts[key] for key, number in expected)


def test_every_unit_that_registers_has_its_people_and_nobody_knows_their_password(
    year: DemoSummary, session: Session
) -> None:
    fixed = 27
    hashes = session.scalars(select(UserAccount.password_hash).order_by(UserAccount.id)).all()[fixed:]
    assert len(hashes) == year.accounts
    assert len(set(hashes)) == 1
    assert not passwords().verify(hashes[0], "HungYen@2023")
    officers = set(
        session.scalars(
            select(RoleAssignment.unit_id).where(RoleAssignment.role.in_([Role.UNIT_OFFICER, Role.COMMUNE_OFFICER]))
        )
    )
    owing = set(session.scalars(select(Unit.id).join(UnitKind).where(UnitKind.owes_registration)))
    assert owing <= officers


def test_the_writing_is_on_record(year: DemoSummary, session: Session) -> None:
    entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "demo.year_loaded")).all()
    assert sum(entry.detail["lines"] for entry in entries) == year.lines
    assert all(entry.actor_id is None for entry in entries)


def test_two_tellings_are_the_same(told: Told, session: Session, tmp_path: Path) -> None:
    facts = select(Unit.code, Registration.state, Line.position, Line.name, Line.row_key).join_from(
        Line, Registration, Registration.id == Line.registration_id
    )
    facts = facts.join(Unit, Unit.id == Registration.unit_id).order_by(Unit.code, Line.position)
    with telling(tmp_path, "again", FixedClock(START)) as again, again.session_factory() as other:
        assert other.execute(facts).all() == session.execute(facts).all()
        check_large(again, other)


def check_large(told: Told, session: Session) -> None:
    """Filling the year up keeps the counts and what may be sent; it is refused when the lines do not fit."""
    session.rollback()
    heard: list[int] = []
    summary = load_large(told.session_factory, told.clock, 12_000, heard.append)
    assert summary.lines == 12_000 - told.year.lines
    assert summary.lines_per_second > 0
    assert heard[-1] == summary.lines
    assert session.scalar(select(func.count()).select_from(Line)) == 12_000
    assert session.scalar(select(func.sum(Registration.line_count))) == 12_000
    session.rollback()
    assert load_large(told.session_factory, told.clock, 12_000).lines == 0
    work = seed_work(session, told.clock)
    for registration in session.scalars(select(Registration).order_by(Registration.line_count.desc()).limit(5)).all():
        before = (registration.line_count, registration.person_count)
        recount(work, registration)
        assert (registration.line_count, registration.person_count) == before
        assert sending_errors(session, registration) == {}
    session.rollback()
    with pytest.raises(ValueError, match="do not fit"):
        load_large(told.session_factory, told.clock, 50_000_000)
