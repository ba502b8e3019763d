"""The digest: one mail on a working day to each person for whom something waits, falls due or was told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import update

from portal.core.manifest import DueItem, Manifest, WaitingItem, manifests
from portal.core.outbox import post_of, queue_mail
from portal.domain.access.actor import Work
from portal.domain.calendar.due import due_for
from portal.domain.calendar.rules import WorkCalendar
from portal.domain.notifications.kinds import kinds
from portal.domain.notifications.mails import NAME, body
from portal.domain.notifications.models import Notice
from portal.domain.notifications.queries import notices_for_digest

LOOK_BACK, WORKING_DAYS_AHEAD = timedelta(days=30), 5
MOST = 20  # lines of one section
MOST_NOTICES = 500  # of one digest; the next one has the rest
WAITING, DUE, TOLD = "Đang chờ ông/bà", "Sắp đến hạn, quá hạn", "Thông báo chưa đọc"
QUIET = "Có {} việc khác, xin xem trên cổng."  # of confidential features nothing but how many


@dataclass(frozen=True, slots=True)
class Digest:
    """What one person is mailed on a day, and which notices it holds."""

    user_id: int
    lines: Sequence[str]
    notice_ids: Sequence[int]


def digest_of(work: Work, calendar: WorkCalendar, features: Sequence[Manifest] | None = None) -> Digest | None:
    """The actor's digest of today; None when there is nothing to say. A number of queries that no row adds to."""
    today = work.today()
    first, last = today - LOOK_BACK, calendar.add_working_days(today, WORKING_DAYS_AHEAD)
    declared = manifests() if features is None else features
    open_ones = [feature for feature in declared if not feature.confidential]
    waiting = [item for feature in open_ones if feature.waiting for item in feature.waiting(work, today.year)]
    waiting.sort(key=lambda item: (item.due_on or date.max, item.since or date.max))
    known = {_place(item) for item in waiting}
    due = [item for item in due_for(work, first, last, open_ones) if not item.done and _place(item) not in known]
    notices = work.session.scalars(notices_for_digest(work.actor, today).limit(MOST_NOTICES)).all()
    quiet = sum(_is_quiet(notice) for notice in notices)
    quiet += sum(_quiet_count(feature, work, first, last) for feature in declared if feature.confidential)
    lines = [
        *_section(WAITING, [_line(item, today) for item in waiting]),
        *_section(DUE, [_line(item, today) for item in due]),
        *_section(TOLD, [notice.text for notice in notices if not _is_quiet(notice)]),
        *([QUIET.format(quiet)] if quiet else []),
    ]
    return Digest(work.actor.user_id, lines, [notice.id for notice in notices]) if lines else None


def queue_digest(work: Work, digest: Digest, address: str) -> None:
    """Queue a person's digest of today, once however often it is asked for; its notices are in no later one."""
    post = post_of(work.session)
    if post is None:
        return
    today = work.today()
    queue_mail(
        work.session,
        work.clock,
        unique_key=f"digest:{today:%Y-%m-%d}:{digest.user_id}",
        to=[address],
        subject=f"{NAME}: bản tin ngày {today:%d/%m/%Y}",
        body=body(digest.lines, post.link("/")),
    )
    done = update(Notice).where(Notice.receiver_id == digest.user_id, Notice.id.in_(digest.notice_ids))
    work.session.execute(done.values(for_digest=False).execution_options(synchronize_session=False))


def _is_quiet(notice: Notice) -> bool:
    """Whether it tells of a confidential feature."""
    found = kinds().get(notice.kind)
    return found is not None and found.feature.confidential


def _quiet_count(feature: Manifest, work: Work, first: date, last: date) -> int:
    """How many things wait or are due in a confidential feature."""
    waiting = feature.waiting(work, work.today().year) if feature.waiting else ()
    due = feature.due(work, first, last) if feature.due else ()
    known = {_place(item) for item in waiting}
    return len(waiting) + sum(not item.done and _place(item) not in known for item in due)


def _place(item: WaitingItem | DueItem) -> tuple[str, str]:
    """What an item opens: the same thing may wait and be due."""
    return item.endpoint, repr(sorted(item.values.items()))


def _line(item: WaitingItem | DueItem, today: date) -> str:
    """Gửi đăng ký thi đua năm 2023: UBND huyện Văn Giang; hạn 31/03/2023, quá hạn 2 ngày."""
    if item.due_on is None:
        return item.title
    late = (today - item.due_on).days
    left = f", quá hạn {late} ngày" if late > 0 else ", hôm nay" if late == 0 else ""
    return f"{item.title}; hạn {item.due_on:%d/%m/%Y}{left}"


def _section(title: str, lines: Sequence[str]) -> Iterable[str]:
    if not lines:
        return []
    rest = [f"- và {len(lines) - MOST} mục khác"] if len(lines) > MOST else []
    return [f"{title} ({len(lines)}):", *(f"- {line}" for line in lines[:MOST]), *rest, ""]
