"""What approvals say of a person's work: what waits for them, what they sent, what falls due."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from portal.core.clock import LOCAL, local
from portal.core.manifest import DueItem, SentItem, Shown, WaitingItem
from portal.core.pagination import AnyRow
from portal.domain.access.actor import Work
from portal.domain.approvals import queries
from portal.domain.approvals.enums import ApprovalState
from portal.domain.approvals.queries import Reader

AREA = "Trình ký"
ENDPOINT = "approvals.show_paper"
MOST_WAITING = 20
WITH_DRAFTER = "Người soạn"
OVER = Shown("Quá hạn cho ý kiến", "bad", "alert-octagon")


def waiting(work: Work, year: int) -> list[WaitingItem]:
    """What waits for the actor's opinion, and what was returned to them: all that is open in this year, of another one
    what came in it.
    """
    reader = _reader(work)
    found = [(row, "Cho ý kiến", "") for row in _open(work, queries.waiting_papers(reader), year)]
    back = [(row, "Sửa", "Bị trả lại") for row in _open(work, queries.returned_papers(reader), year)]
    return [
        WaitingItem(
            f"{verb}: {row.title}", AREA, ENDPOINT, {"approval_id": row.id}, row.due_on, _day(row.arrived_at), note
        )
        for row, verb, note in [*found, *back]
    ]


def sent(work: Work, year: int) -> list[SentItem]:
    """What the actor has put on its way in that year, and where it is."""
    first, last = (datetime.combine(date(y, 1, 1), time(), LOCAL).astimezone(UTC) for y in (year, year + 1))
    rows = work.session.execute(queries.sent_papers(_reader(work), first, last).limit(MOST_WAITING)).all()
    return [
        SentItem(row.title, ENDPOINT, {"approval_id": row.id}, shown(row, work.today()), row.updated_at, where(row))
        for row in rows
    ]


def due(work: Work, first: date, last: date) -> list[DueItem]:
    """What falls due at a step of the actor's, and, of what they sent, at another's."""
    rows = work.session.execute(queries.due_papers(_reader(work), first, last)).all()
    return [
        DueItem(
            key=f"approvals:{row.id}:{row.position}:{row.due_on}",
            title=f"{'Cho ý kiến' if row.is_mine else where(row)}: {row.title}",
            area=AREA,
            endpoint=ENDPOINT,
            values={"approval_id": row.id},
            due_on=row.due_on,
            state=shown(row, work.today()),
            watched=not row.is_mine,
        )
        for row in rows
    ]


def shown(row: Any, today: date) -> Shown:
    """The state of a row: overdue comes before running."""
    if row.state is ApprovalState.RUNNING and row.due_on is not None and row.due_on < today:
        return OVER
    return Shown(row.state.label, row.state.tone, row.state.icon)


def where(row: Any) -> str:
    """With whom a paper is: its step, the drafter, or nobody any more."""
    if row.state is ApprovalState.RUNNING:
        return str(row.step_label or "")
    return WITH_DRAFTER if row.state in (ApprovalState.DRAFT, ApprovalState.RETURNED) else ""


def _reader(work: Work) -> Reader:
    return queries.reader_of(work.session, work.actor, work.today())


def _open(work: Work, stmt: Any, year: int) -> list[AnyRow]:
    rows = work.session.execute(stmt.limit(MOST_WAITING)).all()
    return [row for row in rows if year == work.today().year or _year(row) == year]


def _year(row: AnyRow) -> int | None:
    return None if row.arrived_at is None else local(row.arrived_at).year


def _day(instant: datetime | None) -> date | None:
    return None if instant is None else local(instant).date()
