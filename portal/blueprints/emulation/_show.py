"""Everything that the page of a registration shows, put together from its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from flask import url_for

from portal.blueprints.emulation import _list as lists
from portal.blueprints.emulation import _page as pages
from portal.blueprints.emulation._children import ChildRow, load_children
from portal.blueprints.emulation._content import Content, load_content
from portal.blueprints.emulation._drafts import PageDrafts
from portal.blueprints.emulation._line_edit import EditRow
from portal.blueprints.emulation._line_row import BAD, Checks, page_of, page_query, sort_findings
from portal.blueprints.emulation._list import LineList
from portal.blueprints.emulation._page import ActionButton, Frame, StepItem, TrailEntry
from portal.blueprints.emulation._pledges import PledgeEdit, PledgeList, load_pledges
from portal.domain.access.actor import Work
from portal.domain.attachments.queries import files_of_record
from portal.domain.emulation import policies, queries
from portal.domain.emulation.catalogue_models import EmulationTitle
from portal.domain.emulation.enums import EDITABLE, RegistrationState
from portal.domain.emulation.files import SIGNED
from portal.domain.emulation.models import EmulationRegistration
from portal.domain.emulation.queries.registrations import OBJECT_TYPE
from portal.domain.emulation.services.checks import registration_findings, sending_errors
from portal.web.attachments import FilesPanel, files_panel
from portal.web.comments import CommentsPanel, comments_panel
from portal.web.formats import day, moment

UNSENT = EDITABLE | {RegistrationState.IN_REVIEW}
LINE_ANCHOR = "dong-"
ANCHORS = {"noi-dung": "#noi-dung-thi-dua"}
"""Where the page has what the checks call otherwise."""


@dataclass(frozen=True, slots=True)
class FileItem:
    """A file as components/page.html lists it."""

    name: str
    url: str
    size_text: str
    icon: str
    note: str


@dataclass(frozen=True, slots=True)
class Opened:
    """Rows and forms that the reader has open: what they typed is shown again."""

    page: int = 0
    line: EditRow | None = None
    new_line: EditRow | None = None
    gone: EditRow | None = None
    pledge: PledgeEdit | None = None
    new_pledge: PledgeEdit | None = None
    content: Content | None = None
    titles: Sequence[EmulationTitle] = ()
    drafts: PageDrafts | None = None


@dataclass(frozen=True, slots=True)
class Show:
    """The page's context; what follows `count_text` is only read for the whole page."""

    frame: Frame
    checks: Checks
    errors: Mapping[str, Sequence[str]]
    buttons: Sequence[ActionButton]
    faults: Sequence[tuple[str, str]]
    lines: LineList
    count_text: str
    steps: Sequence[StepItem] = ()
    trail: Sequence[TrailEntry] = ()
    returned: TrailEntry | None = None
    content: Content | None = None
    pledges: PledgeList = field(default_factory=lambda: PledgeList([], {}))
    children: Sequence[ChildRow] = ()
    files: Sequence[FileItem] = ()
    attachments: FilesPanel | None = None
    comments: CommentsPanel | None = None
    urls: Mapping[str, str] = field(default_factory=dict)

    @property
    def faults_title(self) -> str:
        """How many places are to be mended before the sending; lines first."""
        if self.checks.faulty:
            return f"Cần sửa {len(self.checks.faulty)} dòng trước khi gửi"
        return f"Còn {len(self.faults)} việc trước khi gửi"

    @property
    def row_errors(self) -> list[tuple[str, str]]:
        """What of the rows under edit cannot be taken, as links: without script these are far down the page."""
        found = []
        rows: list[EditRow | PledgeEdit | None] = [*self.lines.editing.values(), *self.lines.gone, self.lines.adding]
        rows += [*self.pledges.editing.values(), *self.pledges.gone, self.pledges.adding]
        for edit in rows:
            if edit is not None:
                name = f"{edit.label[:1].upper()}{edit.label[1:]}"
                found += [(f"#{f.id}", f"{name}: {' '.join(f.errors)}") for f in edit.form if f.errors]
                if edit.conflict is not None:
                    text = f"{name}: {edit.conflict.who} vừa lưu, xin chọn bản để giữ."
                    found.append((f"#{edit.anchor}", text))
                elif edit.gone is not None:
                    found.append((f"#{edit.anchor}", f"{name}: {edit.gone.who} đã xóa trong lúc ông/bà sửa."))
        return found

    @property
    def has_bar(self) -> bool:
        return self.frame.can_edit or bool(self.buttons)

    @property
    def bar_tone(self) -> str:
        if self.frame.registration.state not in UNSENT:
            return "warn" if self._late else "ok"
        return "bad" if self.checks.faulty else "warn" if self.errors or self.warnings else "ok"

    @property
    def bar_text(self) -> str:
        """What still blocks, in a few words."""
        reg = self.frame.registration
        if reg.state not in UNSENT:
            late = f", muộn {self._late} ngày" if self._late else ""
            return f"Gửi lúc {moment(reg.sent_at)}{late}"
        if self.checks.faulty:
            return f"Chưa gửi được: còn {len(self.checks.faulty)} dòng lỗi"
        if self.errors:
            return f"Chưa gửi được: còn {len(self.errors)} việc"
        return f"{self.warnings} cảnh báo, vẫn gửi được" if self.warnings else "Không còn gì vướng"

    @property
    def warnings(self) -> int:
        """How many lines and other places have something to look at."""
        return len(self.checks.warned) + len(self.checks.general)

    @property
    def _late(self) -> int:
        return self.frame.window.days_late(self.frame.registration.sent_at, self.frame.today)

    @property
    def saved_text(self) -> str:
        return moment(self.frame.registration.updated_at)

    @property
    def opened_text(self) -> str:
        return moment(self.frame.registration.created_at)

    @property
    def paper(self) -> list[tuple[str, str]]:
        """What is recorded of the signed paper."""
        reg = self.frame.registration
        return [
            ("Số, ký hiệu", reg.paper_no),
            ("Ngày", day(reg.paper_date)),
            ("Người ký", reg.signer_name),
            ("Chức vụ", reg.signer_title),
        ]


