"""Registrations in every state, set straight into the tables: what the lists, exports and prints are asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.text import fold, person_sort_key, sort_key
from portal.domain.accounts.models import UserAccount
from portal.domain.emulation.catalogue_models import EmulationTitle, RegistrationPeriod
from portal.domain.emulation.enums import SUBMITTED, RegistrationState, SubjectKind
from portal.domain.emulation.models import EmulationRegistration, ExpectedNumber, RegistrationLine
from portal.domain.units.models import Unit
from portal.domain.units.queries import parent_id_of

SENT_AT = datetime(2023, 3, 10, 3, 0, tzinfo=UTC)
MADE_AT = datetime(2023, 2, 1, 3, 0, tzinfo=UTC)
DAY = date(2023, 3, 15)
S = RegistrationState
FORMULA = '=HYPERLINK("x";"Nguyễn Văn Công Thức")'
_KEYS = count(1)


@dataclass(frozen=True)
class L:
    """A line: a person when it has a post."""

    name: str
    title: str
    post: str = ""
    division: str = ""
    origin: str = ""
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def subject(self) -> SubjectKind:
        return SubjectKind.PERSON if self.post else SubjectKind.COLLECTIVE


def register(
    session: Session,
    unit_code: str,
    state: RegistrationState,
    lines: Sequence[L] = (),
    *,
    period: str = "2023",
    paper_no: str = "",
    paper_date: date | None = None,
    expected: dict[str, int] | None = None,
    sent_at: datetime = SENT_AT,
) -> EmulationRegistration:
    """One unit's registration; flushed, not committed."""
    unit = session.scalars(select(Unit).where(Unit.code == unit_code)).one()
    titles = {t.code: t.id for t in session.scalars(select(EmulationTitle))}
    found = session.scalars(select(RegistrationPeriod).where(RegistrationPeriod.code == period)).one()
    author = session.scalars(select(UserAccount.id).where(UserAccount.username == "vangiang")).one()
    made = EmulationRegistration(
        period_id=found.id,
        unit_id=unit.id,
        receiver_unit_id=session.scalars(parent_id_of(unit.id, DAY)).one(),
        state=state,
        line_count=len(lines),
        person_count=sum(line.subject is SubjectKind.PERSON for line in lines),
        paper_no=paper_no,
        paper_date=paper_date,
        created_by_id=author,
        created_at=MADE_AT,
        updated_at=MADE_AT,
        sent_at=sent_at if state in SUBMITTED or state is S.RETURNED else None,
    )
    session.add(made)
    session.flush()
    for position, line in enumerate(lines, 1):
        session.add(_line(session, made, position, line, titles[line.title]))
    session.add_all(
        ExpectedNumber(registration_id=made.id, title_id=titles[code], number=number)
        for code, number in (expected or {}).items()
    )
    session.flush()
    return made


def _line(
    session: Session, registration: EmulationRegistration, position: int, line: L, title_id: int
) -> RegistrationLine:
    key = person_sort_key(line.name) if line.subject is SubjectKind.PERSON else sort_key(line.name)
    origin = session.scalars(select(Unit.id).where(Unit.code == line.origin)).one() if line.origin else None
    return RegistrationLine(
        registration_id=registration.id,
        period_id=registration.period_id,
        unit_id=registration.unit_id,
        position=position,
        row_key=f"key-{next(_KEYS)}",
        subject=line.subject,
        name=line.name,
        folded=fold(line.name),
        sort_key=key,
        post=line.post,
        division=line.division,
        title_id=title_id,
        origin_unit_id=origin,
        created_at=MADE_AT,
        **line.more,
    )


def populate(session: Session) -> dict[str, int]:
    """The small world of these tests; ids by the code of the unit."""
    made = {
        "326": register(
            session,
            "326",
            S.SENT,
            [
                L("Nguyễn Thị Lan Anh", "CSTDCS", "Chuyên viên", "Phòng Nội vụ", more=WHO),
                L("Phòng Nội vụ huyện Văn Giang", "TTLDXS"),
                L(FORMULA, "LDTT", "Công chức", "Văn phòng", origin="12022", more={"note": "1/2"}),
            ],
            paper_no="12/ĐK-UBND",
            paper_date=date(2023, 3, 9),
            expected={"CTDT": 2, "TTLDXS": 3},
        ),
        "330": register(
            session,
            "330",
            S.ACCEPTED,
            [L("Đỗ Thị Hòa", "LDTT", "Chuyên viên"), L("Khối Mặt trận huyện Khoái Châu", "CTDT")],
            expected={"CTDT": 1},
        ),
        "STC": register(session, "STC", S.DRAFT, [L("Ngô Bản Nháp", "LDTT", "Chuyên viên")]),
        "SYT": register(session, "SYT", S.RETURNED, [L("Lương Trả Lại", "LDTT", "Bác sĩ")]),
        "12022": register(session, "12022", S.SENT, [L("Đàm Văn Lợi", "LDTT", "Chủ tịch")]),
        "SGDDT": register(session, "SGDDT", S.SENT, [L("Chu Tiến Dũng", "CSTDT", "Phó Giám đốc")], period="2022-2023"),
    }
    return {code: registration.id for code, registration in made.items()}


WHO = {"birth_year": 1985, "gender": "female", "note": "Ghi chú"}
