"""How far each unit has come in the demonstration year, and the steps that led there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from random import Random

from portal.core.clock import LOCAL
from portal.domain.emulation.enums import REGISTRATION_WORKFLOW, RegistrationState
from seed.demo.world import DemoUnit


class Fate(StrEnum):
    """Where a unit stands: nothing yet, an empty or a filled draft, or one of the states after it."""

    MISSING = "missing"
    EMPTY = "empty"
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    SENT = "sent"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    ACCEPTED_LATER = "accepted_later"  # returned once, then accepted


class Part(StrEnum):
    """Who takes a step."""

    OFFICER = "officer"
    HEAD = "head"
    RECEIVER = "receiver"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the trail."""

    action: str
    part: Part
    at: datetime
    opinion: str = ""


@dataclass(slots=True)
class Life:
    """A registration's columns as the steps leave them."""

    state: RegistrationState
    begun_at: datetime
    steps: list[tuple[Step, RegistrationState, RegistrationState]] = field(default_factory=list)
    sent: Step | None = None
    decided: Step | None = None

    @property
    def touched_at(self) -> datetime:
        return self.steps[-1][0].at if self.steps else self.begun_at


FIXED: Mapping[str, Fate] = {
    "12022": Fate.MISSING,  # Xuân Quan: the walk through the portal begins here
    "326": Fate.DRAFT,
    "330": Fate.IN_REVIEW,
    "SNV": Fate.IN_REVIEW,
    "STC": Fate.RETURNED,
    "SYT": Fate.EMPTY,
    "SGDDT": Fate.SENT,
}
IN_VAN_GIANG = (Fate.SENT,) * 8 + (Fate.RETURNED, Fate.DRAFT)
TOP = {
    Fate.ACCEPTED: 22,
    Fate.ACCEPTED_LATER: 4,
    Fate.SENT: 34,
    Fate.IN_REVIEW: 8,
    Fate.RETURNED: 5,
    Fate.DRAFT: 9,
    Fate.EMPTY: 2,
    Fate.MISSING: 10,
}
UNDER_READY = {
    Fate.ACCEPTED: 78,
    Fate.ACCEPTED_LATER: 6,
    Fate.SENT: 6,
    Fate.RETURNED: 2,
    Fate.DRAFT: 3,
    Fate.MISSING: 5,
}
UNDER_WAITING = {Fate.ACCEPTED: 8, Fate.SENT: 42, Fate.RETURNED: 5, Fate.DRAFT: 17, Fate.EMPTY: 4, Fate.MISSING: 24}
READY = frozenset({Fate.IN_REVIEW, Fate.SENT, Fate.ACCEPTED, Fate.ACCEPTED_LATER})
SUBMITTED = frozenset({Fate.SENT, Fate.ACCEPTED, Fate.ACCEPTED_LATER})

OPINIONS_SUBMIT = ("", "", "Kính trình lãnh đạo xem xét.", "Đã tổng hợp đủ các bộ phận, kính trình lãnh đạo duyệt.")
OPINIONS_SEND = ("", "Đồng ý.", "Nhất trí, chuyển cơ quan tiếp nhận.", "Đồng ý với danh sách đăng ký.")
OPINIONS_ACCEPT = ("", "Hồ sơ đầy đủ, đã tiếp nhận.", "Đã tiếp nhận.", "Đủ thành phần theo hướng dẫn.")
REASONS = (
    "Đề nghị rà soát lại số Chiến sĩ thi đua cơ sở theo tỷ lệ quy định.",
    "Danh sách còn thiếu chức vụ của một số cá nhân, đề nghị bổ sung.",
    "Đề nghị bổ sung chỉ tiêu thi đua có số liệu cụ thể.",
    "Số lượng dự kiến chưa khớp danh sách, đề nghị kiểm tra lại.",
    "Đề nghị đăng ký rõ tập thể đề nghị tặng Cờ thi đua.",
)
_O, _H, _R = Part.OFFICER, Part.HEAD, Part.RECEIVER
_SENDING = {True: (("submit", _O), ("send", _H)), False: (("send_signed", _O),)}