@dataclass(frozen=True, slots=True)
class Standing:
    """What the checks say of the registration: by line, and what blocks its sending, by the place on the page."""

    checks: Checks
    errors: Mapping[str, Sequence[str]]


def load_standing(work: Work, registration: EmulationRegistration) -> Standing:
    """Run the checks on what is stored now."""
    findings = registration_findings(work.session, registration)
    unsent = registration.state in UNSENT
    errors = sending_errors(work.session, registration, findings) if unsent else {}
    return Standing(sort_findings(findings), errors)


def load_show(work: Work, registration: EmulationRegistration, opened: Opened | None = None) -> Show:
    """Read the whole page. The reader may see the content: the caller has asked."""
    opened = opened or Opened()
    show = load_brief(work, registration, opened)
    frame = show.frame
    titles = opened.titles or list(work.session.scalars(queries.titles_valid(frame.period)))
    trail = pages.trail_entries(work, frame)
    return replace(
        show,
        steps=pages.step_items(frame),
        trail=trail,
        returned=pages.last_return(frame, trail),
        content=opened.content or load_content(work, frame, titles, drafts=opened.drafts),
        pledges=load_pledges(work, frame, opened.pledge, opened.new_pledge, opened.drafts),
        lines=lists.to_write_in(work, frame, show.lines, titles, (opened.new_line, opened.gone), opened.drafts),
        children=load_children(work, frame),
        files=_files(work, frame),
        attachments=files_panel(work, OBJECT_TYPE, frame.id),
        comments=comments_panel(work, OBJECT_TYPE, frame.id),
        urls=_urls(work, frame),
    )


def load_brief(work: Work, registration: EmulationRegistration, opened: Opened) -> Show:
    """Only what a saved row changes: rows, counts, what blocks, the bar."""
    frame = pages.load_frame(work, registration)
    standing = load_standing(work, registration)
    return Show(
        frame=frame,
        checks=standing.checks,
        errors=standing.errors,
        buttons=pages.action_buttons(work, frame, bool(standing.errors)),
        faults=_faults(work, frame, standing) if frame.own else [],
        lines=lists.load_list(
            work, frame, standing.checks, opened.page or 1, {int(opened.line.row): opened.line} if opened.line else {}
        ),
        count_text=lists.count_text(work, frame),
    )


def _faults(work: Work, frame: Frame, standing: Standing) -> list[tuple[str, str]]:
    """What blocks, as links: the faulty lines in their order, on whichever page they stand, then the rest."""
    checks, found = standing.checks, []
    numbers = lists.numbers(work, frame) if checks.faulty else {}
    for line_id in sorted(checks.faulty, key=lambda key: numbers.get(key, 0)):
        number = numbers.get(line_id, 0)
        page = page_of(number)
        address = f"{frame.url}{page_query(page)}#dong-{line_id}" if page > 1 else f"#dong-{line_id}"
        text = " ".join(note.text for note in checks.by_line[line_id] if note.tone == BAD)
        found.append((address, f"Dòng {number}: {text}"))
    rest = [(key, texts) for key, texts in standing.errors.items() if not key.startswith(LINE_ANCHOR)]
    return found + [(ANCHORS.get(key, f"#{key}"), " ".join(texts)) for key, texts in rest]


def _files(work: Work, frame: Frame) -> list[FileItem]:
    stored = work.session.scalars(files_of_record(OBJECT_TYPE, frame.id))
    current = frame.registration.signed_file_id
    return [
        FileItem(
            name=file.name,
            url=url_for("attachments.show_file", file_id=file.id),
            size_text=size_text(file.size),
            icon="file-type-pdf",
            note=f"{file.scan_state.label}; tải lên {moment(file.uploaded_at)}",
        )
        for file in stored
        if file.kind == SIGNED and (file.id == current or frame.own)
    ]


def size_text(size: int) -> str:
    """0,4 MB; below a tenth of it in kB."""
    if size < 100_000:
        return f"{max(1, round(size / 1000))} kB"
    return f"{size / 1_000_000:.1f} MB".replace(".", ",")


def _urls(work: Work, frame: Frame) -> dict[str, str]:
    records = policies.can_record_paper(work.actor, frame.registration)

    def of(endpoint: str) -> str:
        return url_for(f"emulation.{endpoint}", registration_id=frame.id)

    return {
        "home": url_for("home.show_home"),
        "list": url_for("emulation.list_registrations"),
        "print": of("print_registration"),
        "document": of("download_document"),
        "new_line": of("new_line"),
        "many_lines": of("confirm_many_lines"),
        "paper": of("edit_paper") if records else "",
        "template": of("download_template"),
        "import": of("new_import"),
        "last_year": of("show_last_year"),
    }
