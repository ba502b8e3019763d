"""The units below beside a unit's own registration: who has sent, what was taken in, what differs now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for

from portal.blueprints.emulation._page import SLUGS, Frame
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.emulation import policies, queries
from portal.domain.emulation.enums import SUBMITTED, HiddenState, RegistrationState
from portal.domain.emulation.models import EmulationRegistration
from portal.domain.emulation.queries.pages import taken_from
from portal.domain.emulation.queries.periods import window
from portal.web.formats import day, days_left, moment


@dataclass(frozen=True, slots=True)
class NotOpened:
    """The state of a unit that has not opened its registration."""

    label: str = "Chưa đăng ký"
    tone: str = "idle"
    icon: str = "circle-minus"


@dataclass(frozen=True, slots=True)
class ChildRow:
    """A unit below. `new` lines wait to be taken in, `differing` ones were changed after they had been."""

    unit_id: int
    name: str
    state: RegistrationState | HiddenState | NotOpened
    when: str
    when_tone: str
    lines: int | None
    taken: int
    differing: int
    url: str
    compare_url: str
    accept_url: str
    return_url: str
    can_take_in: bool
    sent: bool

    @property
    def new(self) -> int:
        return (self.lines or 0) - self.taken


def load_children(work: Work, frame: Frame) -> list[ChildRow]:
    """The units right below that owe a registration this year, for those who receive them."""
    if not work.actor.holds_at(Permission.REGISTRATION_RECEIVE, frame.unit.id):
        return []
    rows: Sequence[Any] = work.session.execute(
        queries.children_status(frame.unit.id, frame.period.id, frame.today)
    ).all()
    taken = taken_from(work.session, frame.id, [reg.id for _, _, reg, _ in rows if reg is not None])
    return [
        _row(work, frame, unit.id, unit.name, reg, window(period, granted).due_on, taken)
        for unit, period, reg, granted in rows
    ]


def _row(
    work: Work,
    frame: Frame,
    unit_id: int,
    name: str,
    reg: EmulationRegistration | None,
    due_on: date,
    taken: dict[int, tuple[int, int]],
) -> ChildRow:
    sent = reg is not None and reg.state in SUBMITTED
    left = days_left(due_on, frame.today)
    shown = policies.can_view_content(work.actor, reg) if reg is not None else False
    count, differing = taken.get(reg.id, (0, 0)) if reg is not None else (0, 0)
    return ChildRow(
        unit_id=unit_id,
        name=name,
        state=policies.state_shown(work.actor, reg) if reg is not None else NotOpened(),
        when=moment(reg.sent_at) if reg is not None and sent else f"hạn {day(due_on)}, {left[:1].lower()}{left[1:]}",
        when_tone="bad" if not sent and due_on < frame.today else "",
        lines=reg.line_count if reg is not None and shown else None,
        taken=count,
        differing=differing,
        url=url_for("emulation.show_registration", registration_id=reg.id) if reg is not None else "",
        compare_url=_compare_url(frame, reg) if reg is not None and sent else "",
        accept_url=_step_url(reg, "accept") if reg is not None and policies.can_accept(work.actor, reg) else "",
        return_url=_step_url(reg, "return") if reg is not None and policies.can_return(work.actor, reg) else "",
        can_take_in=reg is not None and policies.can_take_in(work.actor, frame.registration, reg),
        sent=sent,
    )


def _compare_url(frame: Frame, reg: EmulationRegistration) -> str:
    return url_for("emulation.show_child", registration_id=frame.id, source_id=reg.id)


def _step_url(reg: EmulationRegistration, action: str) -> str:
    return url_for("emulation.show_step", registration_id=reg.id, step=SLUGS[action])
