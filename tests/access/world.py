"""The world of the access table: one account a role at its usual place, and in each place what addresses name.

Places: the province (33), Văn Giang (326), its commune Xuân Quan (12022), and Khoái Châu (330), foreign to both.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.clock import Clock
from portal.core.jobs import Job, JobState
from portal.core.text import fold, person_sort_key
from portal.domain.access.enums import Role
from portal.domain.accounts.enums import RequestKind
from portal.domain.accounts.models import AccessRequest, RoleAssignment, UserAccount
from portal.domain.accounts.services import UserData, assign_role, create_user
from portal.domain.approvals.enums import ApprovalState as W
from portal.domain.attachments.models import FilePreview, StoredFile
from portal.domain.calendar.models import CalendarDay, ReportingPeriodRule
from portal.domain.difficulties.enums import DifficultyState as D
from portal.domain.emulation.catalogue_models import (
    BlockMember,
    EmulationMovement,
    EmulationTitle,
    PeriodException,
    RegistrationPeriod,
)
from portal.domain.emulation.enums import RegistrationState, SubjectKind
from portal.domain.emulation.files import FILES, FURTHER, SIGNED
from portal.domain.emulation.models import EmulationRegistration, RegistrationLine, RegistrationPledge
from portal.domain.emulation.queries.imports import LINES
from portal.domain.reminders.models import ReminderRule
from portal.domain.staging.enums import ImportState
from portal.domain.staging.models import ImportBatch
from portal.domain.units.models import Unit
from portal.domain.units.queries import parent_id_of
from seed.loader import seed_work
from tests.access.objects import (
    chain_of,
    comment_on,
    difficulty_of,
    notice_of,
    proposal_of,
    run_of,
    saved_of,
    session_of,
)

PROVINCE, DISTRICT, COMMUNE, FOREIGN = "33", "326", "12022", "330"
OTHER_COMMUNE = "12025"
PAPER = b"%PDF-1.4 a signed paper"
PAPER_SHA256 = hashlib.sha256(PAPER).hexdigest()
LIST = "Họ tên,Danh hiệu\nTrần Văn Bách,LĐTT\n".encode()
LIST_SHA256 = hashlib.sha256(LIST).hexdigest()
LIST_LAYOUT = {
    "sheet": "CSV",
    "sheets": ["CSV"],
    "rows": [0, 0],
    "columns": [[0, "Họ tên", [], "name", "named"], [1, "Danh hiệu", [], "title_id", "named"]],
    "groups": [],
    "use_groups": False,
    "fixed": {},
    "size": 1,
    "notes": [],
}
PLACES = (DISTRICT, COMMUNE, FOREIGN)
NOBODY = "nobody"
AT_DISTRICT = {
    Role.UNIT_OFFICER,
    Role.UNIT_HEAD,
    Role.VIEWER,
    Role.AREA_APPRAISER,
    Role.DISTRICT_RELIGION_OFFICER,
    Role.DISTRICT_RELIGION_HEAD,
}
LISTS = {
    "list-owing": "tinh-hinh-dang-ky",
    "list-users": "nguoi-dung",
    "list-lines": "dong-dang-ky",
    "list-audit": "nhat-ky",
}
"""Lists that each some may look at: what is kept of a list follows the list."""
RELATIONS = {
    PROVINCE: {"c": DISTRICT},
    DISTRICT: {"o": DISTRICT, "c": COMMUNE, "f": FOREIGN},
    COMMUNE: {"o": COMMUNE, "f": FOREIGN},
}
"""What o (own), c (a unit below) and f (foreign) mean for an account at each place."""

Values = dict[str, int | str]


def place_of(role: str) -> str:
    """Where the account of a role is assigned."""
    if role == NOBODY or role in AT_DISTRICT:
        return DISTRICT
    return COMMUNE if role == Role.COMMUNE_OFFICER else PROVINCE


@dataclass
class World:
    """Ids by kind of object and place."""

    objects: dict[str, dict[str, Values]] = field(default_factory=dict)

    def add(self, kind: str, place: str, **values: int | str) -> None:
        self.objects.setdefault(kind, {})[place] = values


def build_world(session: Session, clock: Clock, password_hash: str) -> World:
    """Make accounts and objects; the caller commits in write mode."""
    work = seed_work(session, clock)
    world = World()
    units = dict(session.execute(select(Unit.code, Unit.id)).all())
    for role in (NOBODY, *Role):
        code = place_of(role)
        user = create_user(work, UserData(f"role.{role}", f"Người Giữ Vai {role}", units[code]), password_hash, False)
        if role != NOBODY:
            assign_role(work, user.id, Role(role), units[code], date(2023, 1, 1))
        world.add("job", role, job_id=_job(session, clock, user.id, JobState.FAILED))
        world.add("made", role, job_id=_job(session, clock, user.id, JobState.DONE))
        world.add("saved", role, list_name="don-vi", filter_id=saved_of(session, clock, user.id))
        world.add("run", role, list_name="don-vi", run_id=run_of(session, clock, user.id))
        world.add("session", role, session_id=session_of(session, clock, user.id))
        world.add("notice", role, notice_id=notice_of(session, clock, user.id))
    receiver = create_user(work, UserData("role.receiver", "Người Nhận", units[DISTRICT]), password_hash, False)
    for role in (NOBODY, *Role):
        world.add("given", role, delegation_id=_delegation(session, clock, role, receiver.id))
    _child(session, clock, world, units)
    for code in PLACES:
        _place(session, clock, world, code, units[code], work)
    _catalogue(session, clock, world)
    world.add("proposal", "", **proposal_of(session, clock, units[PROVINCE], W.RUNNING))
    world.add("drafted", "", **proposal_of(session, clock, units[PROVINCE], W.DRAFT))
    world.add("chain", "", **chain_of(session, clock))
    session.flush()
    return world


def _place(session: Session, clock: Clock, world: World, code: str, unit_id: int, work: object) -> None:
    now = clock.now()
    user = UserAccount(
        username=f"nguoi.{code}",
        full_name="Đỗ Thị Hoà",
        folded=fold("Đỗ Thị Hoà"),
        sort_key=person_sort_key("Đỗ Thị Hoà"),
        home_unit_id=unit_id,
        password_hash="x",
        must_change_password=False,
        created_at=now,
    )
    session.add(user)
    session.flush()
    assignment = RoleAssignment(
        user_id=user.id, role=Role.VIEWER, unit_id=unit_id, valid_from=date(2023, 1, 1), created_at=now
    )
    session.add(assignment)
    session.flush()
    world.add("unit", code, unit_id=unit_id)
    world.add("user", code, user_id=user.id)
    world.add("assignment", code, user_id=user.id, assignment_id=assignment.id)
    world.add("request", code, request_id=_request(session, clock, user.id, unit_id))
    world.add("sent", code, **_registration(session, clock, "2022", RegistrationState.SENT, unit_id, user.id))
    draft = _registration(session, clock, "2023", RegistrationState.DRAFT, unit_id, user.id)
    world.add("draft", code, **draft)
    officer = {DISTRICT: Role.UNIT_OFFICER, COMMUNE: Role.COMMUNE_OFFICER}.get(code)
    made = comment_on(session, clock, int(world.objects["sent"][code]["registration_id"]), unit_id, officer, user.id)
    world.add("comment", code, comment_id=made)
    for kind, state in (("difficulty", D.DRAFT), ("raised", D.SENT), ("answer", D.ANSWERED)):
        place = "" if kind == "answer" else code  # open to all: it has no place
        world.add(kind, place, item_id=difficulty_of(session, clock, unit_id, user.id, state))
    for kind, removed in (("attachment", None), ("removed", now)):
        file = _file(clock, int(draft["registration_id"]), unit_id, user.id, FURTHER)
        file.removed_at = removed
        session.add(file)
        session.flush()
        world.add(kind, code, file_id=file.id)


def _child(session: Session, clock: Clock, world: World, units: dict[str, int]) -> None:
    """What a commune of Văn Giang sent this year, for the district to take in."""
    user_id = session.scalars(select(UserAccount.id).where(UserAccount.username == f"role.{NOBODY}")).one()
    made = _registration(session, clock, "2023", RegistrationState.SENT, units[OTHER_COMMUNE], user_id)
    world.add("child", COMMUNE, **made)


def _registration(
    session: Session, clock: Clock, period_code: str, state: RegistrationState, unit_id: int, user_id: int
) -> Values:
    now = clock.now()
    period = session.scalars(select(RegistrationPeriod.id).where(RegistrationPeriod.code == period_code)).one()
    title = session.scalars(select(EmulationTitle.id).where(EmulationTitle.code == "LDTT")).one()
    receiver = session.scalars(parent_id_of(unit_id, clock.today())).one()
    sent = state is RegistrationState.SENT
    made = EmulationRegistration(
        period_id=period,
        unit_id=unit_id,
        receiver_unit_id=receiver,
        state=state,
        content="Nội dung",
        created_by_id=user_id,
        created_at=now,
        updated_at=now,
        sent_at=now - timedelta(days=1) if sent else None,
        sent_by_id=user_id if sent else None,
        signer_name="Lê Văn Quyết",
        line_count=1,
        person_count=1,
    )
    session.add(made)
    session.flush()
    line, pledge, paper = _contents(clock, made, title, user_id)
    preview = FilePreview(page=1, sha256=PAPER_SHA256, content_type="image/png", width=10, height=14)
    batch = _batch(clock, made, user_id)
    session.add_all([line, pledge, paper, batch])
    session.flush()
    made.signed_file_id = preview.file_id = paper.id
    session.add(preview)
    session.flush()
    return {
        "registration_id": made.id,
        "line_id": line.id,
        "pledge_id": pledge.id,
        "file_id": paper.id,
        "page": preview.page,
        "owner": FILES.slug,
        "owner_id": made.id,
        "batch_id": batch.id,
    }


def _batch(clock: Clock, made: EmulationRegistration, user_id: int) -> ImportBatch:
    """A workbook that waits for its decision."""
    return ImportBatch(
        kind=LINES,
        subject_id=made.id,
        unit_id=made.unit_id,
        user_id=user_id,
        file_name="a.csv",
        sha256=LIST_SHA256,
        file_format="csv",
        layout=LIST_LAYOUT,
        state=ImportState.STAGED,
        created_at=clock.now(),
    )


def _contents(
    clock: Clock, made: EmulationRegistration, title_id: int, user_id: int
) -> tuple[RegistrationLine, RegistrationPledge, StoredFile]:
    now = clock.now()
    line = RegistrationLine(
        registration_id=made.id,
        period_id=made.period_id,
        unit_id=made.unit_id,
        position=1,
        row_key=f"row{made.id}",
        name="Trần Văn Bách",
        subject=SubjectKind.PERSON,
        folded=fold("Trần Văn Bách"),
        sort_key=person_sort_key("Trần Văn Bách"),
        title_id=title_id,
        post="Chuyên viên",
        created_at=now,
    )
    pledge = RegistrationPledge(registration_id=made.id, position=1, name="Hoàn thành nhiệm vụ", number=100)
    paper = _file(clock, made.id, made.unit_id, user_id, SIGNED)
    return line, pledge, paper


def _file(clock: Clock, owner_id: int, unit_id: int, user_id: int, kind: str) -> StoredFile:
    return StoredFile(
        owner_type=FILES.object_type,
        owner_id=owner_id,
        unit_id=unit_id,
        kind=kind,
        name="ban-dang-ky.pdf",
        size=len(PAPER),
        content_type="application/pdf",
        sha256=PAPER_SHA256,
        uploaded_by_id=user_id,
        uploaded_at=clock.now(),
    )


def _job(session: Session, clock: Clock, owner_id: int, state: JobState) -> int:
    now = clock.now()
    file = {"sha256": PAPER_SHA256, "name": "danh-sach.xlsx", "content_type": "application/pdf", "size": len(PAPER)}
    made = Job(
        kind="emulation.export_lines",
        unique_key=f"job-{owner_id}-{state}",
        state=state,
        payload={"kind": "danh-sach", "period": "Năm 2023"},
        result={"file": file} if state is JobState.DONE else {},
        owner_id=owner_id,
        run_at=now,
        created_at=now,
    )
    session.add(made)
    session.flush()
    return made.id


def _delegation(session: Session, clock: Clock, role: str, receiver_id: int) -> int:
    """What the account of a role gave to another; it is over, so that it adds to nobody's rights."""
    giver = session.scalars(select(UserAccount).where(UserAccount.username == f"role.{role}")).one()
    made = RoleAssignment(
        user_id=receiver_id,
        role=Role.UNIT_OFFICER,
        unit_id=giver.home_unit_id,
        valid_from=date(2023, 1, 1),
        valid_to=date(2023, 1, 31),
        given_by_id=giver.id,
        reason="Giấy ủy quyền",
        created_at=clock.now(),
    )
    session.add(made)
    session.flush()
    return made.id


