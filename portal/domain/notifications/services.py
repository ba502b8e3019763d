"""Telling people: notices are rows of the same transaction as what they tell, each effect once for each receiver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import CursorResult, delete, func, update
from sqlalchemy.dialects import postgresql, sqlite

from portal.core.errors import NotFound
from portal.core.notices import Holders, MailChoice, News, People
from portal.core.text import clean
from portal.domain.access.actor import Work
from portal.domain.notifications.kinds import QUIET_WORDS, Declared, kinds
from portal.domain.notifications.mails import mail_notices
from portal.domain.notifications.models import Notice
from portal.domain.notifications.queries import NoticeFilter, notices_of, one_notice, receivers

TEXT_LENGTH = 300
KEEP_READ, KEEP_UNREAD = timedelta(days=60), timedelta(days=365)
AT_A_TIME = 500  # rows of one statement: a database takes only so many values at once


def notify(
    work: Work,
    kind: str,
    key: str,
    text: str,
    to: Sequence[Holders | People],
    link: tuple[str, Mapping[str, Any]] = ("", {}),
    unit_id: int | None = None,
    permission: str = "",
) -> int:
    """Tell people of what the actor just did, in the actor's transaction; returns how many are told.

    A service calls it after the step, once its rows are flushed:

        notify(
            work,
            "approvals.waiting",
            f"approvals.waiting:{step.id}:{step.version}",
            f"Tờ trình {paper.number} chờ ông/bà cho ý kiến",
            [Holders(Permission.PAPER_APPROVE, paper.unit_id)],
            ("approvals.show_paper", {"paper_id": paper.id}),
            paper.unit_id,
        )

    `kind` is declared in the feature's manifest (`notice_kinds`, portal.core.notices.NoticeKind); KeyError otherwise.
    `key` (160 characters at most) names the effect for good: a second call with it, by a retry or after a worker's
    death, tells nobody anew; put into it what makes the step this one (id and version). `text` is one short sentence
    (300 characters) that names no person but whoever acted; it goes into mails too. `to` may mix `Holders` (those who
    hold the permission at exactly that unit today, by a delegation too) with `People` (accounts); whoever is named
    twice is told once, and the actor and closed accounts never. `link` is an endpoint with its values, as for
    `url_for`. Of `unit_id` the reader must still hold the kind's `permission` whenever they look; give it whenever the
    kind has one; `permission` takes its place where a kind tells of records of many features (one that some kind asks
    for, else nobody reads the notice). What each receiver chose (portal, mail, digest) is looked up here. Of a
    confidential feature nothing but "Có việc mới" is kept, with a link to its first page.
    """
    return take(work, News(kind, key, text, to, link[0], link[1], unit_id, permission))


def take(work: Work, news: News) -> int:
    """As `notify`, of news that is already put together."""
    found = kinds()[news.kind]
    people = work.session.execute(receivers(news.to, news.kind, work.today(), work.actor.user_id)).all()
    rows, at_once = [], {}
    for person in people:
        on_portal = found.kind.on_portal if person.on_portal is None else person.on_portal or found.kind.fixed
        mail = found.kind.mail if person.mail is None else person.mail
        if on_portal or mail is not MailChoice.NONE:
            rows.append(_row(work, found, news) | _for(person.id, on_portal, mail))
        if mail is MailChoice.AT_ONCE and person.email:
            at_once[person.id] = person.email
    told = [row for n in range(0, len(rows), AT_A_TIME) for row in _put(work, rows[n : n + AT_A_TIME])]
    mail_notices(work, [(row, at_once[row.receiver_id]) for row in told if row.receiver_id in at_once])
    return len(told)


def _put(work: Work, rows: Sequence[Mapping[str, Any]]) -> Sequence[Any]:
    dialect = postgresql if work.session.get_bind().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(Notice).values(rows).on_conflict_do_nothing(index_elements=[Notice.receiver_id, Notice.key])
    return work.session.execute(insert.returning(Notice.id, Notice.receiver_id, Notice.key, Notice.text)).all()


def mark_read(work: Work, notice_id: int) -> Notice:
    """The actor has read one of their notices. Raises NotFound, for another's too."""
    notice = work.session.scalars(one_notice(work.actor, notice_id, work.today()).with_for_update()).one_or_none()
    if notice is None:
        raise NotFound
    if notice.unread:
        notice.unread, notice.read_at = 0, work.clock.now()
        work.session.flush()
    return notice


def mark_all_read(work: Work, kind: str = "") -> int:
    """The actor has read all their notices, or all of one kind; returns how many there were."""
    unread = notices_of(work.actor, work.today(), NoticeFilter(kind, unread=True))
    ids = unread.order_by(None).with_only_columns(Notice.id)
    change = update(Notice).where(Notice.id.in_(ids)).values(unread=0, read_at=work.clock.now())
    done = work.session.execute(change.returning(Notice.id).execution_options(synchronize_session=False))
    return len(done.all())


def drop_old_notices(work: Work) -> int:
    """Remove notices that were read sixty days ago, and those that nobody read for a year; returns how many."""
    now = work.clock.now()
    read = (Notice.unread == 0) & (func.coalesce(Notice.read_at, Notice.created_at) < now - KEEP_READ)
    old = Notice.created_at < now - KEEP_READ  # by the index
    done = work.session.execute(delete(Notice).where(old, read | (Notice.created_at < now - KEEP_UNREAD)))
    return int(done.rowcount) if isinstance(done, CursorResult) else 0


def _row(work: Work, found: Declared, news: News) -> dict[str, Any]:
    quiet = found.feature.confidential
    return {
        "kind": news.kind,
        "key": news.key,
        "text": QUIET_WORDS if quiet else clean(news.text)[:TEXT_LENGTH],
        "endpoint": found.entry if quiet else news.endpoint,
        "link_values": {} if quiet else dict(news.values),
        "permission": str(news.permission or found.kind.permission),
        "unit_id": news.unit_id,
        "created_at": work.clock.now(),
    }


def _for(person_id: int, on_portal: bool, mail: MailChoice) -> dict[str, Any]:
    digest = mail is MailChoice.DIGEST
    return {"receiver_id": person_id, "unread": int(on_portal), "on_portal": on_portal, "for_digest": digest}
