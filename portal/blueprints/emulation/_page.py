"""What the pages of one registration show around its content: head, steps, actions, trail. Read once a request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for

from portal.core.clock import local
from portal.core.errors import NotAllowed, NotFound
from portal.domain.access.actor import Work
from portal.domain.emulation import policies, queries
from portal.domain.emulation.catalogue_models import RegistrationPeriod
from portal.domain.emulation.enums import (
    EDITABLE,
    REGISTRATION_WORKFLOW,
    SUBMITTED,
    HiddenState,
    RegistrationState,
)
from portal.domain.emulation.errors import NotEditable
from portal.domain.emulation.models import EmulationRegistration
from portal.domain.emulation.policies import ActionOffer
from portal.domain.emulation.queries.pages import frame_of, trail_with_names
from portal.domain.emulation.queries.periods import Window
from portal.domain.emulation.queries.registrations import StepFacts
from portal.domain.units.models import Unit
from portal.web.context import work
from portal.web.formats import day, days_left, moment

S = RegistrationState
PROVINCE = "province"
BOARD = "Sở Nội vụ"
INSIDE = frozenset({"submit", "withdraw", "send_back"})
"""Steps inside the unit: who looks from outside does not read them."""

SLUGS = {
    "submit": "trinh",
    "withdraw": "rut-ve",
    "send_back": "tra-lai-de-sua",
    "send": "duyet-gui",
    "send_signed": "gui-ban-da-ky",
    "take_back": "thu-hoi",
    "return": "tra-lai",
    "accept": "tiep-nhan",
    "reopen": "mo-lai",
}
ICONS = {
    "submit": "send-2",
    "withdraw": "arrow-back-up",
    "send_back": "arrow-back-up",
    "send": "send-2",
    "send_signed": "send-2",
    "take_back": "arrow-back-up",
    "return": "arrow-back-up",
    "accept": "circle-check",
    "reopen": "lock-open",
}
FORWARD = frozenset({"submit", "send", "send_signed", "accept"})
SENDING = frozenset({"submit", "send", "send_signed"})


@dataclass(frozen=True, slots=True)
class StepItem:
    """A step of the way, as components/workflow.html draws it."""

    label: str
    note: str
    done: bool
    current: bool


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
class ActionButton:
    """A step that the reader may take, or sees with the reason why not; no reason: the bar says what blocks."""

    action: str
    slug: str
    label: str
    url: str
    icon: str
    tone: str
    allowed: bool
    reason: str
    saves_first: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """One registration and what stands around it. `own`: the reader works for its unit."""

    registration: EmulationRegistration
    unit: Unit
    receiver: Unit
    period: RegistrationPeriod
    window: Window
    facts: StepFacts
    state: RegistrationState | HiddenState
    own: bool
    can_edit: bool
    today: date

    @property
    def id(self) -> int:
        return self.registration.id

    @property
    def url(self) -> str:
        return url_for("emulation.show_registration", registration_id=self.id)

    @property
    def receiver_name(self) -> str:
        return receiver_label(self.receiver)

    @property
    def meta(self) -> list[tuple[str, str]]:
        """The facts under the title."""
        found = [("Đơn vị", self.unit.name), ("Nơi nhận", self.receiver_name), ("Hạn gửi", self.due_text)]
        if self.registration.paper_no:
            found.append(("Văn bản", self.registration.paper_no))
        return found

    @property
    def due_text(self) -> str:
        """31/03/2023, còn 16 ngày; without the days once it is sent."""
        text = day(self.window.due_on)
        if self.window.excepted:
            text = f"{text} (được gia hạn)"
        if self.registration.state in SUBMITTED:
            return text
        left = days_left(self.window.due_on, self.today)
        return f"{text}, {left[:1].lower()}{left[1:]}"


def receiver_label(receiver: Unit) -> str:
    """Who receives, in the reader's words: for the province its Sở Nội vụ acts."""
    return BOARD if receiver.level_code == PROVINCE else receiver.name