def _request(session: Session, clock: Clock, user_id: int, unit_id: int) -> int:
    """A confidential role for someone of this unit, asked for by the administrator of the table."""
    asker = session.scalars(select(UserAccount.id).where(UserAccount.username == f"role.{Role.SYSTEM_ADMIN}")).one()
    made = AccessRequest(
        kind=RequestKind.GRANT,
        user_id=user_id,
        unit_id=unit_id,
        role=Role.DISTRICT_RELIGION_OFFICER,
        valid_from=date(2023, 1, 1),
        reason="Phân công mới",
        requested_by_id=asker,
        requested_at=clock.now(),
    )
    session.add(made)
    session.flush()
    return made.id


def _catalogue(session: Session, clock: Clock, world: World) -> None:
    """Objects of the catalogue, which have no place; the draft of each unit is compared with what Xuân Quan sent."""
    period = session.scalars(select(RegistrationPeriod.id).where(RegistrationPeriod.code == "2023")).one()
    unit_id = int(world.objects["unit"][FOREIGN]["unit_id"])
    given = PeriodException(
        period_id=period,
        unit_id=unit_id,
        due_on=date(2023, 5, 31),
        reason="Đề nghị của huyện",
        granted_by_id=int(world.objects["user"][FOREIGN]["user_id"]),
        granted_on=clock.today(),
    )
    session.add(given)
    session.flush()
    member = session.scalars(select(BlockMember).order_by(BlockMember.id).limit(1)).one()
    world.add("period", "", period_id=period, exception_id=given.id)
    world.add("title", "", title_id=session.scalars(select(EmulationTitle.id).limit(1)).one())
    world.add("movement", "", movement_id=session.scalars(select(EmulationMovement.id).limit(1)).one())
    world.add("block", "", block_id=member.block_id, member_id=member.id)
    day = session.scalars(select(CalendarDay.id).where(CalendarDay.day == date(2023, 9, 4))).one()
    rule = session.scalars(select(ReportingPeriodRule.id).limit(1)).one()
    world.add("calendar", "", year=2023, day_id=day, rule_id=rule)
    world.add("file_kind", "", code=FURTHER)
    world.add("word_paper", "", code="ban-dang-ky", edition=0)
    world.add("reminder_rule", "", rule_id=session.scalars(select(ReminderRule.id).limit(1)).one())
    world.add("level", "", level_code="commune", kind_code="commune")
    for kind, name in LISTS.items():
        world.add(kind, "", list_name=name)
    for place in PLACES:
        world.objects["draft"][place]["run_id"] = 1  # another person's
        world.objects["draft"][place]["source_id"] = world.objects["child"][COMMUNE]["registration_id"]
