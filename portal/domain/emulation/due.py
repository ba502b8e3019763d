"""What falls due in emulation: one's own registrations, and those that one's unit receives from the units below it."""

from __future__ import annotations

from datetime import date

from portal.core.manifest import DueItem, Shown
from portal.core.pagination import AnyRow
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.emulation.enums import SUBMITTED
from portal.domain.emulation.queries.waiting import receiving_due, registrations_due

AREA = "Thi đua"
NOT_BEGUN = Shown("Chưa lập", "idle", "circle-dashed")
CLOSED = Shown("Kỳ đã đóng", "idle", "ban")
COMPLETE = Shown("Đã đủ", "ok", "circle-check")
AWAITED = Shown("Chưa đủ", "warn", "hourglass")


def due(work: Work, first: date, last: date) -> list[DueItem]:
    """The due days from the first day to the last: the actor's own units', and those of the units below (2 queries)."""
    today = work.today()
    own = work.session.execute(registrations_due(work.actor, today, first, last)).all()
    found = [_own(row, today) for row in own]
    if work.actor.can(Permission.REGISTRATION_RECEIVE):
        below = work.session.execute(receiving_due(work.actor, today, first, last)).all()
        found += [_below(row, today) for row in below]
    return found


def _over(row: AnyRow, last_day: date, today: date) -> bool:
    """Whether nothing is asked any more: a period of another year that is closed (of this year one can still ask)."""
    return row.year != today.year and today > last_day


def _own(row: AnyRow, today: date) -> DueItem:
    name = row.period_name[:1].lower() + row.period_name[1:]
    begun = row.registration_id is not None
    sent = row.state in SUBMITTED
    over = not sent and _over(row, max(row.closes_on, row.last_day), today)
    state = Shown(row.state.label, row.state.tone, row.state.icon) if begun else NOT_BEGUN
    return DueItem(
        key=f"emulation:registration:{row.period_id}:{row.unit_id}",
        title=f"Gửi {name}: {row.unit_name}",
        area=AREA,
        endpoint="emulation.show_registration" if begun else "emulation.new_registration",
        values={"registration_id": row.registration_id} if begun else {"nam": row.year},
        due_on=row.due_on,
        state=CLOSED if over else state,
        note="Đã được gia hạn" if row.excepted else "",
        done=sent or over,
    )


def _below(row: AnyRow, today: date) -> DueItem:
    name = row.period_name[:1].lower() + row.period_name[1:]
    over = bool(row.missing) and _over(row, max(row.closes_on, row.due_on), today)
    state = AWAITED if row.missing else COMPLETE
    what = "Hết gia hạn" if row.excepted else "Hết hạn"
    return DueItem(
        key=f"emulation:receiving:{row.period_id}:{row.due_on}:{'granted' if row.excepted else 'common'}",
        title=f"{what} gửi {name} của đơn vị trực thuộc",
        area=AREA,
        endpoint="emulation.list_units",
        values={"nam": row.year},
        due_on=row.due_on,
        state=CLOSED if over else state,
        note=f"{row.missing}/{row.owing} đơn vị chưa gửi" if row.missing else f"{row.owing} đơn vị đã gửi",
        done=not row.missing or over,
        watched=True,
    )
