"""GET /thi-dua/dang-ky: all lines over units for who sees below, one's own registrations, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Response, url_for

from portal.blueprints.emulation import bp
from portal.blueprints.emulation._line_list import LINES
from portal.core.db import plain_rows
from portal.core.pagination import AnyRow
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.emulation.enums import RegistrationState
from portal.domain.emulation.policies import can_open
from portal.domain.emulation.queries.waiting import own_registrations
from portal.web.access import requires
from portal.web.context import work
from portal.web.formats import day, days_left, due_tone
from portal.web.htmx import page
from portal.web.lists import ListView, open_list


@dataclass(frozen=True, slots=True)
class OwnItem:
    """One registration that the reader's unit owes: where it stands, by when, what they can do."""

    unit: str
    period: str
    state: RegistrationState | None
    due: str
    due_words: str
    due_tone: str
    url: str
    new_url: str


@bp.get("/dang-ky")
@requires(Permission.REGISTRATION_VIEW)
def list_registrations() -> Response:
    """The lines below, with filters in the address; who has nobody below sees their own registrations and lines."""
    current = work()
    view = open_list(LINES)
    if not isinstance(view, ListView):
        return view
    return page(
        "emulation/list_registrations.html",
        block="region",
        view=view,
        own=own_items(current, view.more.year),
        has_below=view.more.seen.has_below,
        new_url=url_for("emulation.new_registration"),
        can_write=current.actor.can(Permission.REGISTRATION_EDIT),
    )


def own_items(current: Work, year: int) -> list[OwnItem]:
    """The registrations that the reader's own units write, approve or send in the year."""
    today = current.today()
    rows: Sequence[AnyRow] = plain_rows(current.session, own_registrations(current.actor, today, year))
    return [_own(current, row, today) for row in rows]


def _own(current: Work, row: AnyRow, today: date) -> OwnItem:
    open_now = row.opens_on <= today <= max(row.closes_on, row.last_day)
    may_open = row.registration_id is None and open_now and can_open(current.actor, row.unit_id)
    waits = row.state not in (RegistrationState.SENT, RegistrationState.ACCEPTED)
    return OwnItem(
        unit=row.unit_name,
        period=row.period_name,
        state=row.state,
        due=day(row.due_on),
        due_words=days_left(row.due_on, today) if waits else "",
        due_tone=due_tone(row.due_on, today) if waits else "idle",
        url=url_for("emulation.show_registration", registration_id=row.registration_id) if row.registration_id else "",
        new_url=url_for("emulation.new_registration", unit_id=row.unit_id, period_id=row.period_id) if may_open else "",
    )
