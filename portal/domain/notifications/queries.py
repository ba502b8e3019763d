"""Notices as their receivers read them, and who is to receive one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from portal.core.notices import Holders, MailChoice, People
from portal.core.pagination import Order, bounded_count
from portal.core.prepared import prepared
from portal.domain.access.actor import Actor
from portal.domain.access.enums import Permission
from portal.domain.access.roles import ROLES
from portal.domain.accounts.models import RoleAssignment, UserAccount
from portal.domain.accounts.queries import assignment_on
from portal.domain.notifications.kinds import kinds
from portal.domain.notifications.models import Notice, NoticeSetting
from portal.domain.units.queries import scope

UNSCOPED = {
    "receivers": "who is told is decided by what they hold, not by who acts",
    "digest_readers": "the digest's own job goes through everybody; what each gets is read as them",
}
UNREAD_FIRST = Order("chua-doc", (Notice.receiver_id, Notice.unread, Notice.id), descending=True)
MOST_COUNTED = 99
DIGEST = "notifications.digest"  # the kind of notices by which a person chooses to get the digest


@dataclass(frozen=True, slots=True)
class NoticeFilter:
    """What the list is cut to: one kind, the unread or the read ones (None: both)."""

    kind: str = ""
    unread: bool | None = None


def visible_to(actor: Actor, on: date) -> ColumnElement[bool]:
    """The condition that a notice is the actor's and that they may still see what it is about."""
    asked = sorted({d.kind.permission for d in kinds().values() if d.kind.permission})
    ways: list[ColumnElement[bool]] = [Notice.permission == ""]
    for name in asked:
        permission = Permission(name)
        if actor.can(permission):
            reach = or_(Notice.unit_id.is_(None), scope(actor, permission, Notice.unit_id, on))
            ways.append(and_(Notice.permission == name, reach))
    return and_(Notice.receiver_id == actor.user_id, or_(*ways))


@prepared
def notices_of(actor: Actor, on: date, wanted: NoticeFilter) -> Select[*tuple[Any, ...]]:
    """The actor's notices on the portal, the unread first, each time the newest first."""
    stmt = select(Notice).where(visible_to(actor, on), Notice.on_portal.is_(True))
    if wanted.kind:
        stmt = stmt.where(Notice.kind == wanted.kind)
    if wanted.unread is not None:
        stmt = stmt.where(Notice.unread == int(wanted.unread))
    return stmt.order_by(Notice.unread.desc(), Notice.id.desc())


def one_notice(actor: Actor, notice_id: int, on: date) -> Select[Notice]:
    """One of the actor's notices, when they may still see what it is about."""
    return select(Notice).where(visible_to(actor, on), Notice.id == notice_id)


def notices_for_digest(actor: Actor, on: date) -> Select[Notice]:
    """What waits for the actor's next digest: unread on the portal, or only mailed."""
    unread = or_(Notice.unread == 1, Notice.on_portal.is_(False))
    return select(Notice).where(visible_to(actor, on), Notice.for_digest.is_(True), unread).order_by(Notice.id)


def digest_readers(after: int) -> Select[UserAccount]:
    """Open accounts with an address that have not chosen to get no digest, from this id on."""
    none = exists().where(
        NoticeSetting.user_id == UserAccount.id,
        NoticeSetting.kind == DIGEST,
        NoticeSetting.mail == MailChoice.NONE,
    )
    wants = (UserAccount.disabled_at.is_(None), UserAccount.email != "", ~none)
    return select(UserAccount).where(UserAccount.id > after, *wants).order_by(UserAccount.id)


def own_settings(actor: Actor) -> Select[NoticeSetting]:
    """What the actor chose, one row for each kind that they chose anything for."""
    return select(NoticeSetting).where(NoticeSetting.user_id == actor.user_id).order_by(NoticeSetting.kind)


def unread_text(session: Session, actor: Actor, on: date) -> str:
    """How many notices the actor has not read: "", "7", "99+" (one query, which stops counting at 99)."""
    count = bounded_count(session, notices_of(actor, on, NoticeFilter(unread=True)), MOST_COUNTED)
    return str(count) if count.value else ""


def receivers(to: Sequence[Holders | People], kind: str, on: date, but: int) -> Select[int, str, bool, MailChoice]:
    """Whom the news reaches: (id, address, on_portal, mail), the last two None where nothing was chosen.

    Closed accounts are left out, and the one who acts (`but`).
    """
    ways = [_holds(one, on) if isinstance(one, Holders) else UserAccount.id.in_(sorted(one.user_ids)) for one in to]
    return (
        select(UserAccount.id, UserAccount.email, NoticeSetting.on_portal, NoticeSetting.mail)
        .outerjoin(NoticeSetting, and_(NoticeSetting.user_id == UserAccount.id, NoticeSetting.kind == kind))
        .where(UserAccount.disabled_at.is_(None), UserAccount.id != but, or_(*ways))
        .order_by(UserAccount.id)
    )


def _holds(wanted: Holders, on: date) -> ColumnElement[bool]:
    granting = [role for role, spec in ROLES.items() if Permission(wanted.permission) in spec.grants]
    return exists().where(
        RoleAssignment.user_id == UserAccount.id,
        RoleAssignment.unit_id == wanted.unit_id,
        RoleAssignment.role.in_(granting),
        assignment_on(on),
    )
