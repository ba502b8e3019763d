"""What search finds of people: for those who see the list of users."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.manifest import Shown
from portal.core.search.documents import Document
from portal.core.search.kinds import AnyRow, AnySelect, Hit, Searchable
from portal.domain.access.actor import Actor, Work
from portal.domain.access.enums import Permission
from portal.domain.accounts.enums import UserState
from portal.domain.accounts.models import UserAccount
from portal.domain.units.models import Unit
from portal.domain.units.queries import scope, units_in_reach

DISABLED = Shown(UserState.DISABLED.label, "idle", "lock")


def records() -> AnySelect:
    """Accounts with what they are found by."""
    user = UserAccount
    return select(user.id, user.full_name, user.username, user.post, user.email, user.home_unit_id)


def document(row: AnyRow) -> Document:
    """An account: name and account name, post and address in the body."""
    return Document(f"{row.full_name} {row.username}", f"{row.post} {row.email}", row.home_unit_id)


def visible(actor: Actor, on: date) -> AnySelect:
    """The accounts whose home unit lies in the actor's reach."""
    return select(UserAccount.id).where(scope(actor, Permission.USER_VIEW, UserAccount.home_unit_id, on))


def reach(session: Session, actor: Actor, on: date) -> Sequence[int] | None:
    """The home units of the accounts that the actor may see."""
    return units_in_reach(session, actor, Permission.USER_VIEW, on)


def hits(work: Work, ids: Sequence[int]) -> list[Hit]:
    """People as search shows them (one query)."""
    rows = work.session.execute(
        select(UserAccount.id, UserAccount.full_name, UserAccount.username, UserAccount.post, UserAccount.disabled_at)
        .add_columns(Unit.short_name)
        .join(Unit, Unit.id == UserAccount.home_unit_id)
        .where(UserAccount.id.in_(ids), scope(work.actor, Permission.USER_VIEW, Unit.id, work.today()))
    )
    return [
        Hit(
            row.id,
            row.full_name,
            ", ".join(part for part in (row.username, row.post, row.short_name) if part),
            "accounts.show_user",
            {"user_id": row.id},
            DISABLED if row.disabled_at else None,
        )
        for row in rows
    ]


USERS = Searchable(
    number=2,
    label="Người dùng",
    icon="users",
    permission=Permission.USER_VIEW,
    model=UserAccount,
    records=records,
    document=document,
    visible=visible,
    hits=hits,
    reach=reach,
    attributes=frozenset({"full_name", "username", "post", "email", "home_unit_id"}),
)
