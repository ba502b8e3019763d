"""A person's own account: read for a change, and changed beside its record."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from portal.core.errors import InvalidInput, NotFound
from portal.domain.access.actor import Work
from portal.domain.accounts.models import UserAccount

THEMES = ("light", "dark")


def own_account(work: Work) -> UserAccount:
    """The actor's account, locked for a change."""
    stmt = select(UserAccount).where(UserAccount.id == work.actor.user_id).with_for_update()
    found = work.session.scalars(stmt).one_or_none()
    if found is None:
        raise NotFound
    return found


def set_quietly(work: Work, user_id: int, **values: Any) -> None:
    """Change credentials or preferences beside the record: its version stays, who edits the person has no conflict."""
    work.session.execute(update(UserAccount).where(UserAccount.id == user_id).values(**values))


def choose_theme(work: Work, theme: str) -> None:
    """Light or dark pages for the actor. Raises InvalidInput for anything else."""
    if theme not in THEMES:
        raise InvalidInput({"theme": ["Xin chọn nền sáng hoặc nền tối."]})
    set_quietly(work, work.actor.user_id, theme=theme)
