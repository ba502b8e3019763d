"""Tờ trình of the demonstration year: at every stage of their way, walked by the services as the office would."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import select

from portal.core.clock import LOCAL, FixedClock
from portal.core.filestore import FileStore
from portal.domain.access.actor import Work
from portal.domain.accounts.queries import by_username, load_actor
from portal.domain.approvals.services.papers import StepData, take_step
from portal.domain.attachments.enums import FileType, PreviewState, ScanState
from portal.domain.attachments.models import StoredFile
from portal.domain.calendar.queries import load_calendar
from portal.domain.emulation.catalogue_models import EmulationTitle, RegistrationPeriod
from portal.domain.emulation.enums import PeriodSector
from portal.domain.emulation.proposal_models import EmulationProposal
from portal.domain.emulation.proposals import SIGNED
from portal.domain.emulation.queries.proposals import CandidateFilter, candidates
from portal.domain.emulation.services import proposals as services
from portal.domain.emulation.services.proposals import OBJECT_TYPE, ProposalData, SignedData
from portal.domain.units.models import Unit
from seed.demo.paper import signed_pdf

OFFICER, HEAD, DEPUTY, DIRECTOR = "thidua", "thidua.truong", "phogiamdoc", "giamdoc"
GROUNDS = (
    "Căn cứ Luật Thi đua, khen thưởng;\nCăn cứ Kế hoạch công tác ngành Nội vụ tỉnh Hưng Yên năm 2023;\n"
    "Xét bản đăng ký thi đua của các cơ quan, đơn vị."
)
CONTENT = (
    "Sở Nội vụ đã tiếp nhận, rà soát bản đăng ký của các cơ quan, đơn vị trong tỉnh.\n"
    "Sở Nội vụ kính trình Chủ tịch UBND tỉnh xem xét, quyết định theo danh sách dưới đây."
)
SUBMIT = (OFFICER, "submit", "Kính trình lãnh đạo xem xét.")
AGREE = (HEAD, "forward", "Đã rà soát danh sách, đồng ý trình.")
PASS_ON = (DEPUTY, "forward", "Nhất trí, kính trình Giám đốc.")


@dataclass(frozen=True, slots=True)
class Story:
    """One paper: so many working days ago, of which title, with how many lines, and the steps taken, a day each."""

    days_ago: int
    title: str
    lines: int
    subject: str
    steps: Sequence[tuple[str, str, str]] = ()
    number: str = ""


STORIES = (
    Story(
        12,
        "BKT",
        8,
        "Về việc đăng ký tặng Bằng khen của Chủ tịch UBND tỉnh năm 2023 (đợt 1)",
        (SUBMIT, AGREE, PASS_ON, (DIRECTOR, "approve", "Đồng ý.")),
        "28",
    ),
    Story(
        7,
        "CSTDT",
        5,
        "Về việc đăng ký danh hiệu Chiến sĩ thi đua cấp tỉnh năm 2023",
        (SUBMIT, AGREE, PASS_ON, (DIRECTOR, "approve", "Đồng ý, chuyển phát hành.")),
    ),
    Story(6, "TTLDXS", 6, "Về việc đăng ký danh hiệu Tập thể Lao động xuất sắc năm 2023", (SUBMIT, AGREE, PASS_ON)),
    Story(5, "BKT", 7, "Về việc đăng ký tặng Bằng khen của Chủ tịch UBND tỉnh năm 2023 (đợt 2)", (SUBMIT, AGREE)),
    Story(
        4,
        "CTDT",
        4,
        "Về việc đăng ký tặng Cờ thi đua của UBND tỉnh năm 2023",
        (SUBMIT, (HEAD, "return", "Đề nghị bổ sung căn cứ và rà soát lại thứ tự danh sách.")),
    ),
    Story(3, "BKTTG", 2, "Về việc đăng ký tặng Bằng khen của Thủ tướng Chính phủ năm 2023", (SUBMIT,)),
    Story(1, "HCLD3", 2, "Về việc đăng ký tặng Huân chương Lao động năm 2023"),
)


def load_proposals(work: Work, files: FileStore | None) -> int:
    """Write the papers; returns how many. A title of which nothing was accepted yet has no paper."""
    period = work.session.scalars(
        select(RegistrationPeriod).where(
            RegistrationPeriod.year == 2023, RegistrationPeriod.sector == PeriodSector.OFFICE
        )
    ).one()
    titles = dict(work.session.execute(select(EmulationTitle.code, EmulationTitle.id)).all())
    body = work.session.scalars(select(Unit.id).where(Unit.code == "33")).one()
    return sum(_tell(work, story, period.id, titles[story.title], body, files) for story in STORIES)


def _tell(work: Work, story: Story, period_id: int, title_id: int, body: int, files: FileStore | None) -> int:
    begun = _as(work, OFFICER, story, 0)
    found = EmulationProposal(period_id=period_id, unit_id=body)
    wanted = candidates(found, CandidateFilter(title_id=title_id)).limit(story.lines)
    lines = [row[0].id for row in work.session.execute(wanted)]
    if not lines:
        return 0
    data = ProposalData(story.subject, "Chủ tịch UBND tỉnh Hưng Yên", GROUNDS, CONTENT)
    made = services.create(begun, period_id, body, data)
    services.add_lines(begun, *services.load(begun, made.id), lines)
    for day, (username, action, opinion) in enumerate(story.steps, 1):
        acting = _as(work, username, story, day)
        _, way = services.load(acting, made.id)
        take_step(acting, way.id, StepData(action, way.version, opinion))
    if story.number and files is not None:
        _issue(_as(work, OFFICER, story, len(story.steps) + 1), made, story.number, files)
    return 1


def _issue(work: Work, made: EmulationProposal, number: str, files: FileStore) -> None:
    """The signed paper, as văn thư gave it back."""
    stored = files.put(io.BytesIO(signed_pdf(["Tờ trình", made.subject, "Giám đốc", "Trần Đức Thịnh"])))
    file = StoredFile(
        owner_type=OBJECT_TYPE,
        owner_id=made.id,
        unit_id=made.unit_id,
        kind=SIGNED,
        name=f"Tờ trình {number} (bản ký).pdf",
        content_type=FileType.PDF.content_type,
        size=stored.size,
        sha256=stored.sha256,
        scan_state=ScanState.NONE,
        preview_state=PreviewState.WAITING,
        uploaded_by_id=work.actor.user_id,
        uploaded_at=work.clock.now(),
    )
    work.session.add(file)
    work.session.flush()
    found, way = services.load(work, made.id)
    data = SignedData(number, "TTr-SNV", work.today(), "Trần Đức Thịnh", "Giám đốc", file.id)
    services.record_paper(work, found, way, way.version, data)


def _as(work: Work, username: str, story: Story, day: int) -> Work:
    """This person at work on a working day of the story, in the order of the hours."""
    first = load_calendar(work.session).subtract_working_days(work.today() - timedelta(days=1), story.days_ago)
    on = min(load_calendar(work.session).add_working_days(first, day), work.today() - timedelta(days=1))
    clock = FixedClock(datetime.combine(on, time(8 + day, 20), LOCAL))
    user = work.session.scalars(by_username(username)).one()
    return Work(work.session, load_actor(work.session, user, on), clock, "demo")
