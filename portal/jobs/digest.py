"""The digest of a working day: made and queued person by person, once a day each, wherever a worker dies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from portal.core.outbox import post_of
from portal.domain.accounts.queries import load_actor
from portal.domain.calendar.queries import load_calendar
from portal.domain.notifications.digest import Digest, digest_of, queue_digest
from portal.domain.notifications.queries import digest_readers
from portal.jobs.api import JobContext, JobHandler, JobResult, Periodic

KIND = "notifications.digest"
AT_A_TIME = 50  # people whose digests are queued in one transaction
DAY_OFF = "Hôm nay là ngày nghỉ nên không gửi bản tin."
NO_SERVER = "Chưa có máy chủ thư nên không gửi bản tin."
TOO_LATE = "Ngày của bản tin đã qua nên không gửi."


@dataclass(frozen=True, slots=True)
class SendDigests:
    """Everybody's digest of the day that the job was asked for."""

    kind: str = KIND
    permission: None = None

    def title(self, payload: Mapping[str, Any]) -> str:  # noqa: ARG002 - the same on every day
        return "Gửi bản tin đầu ngày làm việc"

    def run(self, ctx: JobContext) -> JobResult:
        """Go through the people who want one, from where a worker before this one came to."""
        with ctx.reading() as work:
            if ctx.payload["day"] != f"{work.today():%Y-%m-%d}":
                return JobResult(TOO_LATE)
            if post_of(work.session) is None:
                return JobResult(NO_SERVER)
            if not load_calendar(work.session).is_working_day(work.today()):
                return JobResult(DAY_OFF)
        after, sent = int(ctx.checkpoint.get("after", 0)), int(ctx.checkpoint.get("sent", 0))
        while True:
            made, last = self._next(ctx, after)
            if last is None:
                return JobResult(f"Đã xếp {sent} bản tin vào hộp gửi.")
            with ctx.step() as step:
                for digest, address in made:
                    queue_digest(step.work, digest, address)
                after, sent = last, sent + len(made)
                step.save({"after": after, "sent": sent})

    def _next(self, ctx: JobContext, after: int) -> tuple[list[tuple[Digest, str]], int | None]:
        """The digests of the next people, and the last of these people; None when there are no more."""
        made: list[tuple[Digest, str]] = []
        with ctx.reading() as work:
            calendar, last = load_calendar(work.session), None
            for account in work.session.scalars(digest_readers(after).limit(AT_A_TIME)).all():
                last = account.id
                actor = load_actor(work.session, account, work.today())
                digest = digest_of(replace(work, actor=actor), calendar)
                if digest is not None:
                    made.append((digest, account.email))
        return made, last


HANDLERS: tuple[JobHandler, ...] = (SendDigests(),)
PERIODIC = (Periodic(KIND, timedelta(days=1), at=lambda settings: settings.digest_time),)