def fates_of(units: Sequence[DemoUnit]) -> dict[int, Fate]:
    """Every unit's fate, by its id; parents before children, since a parent that is ready has its children's papers."""
    codes = {unit.id: unit.code for unit in units}
    fates: dict[int, Fate] = {}
    in_van_giang = iter(IN_VAN_GIANG)
    for unit in sorted(units, key=lambda u: (u.depth, u.code)):
        rng = Random(f"fate:{unit.code}")
        if unit.code in FIXED:
            fates[unit.id] = FIXED[unit.code]
        elif codes.get(unit.parent_id) == "326":
            fates[unit.id] = next(in_van_giang, Fate.SENT)
        elif unit.depth == 1:
            fates[unit.id] = _draw(rng, TOP)
        else:
            fates[unit.id] = _draw(rng, UNDER_READY if fates[unit.parent_id] in READY else UNDER_WAITING)
        if not unit.head_review and fates[unit.id] is Fate.IN_REVIEW:
            fates[unit.id] = Fate.DRAFT
    return fates


def life_of(unit: DemoUnit, fate: Fate, begins: date, ends: date) -> Life:
    """The steps to a fate, on working days between two days, each allowed by the workflow."""
    rng = Random(f"life:{unit.code}")
    plan = _plan(unit, fate)
    moments = _moments(rng, begins, ends, len(plan) + 1)
    life = Life(RegistrationState.DRAFT, moments[0])
    for (action, part), at in zip(plan, moments[1:], strict=True):
        step = Step(action, part, at, _opinion(rng, action))
        transition = REGISTRATION_WORKFLOW.check(action, life.state, step.opinion)
        life.steps.append((step, life.state, transition.target))
        life.state = transition.target
        if action in ("send", "send_signed"):
            life.sent, life.decided = step, None
        elif part is Part.RECEIVER:
            life.decided = step
    return life


def _plan(unit: DemoUnit, fate: Fate) -> list[tuple[str, Part]]:
    sending = list(_SENDING[unit.head_review])
    return {
        Fate.EMPTY: [],
        Fate.DRAFT: [],
        Fate.IN_REVIEW: [("submit", _O)],
        Fate.SENT: sending,
        Fate.RETURNED: [*sending, ("return", _R)],
        Fate.ACCEPTED: [*sending, ("accept", _R)],
        Fate.ACCEPTED_LATER: [*sending, ("return", _R), *sending, ("accept", _R)],
    }[fate]


def _opinion(rng: Random, action: str) -> str:
    if action in ("return", "send_back"):
        return rng.choice(REASONS)
    choices = {"submit": OPINIONS_SUBMIT, "accept": OPINIONS_ACCEPT}.get(action, OPINIONS_SEND)
    return rng.choice(choices)


def _moments(rng: Random, begins: date, ends: date, count: int) -> list[datetime]:
    """Rising instants in working hours, in UTC."""
    days = [begins + timedelta(days=n) for n in range(max((ends - begins).days, 0) + 1)]
    working = [day for day in days if day.weekday() < 5] or [begins]
    seconds = sorted(rng.randrange(len(working) * 8 * 3600) for _ in range(count))
    moments = []
    for second in seconds:
        day, within = divmod(second, 8 * 3600)
        hour = 8 + within // 3600 if within < 4 * 3600 else 9 + within // 3600  # 08:00 to 12:00, 13:00 to 17:00
        at = datetime.combine(working[day], time(hour, within // 60 % 60, within % 60), LOCAL)
        moments.append(at.astimezone(UTC))
    return moments


def _draw(rng: Random, weights: Mapping[Fate, int]) -> Fate:
    return rng.choices(list(weights), list(weights.values()))[0]
