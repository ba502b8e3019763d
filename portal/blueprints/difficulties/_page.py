"""What the pages of one item show: its facts, its way, its steps, trail, files and comments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for

from portal.core.errors import NotAllowed, NotFound
from portal.domain.access.actor import Work
from portal.domain.difficulties import policies
from portal.domain.difficulties.enums import ANSWERED, DIFFICULTY_WORKFLOW, OWED, DifficultyState
from portal.domain.difficulties.models import Difficulty
from portal.domain.difficulties.queries import OBJECT_TYPE, one_item, people_named, trail_with_names
from portal.domain.units.models import Unit
from portal.web.attachments import FilesPanel, files_panel
from portal.web.comments import CommentsPanel, comments_panel
from portal.web.formats import day, days_left, moment

S = DifficultyState
SLUGS = {
    "send": "gui",
    "take_back": "thu-hoi",
    "drop": "bo",
    "open": "tiep-nhan",
    "assign": "phan-cong",
    "forward": "chuyen",
    "ask_back": "de-nghi-bo-sung",
    "supplement": "bo-sung",
    "submit_answer": "trinh-tra-loi",
    "return_answer": "tra-lai",
    "approve": "duyet",
    "publish": "cong-bo",
    "refuse": "khong-giai-quyet",
    "close": "ket-thuc",
}
ICONS = {
    "send": "send-2",
    "take_back": "arrow-back-up",
    "drop": "trash",
    "open": "inbox",
    "assign": "user-check",
    "forward": "arrows-exchange",
    "ask_back": "help-circle",
    "supplement": "send-2",
    "submit_answer": "send-2",
    "return_answer": "arrow-back-up",
    "approve": "rubber-stamp",
    "publish": "eye",
    "refuse": "circle-x",
    "close": "checks",
}
FORWARD = ("send", "open", "assign", "supplement", "submit_answer", "approve")
INSIDE = frozenset({"submit_answer", "return_answer", "forward", "assign"})
"""Steps within the Sở: the unit does not read their words."""


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """A line of the trail, as components/workflow.html draws it."""

    at_text: str
    at_iso: str
    action: str
    who: str
    for_whom: str
    opinion: str


@dataclass(frozen=True, slots=True)
class StepButton:
    """A step that the reader may take, or sees with the reason why not."""

    slug: str
    label: str
    url: str
    icon: str
    tone: str
    reason: str


@dataclass(frozen=True, slots=True)
class Show:
    """One item as its page shows it."""

    item: Difficulty
    reads: bool
    meta: Sequence[tuple[str, str]]
    buttons: Sequence[StepButton]
    trail: Sequence[TrailEntry]
    question: TrailEntry | None
    answer: str
    answer_note: str
    edit_url: str
    public_url: str
    files: FilesPanel | None
    comments: CommentsPanel | None


def visible(work: Work, item_id: int) -> Difficulty:
    """The item, when the actor may know of it; NotFound otherwise."""
    found = work.session.scalars(one_item(work.actor, item_id, work.today())).one_or_none()
    if found is None:
        raise NotFound
    return found


def readable(work: Work, item_id: int) -> Difficulty:
    """The item, when the actor may read it; NotFound, or NotAllowed while the Sở has not received it."""
    found = visible(work, item_id)
    if not policies.can_read(work.actor, found):
        raise NotAllowed("Nội dung này chưa được Sở Nội vụ tiếp nhận nên chưa xem được.")
    return found


def load_show(work: Work, item: Difficulty) -> Show:
    """Read the page."""
    reads = policies.can_read(work.actor, item)
    own = policies.is_own(work.actor, item)
    people = dict(work.session.execute(people_named(item)).all())
    trail = _trail(work, item, own) if reads else []
    asked = trail[0] if trail and item.state is S.ASKED else None
    shows_answer = item.state in ANSWERED or (not own and bool(item.answer))
    return Show(
        item=item,
        reads=reads,
        meta=_meta(work, item, people, own),
        buttons=buttons(work, item),
        trail=trail,
        question=asked,
        answer=item.answer if reads and shows_answer else "",
        answer_note=_answer_note(item, people, own),
        edit_url=_url("edit_item", item) if policies.can_edit(work.actor, item) else "",
        public_url=_url("show_answer", item) if item.audience == "all" and item.state in ANSWERED else "",
        files=files_panel(work, OBJECT_TYPE, item.id) if reads else None,
        comments=comments_panel(work, OBJECT_TYPE, item.id) if reads else None,
    )


def _url(endpoint: str, item: Difficulty) -> str:
    return url_for(f"difficulties.{endpoint}", item_id=item.id)


def _meta(work: Work, item: Difficulty, people: Mapping[int, str], own: bool) -> list[tuple[str, str]]:
    unit = work.session.get_one(Unit, item.unit_id).name
    due = day(item.due_on)
    if due and item.state in OWED:
        left = days_left(item.due_on, work.today())
        due = f"{due}, {left[:1].lower()}{left[1:]}"
    found = [
        ("Đơn vị", unit),
        ("Loại", item.kind.label),
        ("Lĩnh vực", item.work_field.label),
        ("Gửi lúc", moment(item.sent_at)),
        ("Hạn trả lời", due),
        ("Người xử lý", "" if own or item.assignee_id is None else people.get(item.assignee_id, "")),
    ]
    return [pair for pair in found if pair[1]]


def _answer_note(item: Difficulty, people: Mapping[int, str], own: bool) -> str:
    if item.state in ANSWERED and item.audience is not None:
        name = "; có ghi tên đơn vị" if item.name_shown else ""
        return f"Công bố lúc {moment(item.decided_at)}. {item.audience.label}{name}."
    who = people.get(item.answered_by_id or 0, "")
    return "" if own or not who else f"Dự thảo của {who}, chưa công bố."


def buttons(work: Work, item: Difficulty) -> list[StepButton]:
    """The steps in the order of the page: what leads on comes last and is the primary one."""
    offers = policies.steps_for(work.actor, item)
    offers.sort(key=lambda offer: offer.action in FORWARD)
    return [
        StepButton(
            slug=SLUGS[offer.action],
            label=offer.label,
            url=url_for("difficulties.show_step", item_id=item.id, step=SLUGS[offer.action]),
            icon=ICONS[offer.action],
            tone="primary" if offer.action in FORWARD and not offer.reason else "",
            reason=offer.reason,
        )
        for offer in offers
    ]


def _trail(work: Work, item: Difficulty, own: bool) -> list[TrailEntry]:
    """Who did what, the newest first; the unit reads the steps within the Sở without names and words."""
    return [
        TrailEntry(
            at_text=moment(row.WorkflowStep.at),
            at_iso=row.WorkflowStep.at.isoformat(timespec="minutes"),
            action=DIFFICULTY_WORKFLOW.transition(row.WorkflowStep.action).done,
            who="Sở Nội vụ" if own and row.WorkflowStep.action in INSIDE else row.who,
            for_whom="" if own and row.WorkflowStep.action in INSIDE else row.giver or "",
            opinion="" if own and row.WorkflowStep.action in INSIDE else row.WorkflowStep.opinion,
        )
        for row in work.session.execute(trail_with_names(item.id))
    ]
