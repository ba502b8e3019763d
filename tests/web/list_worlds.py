"""Rows for every list of the portal: who looks at it, and how it comes to hold some thirty rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.confidence import Confidence
from portal.core.jobs import Job, JobState
from portal.domain.access.enums import Role
from portal.domain.accounts.enums import RequestKind
from portal.domain.accounts.models import AccessRequest, RoleAssignment, UserAccount
from portal.domain.approvals.enums import ApprovalState
from portal.domain.approvals.models import Approval
from portal.domain.difficulties.enums import AnswerAudience, DifficultyKind, DifficultyState, WorkField
from portal.domain.difficulties.models import Difficulty
from portal.domain.emulation.catalogue_models import (
    EmulationBlock,
    EmulationMovement,
    EmulationTitle,
    RegistrationPeriod,
    RegistrationTarget,
)
from portal.domain.emulation.enums import MovementKind, PeriodSector
from portal.domain.emulation.proposal_models import EmulationProposal
from portal.domain.emulation.queries.proposals import KIND
from portal.domain.notifications.models import Notice
from portal.domain.units.models import Unit, UnitKind
from tests.conftest import START
from tests.emulation.lists.world import L, S, register

MANY = 30


@dataclass(frozen=True)
class Arranged:
    """Who looks at a list, what makes it long enough (nothing: the start data do), the size of pages to walk with."""

    username: str
    fill: Callable[[Session], None] | None = None
    query: str = ""
    page: int = 7


def _user(session: Session, username: str) -> int:
    return session.scalars(select(UserAccount.id).where(UserAccount.username == username)).one()


def _requests(session: Session) -> None:
    unit = session.scalars(select(Unit.id).where(Unit.code == "326")).one()
    session.add_all(
        AccessRequest(
            kind=RequestKind.GRANT,
            user_id=_user(session, "vangiang"),
            unit_id=unit,
            role=Role.DISTRICT_RELIGION_OFFICER,
            valid_from=date(2023, 1, 1),
            reason="Phân công",
            requested_by_id=_user(session, "quantri"),
            requested_at=START - timedelta(hours=n),
        )
        for n in range(MANY)
    )


def _delegations(session: Session) -> None:
    unit = session.scalars(select(Unit.id).where(Unit.code == "326")).one()
    session.add_all(
        RoleAssignment(
            user_id=_user(session, "vangiang"),
            role=Role.UNIT_HEAD,
            unit_id=unit,
            valid_from=date(2023, 1, 1),
            valid_to=date(2023, 1, 1 + n),
            given_by_id=_user(session, "vangiang.lanhdao"),
            reason="Giấy ủy quyền",
            created_at=START,
        )
        for n in range(MANY)
    )


def _jobs(session: Session) -> None:
    owner = _user(session, "thidua")
    session.add_all(
        Job(
            kind="emulation.export_lines",
            unique_key=f"walk-{n}",
            state=JobState.FAILED,
            payload={"kind": "danh-sach", "period": "Năm 2023"},
            owner_id=owner,
            run_at=START,
            created_at=START,
        )
        for n in range(MANY)
    )


def _notices(session: Session) -> None:
    receiver = _user(session, "thidua")
    session.add_all(
        Notice(
            receiver_id=receiver,
            kind="jobs.ended",
            key=f"walk-{n}",
            text=f"Đã xong việc {n}",
            endpoint="jobs.list_jobs",
            unread=n % 2,
            created_at=START,
        )
        for n in range(MANY)
    )


def _kinds(session: Session) -> None:
    level = session.scalars(select(UnitKind.level_code).limit(1)).one()
    session.add_all(UnitKind(code=f"walk{n}", label=f"Loại {n % 7}", level_code=level) for n in range(MANY))


def _movements(session: Session) -> None:
    session.add_all(
        EmulationMovement(
            code=f"walk{n}",
            name=f"Phong trào {n}",
            kind=MovementKind.CAMPAIGN,
            year_from=2023,
            year_to=2023,
            confidence=Confidence("S"),
        )
        for n in range(MANY)
    )


def _titles(session: Session) -> None:
    model = session.scalars(select(EmulationTitle).limit(1)).one()
    session.add_all(
        EmulationTitle(
            code=f"WALK{n}",
            name=f"Danh hiệu {n}",
            short_name=f"DH {n}",
            subject=model.subject,
            family=model.family,
            scope=model.scope,
            rank=n % 5,
        )
        for n in range(MANY)
    )


def _blocks(session: Session) -> None:
    session.add_all(
        EmulationBlock(code=f"walk{n}", name=f"Khối {n}", year=2023, confidence=Confidence("S")) for n in range(MANY)
    )


def _periods(session: Session) -> None:
    regime = session.scalars(select(RegistrationPeriod.regime_code).limit(1)).one()
    session.add_all(
        RegistrationPeriod(
            code=f"walk{year}",
            name=f"Năm {year}",
            year=year,
            sector=PeriodSector.OFFICE,
            opens_on=date(year, 3, 1),
            due_on=date(year, 3, 31),
            closes_on=date(year, 6, 30),
            regime_code=regime,
        )
        for year in range(1980, 1980 + MANY)
    )


def _targets(session: Session) -> None:
    session.add_all(
        RegistrationTarget(
            code=f"walk{n}",
            year=2023,
            label=f"Chỉ tiêu {n}",
            number=n,
            unit_of_measure="cờ",
            source="Kế hoạch",
            confidence=Confidence("S"),
        )
        for n in range(MANY)
    )


def _difficulties(session: Session) -> None:
    unit = session.scalars(select(Unit.id).where(Unit.code == "326")).one()
    session.add_all(
        Difficulty(
            unit_id=unit,
            kind=DifficultyKind.PROPOSAL,
            work_field=WorkField.OTHER,
            title=f"Kiến nghị {n}",
            folded=f"kien nghi {n}",
            body="Nội dung",
            state=DifficultyState.ANSWERED,
            year=2023,
            created_by_id=_user(session, "vangiang"),
            created_at=START,
            sent_at=START,
            assignee_id=_user(session, "thidua"),
            due_on=START.date(),
            answer="Trả lời",
            decided_at=START,
            audience=AnswerAudience.ALL,
            name_shown=n % 2 == 0,
        )
        for n in range(MANY)
    )


def _proposals(session: Session) -> None:
    period = session.scalars(select(RegistrationPeriod.id).where(RegistrationPeriod.code == "2023")).one()
    unit = session.scalars(select(Unit.id).where(Unit.code == "33")).one()
    author = _user(session, "thidua")
    for n in range(MANY):
        made = EmulationProposal(
            period_id=period,
            unit_id=unit,
            subject=f"Về việc {n}",
            created_by_id=author,
            created_at=START,
            updated_at=START,
        )
        session.add(made)
        session.flush()
        session.add(
            Approval(
                kind_code=KIND,
                record_id=made.id,
                title=f"Tờ trình về việc {n}",
                folded=f"to trinh ve viec {n}",
                unit_id=unit,
                division_id=unit,
                state=ApprovalState.RETURNED if n % 2 else ApprovalState.DRAFT,
                drafted_by_id=author,
                created_at=START,
                updated_at=START + timedelta(minutes=n // 3),
                submitted_at=START if n % 2 else None,
            )
        )


def _lines(session: Session) -> None:
    register(session, "326", S.SENT, [L(f"Nguyễn Văn {chr(65 + n % 9)}", "LDTT", "Chuyên viên") for n in range(20)])
    register(session, "330", S.ACCEPTED, [L(f"Phòng số {n}", "TTLDXS") for n in range(15)])


WORLDS: dict[str, Arranged] = {
    "nguoi-dung": Arranged("quantri"),
    "yeu-cau-phan-quyen": Arranged("quantri", _requests),
    "phan-quyen": Arranged("quantri"),
    "uy-quyen": Arranged("quantri", _delegations),
    "don-vi": Arranged("quantri", page=80),
    "loai-don-vi": Arranged("quantri", _kinds),
    "nhat-ky": Arranged("nhatky", page=80),
    "vuong-mac-kien-nghi": Arranged("vanphong", _difficulties),
    "hoi-dap": Arranged("khoaichau", _difficulties),
    "trinh-ky": Arranged("thidua", _proposals),
    "to-trinh-thi-dua": Arranged("thidua", _proposals),
    "thong-bao": Arranged("thidua", _notices),
    "viec-chay-nen": Arranged("thidua", _jobs),
    "dong-dang-ky": Arranged("thidua", _lines),
    "tinh-hinh-dang-ky": Arranged("thidua", query="cap=tat-ca", page=60),
    "phong-trao": Arranged("thidua", _movements),
    "danh-hieu": Arranged("thidua", _titles),
    "cum-khoi": Arranged("thidua", _blocks),
    "ky-dang-ky": Arranged("thidua", _periods),
    "chi-tieu-khen-thuong": Arranged("thidua", _targets),
}
