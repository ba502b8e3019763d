"""The reminders of a working day: person by person, each effect once, wherever a worker dies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time, timedelta
from typing import Any

from portal.domain.accounts.queries import load_actor
from portal.domain.calendar.queries import load_calendar
from portal.domain.reminders.queries import all_rules, people_after
from portal.domain.reminders.services import remind, reminders_of
from portal.domain.reminders.timing import Reminder
from portal.jobs.api import JobContext, JobHandler, JobResult, Periodic

KIND = "reminders.daily"
HOUR = time(6, 0)
AT_A_TIME = 50  # people who are reminded in one transaction
DAY_OFF = "Hôm nay là ngày nghỉ nên không nhắc việc."


@dataclass(frozen=True, slots=True)
class RemindAll:
    """Everybody's reminders of today. A day that no worker saw is made up for on the next."""

    kind: str = KIND
    permission: None = None

    def title(self, payload: Mapping[str, Any]) -> str:  # noqa: ARG002 - the same on every day
        return "Nhắc việc đến hạn"

    def run(self, ctx: JobContext) -> JobResult:
        """Go through the people, from where a worker before this one came to."""
        with ctx.reading() as work:
            calendar = load_calendar(work.session)
            if not calendar.is_working_day(work.today()):
                return JobResult(DAY_OFF)
        after, told = int(ctx.checkpoint.get("after", 0)), int(ctx.checkpoint.get("told", 0))
        while True:
            found, last = self._next(ctx, after)
            if last is None:
                return JobResult(f"Đã nhắc {told} việc.")
            with ctx.step() as step:
                told += sum(remind(step.work, user_id, ones, calendar) for user_id, ones in found)
                after = last
                step.save({"after": after, "told": told})

    def _next(self, ctx: JobContext, after: int) -> tuple[list[tuple[int, list[Reminder]]], int | None]:
        """What the next people are reminded of, and the last of these people; None when there are no more."""
        found: list[tuple[int, list[Reminder]]] = []
        with ctx.reading() as work:
            calendar, rules, last = load_calendar(work.session), work.session.scalars(all_rules()).all(), None
            for account in work.session.scalars(people_after(after).limit(AT_A_TIME)).all():
                last = account.id
                actor = load_actor(work.session, account, work.today())
                if ones := reminders_of(replace(work, actor=actor), calendar, rules):
                    found.append((account.id, ones))
        return found, last


HANDLERS: tuple[JobHandler, ...] = (RemindAll(),)
PERIODIC = (Periodic(KIND, timedelta(days=1), at=lambda _: HOUR),)
