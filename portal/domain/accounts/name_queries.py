"""Names of people beside what they did: of those that records loaded in scope speak of."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Select, select

from portal.core.text import fold
from portal.domain.accounts.models import UserAccount

UNSCOPED = {
    "names_of": "the people that records loaded in scope name",
    "ids_matching": "a condition on records that are cut to the actor's scope themselves",
}


def names_of(user_ids: Collection[int]) -> Select[int, str]:
    """Full names by id."""
    return select(UserAccount.id, UserAccount.full_name).where(UserAccount.id.in_(sorted(user_ids)))


def ids_matching(words: str) -> Select[int]:
    """The ids of people whose name or account holds every word, with or without marks."""
    stmt = select(UserAccount.id)
    for word in fold(words).split():
        stmt = stmt.where(UserAccount.folded.contains(word, autoescape=True))
    return stmt
