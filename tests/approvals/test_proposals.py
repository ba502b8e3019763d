"""Tờ trình: drawn up from accepted lines, a line in one paper only, its way, and the signed paper recorded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.core.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, VersionConflict
from portal.domain.accounts.models import UserAccount
from portal.domain.approvals.enums import ApprovalState
from portal.domain.approvals.errors import PaperNotEditable
from portal.domain.approvals.services import papers
from portal.domain.approvals.services.papers import StepData
from portal.domain.attachments.enums import PreviewState, ScanState
from portal.domain.attachments.models import StoredFile
from portal.domain.emulation.catalogue_models import RegistrationPeriod
from portal.domain.emulation.enums import TitleScope
from portal.domain.emulation.models import EmulationRegistration, RegistrationLine
from portal.domain.emulation.proposal_models import ProposalLine
from portal.domain.emulation.proposals import SIGNED
from portal.domain.emulation.queries.proposals import CandidateFilter, candidates, proposal_lines
from portal.domain.emulation.services import proposals as services
from portal.domain.emulation.services import workflow
from portal.domain.emulation.services.proposals import ProposalData, SignedData
from tests.emulation.lists.world import L, S, register

DATA = ProposalData("Về việc đề nghị công nhận danh hiệu năm 2023", "Chủ tịch UBND tỉnh", "Căn cứ Luật", "Kính trình.")
WAY = (("thidua", "submit"), ("thidua.truong", "forward"), ("phogiamdoc", "forward"), ("giamdoc", "approve"))


@dataclass
class Office:
    """What the tests do with tờ trình."""

    work_as: Any
    lines: dict[str, int]
    registrations: dict[str, int]
    unit_id: int
    period_id: int

    def create(self, data: ProposalData = DATA) -> int:
        with self.work_as("thidua") as work:
            return services.create(work, self.period_id, self.unit_id, data).id

    def add(self, key: int, *names: str, username: str = "thidua") -> int:
        with self.work_as(username) as work:
            return services.add_lines(work, *services.load(work, key), [self.lines[name] for name in names])

    def walk(self, key: int, *steps: tuple[str, str]) -> int:
        for username, action in steps:
            with self.work_as(username) as work:
                _, way = services.load(work, key)
                reason = "Không còn cần" if action in ("abandon", "return") else ""
                papers.take_step(work, way.id, StepData(action, way.version, reason))
        return key

    def record(self, username: str, key: int, data: SignedData) -> None:
        with self.work_as(username) as work:
            found, way = services.load(work, key)
            services.record_paper(work, found, way, way.version, data)

    def names(self, key: int) -> list[tuple[int, str]]:
        with self.work_as("thidua") as work:
            return [(line.position, line.name) for line, _ in work.session.execute(proposal_lines(key))]


@pytest.fixture
def office(session: Session, work_as: Any, unit_id: Callable[[str], int]) -> Office:
    stc = register(session, "STC", S.ACCEPTED, [L("Ngô Thúy Hà", "CSTDT", "Chuyên viên", "Văn phòng"), L("Sở", "BKT")])
    ward = register(session, "326", S.ACCEPTED, [L("Lê Văn Quyết", "BKT", "Phó Chủ tịch", origin="12022")])
    sent = register(session, "330", S.SENT, [L("Đỗ Thị Bích Ngọc", "BKT", "Chuyên viên")])
    period = session.scalars(select(RegistrationPeriod.id).where(RegistrationPeriod.code == "2023")).one()
    lines = {line.name: line.id for line in session.scalars(select(RegistrationLine))}
    registrations = {"STC": stc.id, "326": ward.id, "330": sent.id}
    session.commit()
    return Office(work_as, lines, registrations, unit_id("33"), period)


def test_accepted_lines_become_numbered_lines_of_a_paper(office: Office) -> None:
    key = office.create()
    assert office.add(key, "Lê Văn Quyết", "Ngô Thúy Hà") == 2
    assert office.names(key) == [(1, "Lê Văn Quyết"), (2, "Ngô Thúy Hà")], "the higher title first"
    with office.work_as("thidua") as work:
        found, way = services.load(work, key)
        assert (found.line_count, way.title) == (2, "Tờ trình về việc đề nghị công nhận danh hiệu năm 2023")
        line = work.session.scalars(select(ProposalLine).where(ProposalLine.position == 1)).one()
        assert line.place == "UBND xã Xuân Quan, UBND huyện Văn Giang"
        offered = [row[0].name for row in work.session.execute(candidates(found, CandidateFilter()))]
        assert offered == ["Sở"], "neither what is in already nor what was not accepted"
        for wanted in (
            CandidateFilter(title_id=-1),
            CandidateFilter(scope=TitleScope.STATE),
            CandidateFilter(unit_id=office.unit_id),
            CandidateFilter(words="hoa"),
        ):
            assert work.session.execute(candidates(found, wanted)).all() == []
        services.remove_line(work, found, way, line.id)
        with pytest.raises(NotFound):
            services.remove_line(work, found, way, line.id)
        assert found.line_count == 1
    assert office.add(key, "Sở") == 1
    assert [place for place, _ in office.names(key)] == [1, 2]


def test_a_line_stands_in_one_paper(office: Office, session: Session) -> None:
    first, second = office.create(), office.create()
    office.add(first, "Sở")
    for names in (["Sở"], ["Sở", "Ngô Thúy Hà"], ["Đỗ Thị Bích Ngọc"]):
        with pytest.raises(RuleBroken, match="Chưa dòng nào được thêm"):
            office.add(second, *names)
    with pytest.raises(InvalidInput):
        office.add(second)
    assert office.names(second) == []
    row = session.scalars(select(ProposalLine)).one()
    session.add(
        ProposalLine(
            proposal_id=second, position=1, line_id=row.line_id, subject=row.subject, name="x", title_id=row.title_id
        )
    )
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()
    office.walk(first, ("thidua", "abandon"))
    assert office.add(second, "Sở") == 1, "a paper that is given up lets its lines go"


def test_a_registration_with_lines_in_a_paper_is_not_reopened(office: Office) -> None:
    key = office.create()
    office.add(key, "Sở")

    def reopen(code: str) -> None:
        with office.work_as("thidua.truong") as work:
            found = work.session.get_one(EmulationRegistration, office.registrations[code])
            workflow.reopen(work, found, found.version, "Sửa họ tên")

    with pytest.raises(RuleBroken, match="1 dòng của bản đăng ký đang ở trong tờ trình"):
        reopen("STC")
    reopen("326")
    with pytest.raises(RuleBroken):
        office.add(key, "Lê Văn Quyết")


def test_who_may_do_what_and_when(office: Office) -> None:
    with pytest.raises(NotAllowed), office.work_as("giamdoc") as work:
        services.create(work, office.period_id, office.unit_id, DATA)
    with pytest.raises(InvalidInput), office.work_as("thidua") as work:
        services.create(work, office.period_id, office.unit_id, ProposalData(" ", "x" * 201))
    key = office.create(ProposalData("Về việc khen thưởng"))
    with pytest.raises(RuleBroken, match="chưa có dòng nào trong danh sách, chưa ghi nơi kính gửi, chưa có nội dung"):
        office.walk(key, ("thidua", "submit"))
    for username in ("giamdoc", "stc", "cchc"):
        with pytest.raises(NotFound), office.work_as(username) as work:
            services.load(work, key)
    with office.work_as("thidua") as work:
        found, way = services.load(work, key)
        services.save(work, found, way, found.version, DATA)
    with pytest.raises(VersionConflict), office.work_as("thidua") as work:
        services.save(work, *services.load(work, key), 1, DATA)
    office.add(key, "Sở")
    office.walk(key, *WAY[:1])
    with pytest.raises(PaperNotEditable):
        office.add(key, "Ngô Thúy Hà")
    with pytest.raises(NotAllowed):
        office.add(key, "Ngô Thúy Hà", username="giamdoc")


def test_the_signed_paper_is_recorded_and_locks_it(office: Office, read: Callable[..., Any]) -> None:
    key = office.create()
    office.add(key, "Sở")
    office.walk(key, *WAY)
    wrong = SignedData("", "TTr-SNV", date(2023, 3, 16), "Trần Đức Thịnh", "Giám đốc", None)
    good = SignedData("45", "TTr-SNV", date(2023, 3, 15), "Trần Đức Thịnh", "Giám đốc", _pdf(office, key))
    with pytest.raises(InvalidInput) as caught:
        office.record("thidua", key, wrong)
    assert set(caught.value.errors) == {"paper_no", "paper_date", "signed_file"}
    with pytest.raises(NotAllowed):
        office.record("giamdoc", key, good)
    with pytest.raises(VersionConflict), office.work_as("thidua") as work:
        services.record_paper(work, *services.load(work, key), 1, good)
    office.record("thidua", key, good)
    with office.work_as("thidua") as work:
        found, way = services.load(work, key)
        assert (way.state, found.paper_no, found.paper_symbol) == (ApprovalState.ISSUED, "45", "TTr-SNV")
    with pytest.raises(RuleBroken):
        office.record("thidua.truong", key, good)
    with pytest.raises(PaperNotEditable):
        office.add(key, "Ngô Thúy Hà")


def _pdf(office: Office, key: int) -> int:
    with office.work_as("thidua") as work:
        who = work.session.scalars(select(UserAccount.id).where(UserAccount.username == "thidua")).one()
        file = StoredFile(
            owner_type="emulation_proposal",
            owner_id=key,
            unit_id=office.unit_id,
            kind=SIGNED,
            name="to-trinh.pdf",
            content_type="application/pdf",
            size=9,
            sha256="0" * 64,
            scan_state=ScanState.NONE,
            preview_state=PreviewState.WAITING,
            uploaded_by_id=who,
            uploaded_at=work.clock.now(),
        )
        work.session.add(file)
        work.session.flush()
        return file.id
