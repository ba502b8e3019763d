"""How a person wants to be told: for each kind of notices on the portal or not, and when by mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.errors import InvalidInput, VersionConflict
from portal.core.notices import MailChoice, NoticeKind
from portal.domain.access.actor import Actor, Work
from portal.domain.access.enums import Permission
from portal.domain.accounts.models import UserAccount
from portal.domain.notifications.kinds import Declared, kinds
from portal.domain.notifications.models import NoticeSetting
from portal.domain.notifications.queries import own_settings


@dataclass(frozen=True, slots=True)
class Choice:
    """How one kind of notices is received."""

    on_portal: bool
    mail: MailChoice


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person chose for a kind, and what stood there when they opened the page."""

    before: Choice
    now: Choice


def standard(kind: NoticeKind) -> Choice:
    """What holds until a person chooses."""
    return Choice(kind.on_portal, kind.mail)


def offered(actor: Actor) -> list[Declared]:
    """The kinds of notices that may reach the actor, by feature in the order of declaration."""
    found = (one for one in kinds().values() if not one.kind.permission or actor.can(Permission(one.kind.permission)))
    return sorted(found, key=lambda one: one.feature.label)


def choices_of(session: Session, actor: Actor) -> dict[str, Choice]:
    """What holds for the actor now, by kind (one query)."""
    chosen = {row.kind: Choice(row.on_portal, row.mail) for row in session.scalars(own_settings(actor))}
    return {one.kind.code: _sound(one.kind, chosen.get(one.kind.code, standard(one.kind))) for one in offered(actor)}


def save_choices(work: Work, wanted: Mapping[str, Wanted]) -> int:
    """Keep what the actor chose; returns how many kinds changed.

    What was left as it was on the page stays as it is now, whatever another window chose meanwhile. Raises
    InvalidInput (a kind is not theirs, or is not mailed like that), VersionConflict (both windows changed one kind).
    """
    own = select(UserAccount.id).where(UserAccount.id == work.actor.user_id).with_for_update()
    work.session.scalars(own).one()  # one window at a time
    stored = {row.kind: row for row in work.session.scalars(own_settings(work.actor))}
    present = choices_of(work.session, work.actor)
    changed: dict[str, Choice] = {}
    for code, one in wanted.items():
        if code not in present or one.now.mail not in kinds()[code].kind.choices:
            raise InvalidInput({code: ["Loại thông báo này không nhận được theo cách đã chọn. Xin tải lại trang."]})
        now = _sound(kinds()[code].kind, one.now)
        if now in (one.before, present[code]):
            continue
        if present[code] != one.before:
            raise VersionConflict
        changed[code] = now
    for code, now in changed.items():
        row = stored.get(code) or NoticeSetting(user_id=work.actor.user_id, kind=code)
        row.on_portal, row.mail, row.updated_at = now.on_portal, now.mail, work.clock.now()
        work.session.add(row)
    work.session.flush()
    return len(changed)


def _sound(kind: NoticeKind, choice: Choice) -> Choice:
    """A choice that the kind allows: what is fixed stays on the portal, what is only mailed never stands there."""
    mail = choice.mail if choice.mail in kind.choices else kind.mail
    return Choice(kind.on_portal and (choice.on_portal or kind.fixed), mail)