def visible(work: Work, registration_id: int) -> EmulationRegistration:
    """The registration, when the actor may know of it; NotFound otherwise."""
    found: EmulationRegistration | None = work.session.scalars(
        queries.get_registration(work.actor, registration_id, work.today())
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def readable(work: Work, registration_id: int) -> EmulationRegistration:
    """The registration, when the actor may read its content; NotFound, or NotAllowed while it is not sent."""
    found = visible(work, registration_id)
    if not policies.can_view_content(work.actor, found):
        raise NotAllowed("Đơn vị chưa gửi bản đăng ký này nên chưa xem được nội dung.")
    return found


def editable(work: Work, registration_id: int) -> EmulationRegistration:
    """The registration, when the actor may change it now; else NotFound, NotAllowed or NotEditable."""
    found = visible(work, registration_id)
    if policies.can_edit(work.actor, found):
        return found
    raise NotEditable if policies.can_open(work.actor, found.unit_id) else NotAllowed


def may_edit(registration_id: int, **_more: int) -> None:
    """Raise unless the actor may change the registration now: what drafts of its forms ask."""
    editable(work(), registration_id)


def load_frame(work: Work, registration: EmulationRegistration) -> Frame:
    """Read what stands around a registration that was loaded in scope."""
    unit, receiver, period = work.session.execute(frame_of(registration.id)).one()
    return Frame(
        registration=registration,
        unit=unit,
        receiver=receiver,
        period=period,
        window=queries.window_of(work.session, period, unit.id),
        facts=queries.step_facts(work.session, registration, work.today()),
        state=policies.state_shown(work.actor, registration),
        own=policies.is_own(work.actor, registration),
        can_edit=policies.can_edit(work.actor, registration),
        today=work.today(),
    )


def action_buttons(work: Work, frame: Frame, blocked: bool) -> list[ActionButton]:
    """The steps in the order of the page: what leads on comes last and is the primary one."""
    offers = policies.actions_for(
        work.actor,
        frame.registration,
        frame.facts.kind,
        frame.facts.editors,
        has_head=frame.facts.has_head,
        closed=not frame.window.is_open(frame.today),
    )
    usual = "submit" if frame.facts.kind.head_review else "send_signed"
    offers.sort(key=lambda o: (o.action in FORWARD, o.action == usual))
    primary = next((o.action for o in reversed(offers) if o.action in FORWARD), "")
    return [_button(frame, offer, offer.action == primary, blocked) for offer in offers]


def _button(frame: Frame, offer: ActionOffer, primary: bool, blocked: bool) -> ActionButton:
    allowed = offer.allowed and not (offer.action in SENDING and blocked)
    return ActionButton(
        action=offer.action,
        slug=SLUGS[offer.action],
        label=offer.label,
        url=url_for("emulation.show_step", registration_id=frame.id, step=SLUGS[offer.action]),
        icon=ICONS[offer.action],
        tone="primary" if primary and allowed else "",
        allowed=allowed,
        reason=offer.reason,
        saves_first=frame.can_edit and offer.action in SENDING,
    )


def step_items(frame: Frame) -> list[StepItem]:
    """The way of a registration, with where it stands."""
    reg, receiver = frame.registration, frame.receiver_name
    reviewed = frame.facts.kind.head_review or reg.state is S.IN_REVIEW
    at = {S.DRAFT: 0, S.RETURNED: 0, S.IN_REVIEW: 1, S.SENT: 3, S.ACCEPTED: 4}[reg.state]
    sent = day(local(reg.sent_at).date()) if reg.sent_at and at > 1 else ""
    decided = day(local(reg.decided_at).date()) if reg.decided_at and at == 4 else ""
    notes = [
        (
            "Soạn bản đăng ký",
            "đang sửa sau khi trả lại" if reg.state is S.RETURNED else "đang soạn" if at == 0 else "đã soạn",
        ),
        ("Lãnh đạo đơn vị duyệt", "chưa trình" if at == 0 else "đang chờ duyệt" if at == 1 else "đã duyệt"),
        (f"Gửi {receiver}", f"đã gửi {sent}" if sent else f"trước hết ngày {day(frame.window.due_on)}"),
        ("Tiếp nhận", f"đã tiếp nhận {decided}" if decided else "đang chờ" if sent else "chưa gửi"),
    ]
    return [
        StepItem(label, note, done=index < at, current=index == at)
        for index, (label, note) in enumerate(notes)
        if reviewed or index != 1
    ]


def trail_entries(work: Work, frame: Frame) -> list[TrailEntry]:
    """Who did what, for whom, when and with which words, the newest first."""
    rows = work.session.execute(trail_with_names(frame.id))
    return [
        TrailEntry(
            at_text=moment(step.at),
            at_iso=step.at.isoformat(timespec="minutes"),
            action=REGISTRATION_WORKFLOW.transition(step.action).done,
            who=f"{who} ({frame.receiver_name if step.unit_id == frame.receiver.id else unit})",
            for_whom=giver or "",
            opinion=step.opinion,
        )
        for step, who, giver, unit in rows
        if frame.own or step.action not in INSIDE
    ]


def last_return(frame: Frame, entries: Sequence[TrailEntry]) -> TrailEntry | None:
    """The step that gave it back to the officer, while they are mending it: its words stand at the top of the page."""
    if frame.registration.state not in EDITABLE or not frame.own or not entries:
        return None
    newest = entries[0]
    returning = {REGISTRATION_WORKFLOW.transition(a).done for a in ("return", "reopen", "send_back")}
    return newest if newest.action in returning else None
