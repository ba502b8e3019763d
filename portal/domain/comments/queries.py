"""Comments of records, and who may be named in them. Who reads a record is its owner's rule: load it in scope first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, union

from portal.core.text import clean, fold
from portal.domain.access.enums import Permission, Reach
from portal.domain.access.roles import ROLES
from portal.domain.accounts.models import RoleAssignment, UserAccount
from portal.domain.accounts.queries import SUGGESTIONS, WORDS_LENGTH, assignment_on
from portal.domain.comments.models import Comment, CommentMention
from portal.domain.comments.owners import Audience
from portal.domain.units.models import Unit, UnitClosure
from portal.domain.units.queries import closure_on

UNSCOPED = {
    "comments_before": "comments of a record that was already loaded in scope",
    "mentions_in": "names in comments of a record that was already loaded in scope",
    "comment_by_id": "names the record, which is then loaded in scope before anything is shown",
    "who_takes_part": "who wrote about a record that was already loaded in scope, or was named there",
    "readers_named": "people whom the record's own rule lets read it",
    "readers_among": "people whom the record's own rule lets read it",
    "readers_like": "people whom the record's own rule lets read it",
}
MOST_TOLD = 200


def comments_before(
    owner_type: str, owner_id: int, *, before: int | None, inside_too: bool, limit: int
) -> Select[*tuple[Any, ...]]:
    """The newest comments of a record, or the newest before one, the newest first: (comment, name, unit)."""
    stmt = (
        select(Comment, UserAccount.full_name.label("who"), Unit.short_name.label("unit_name"))
        .join(UserAccount, UserAccount.id == Comment.author_id)
        .join(Unit, Unit.id == UserAccount.home_unit_id)
        .where(Comment.owner_type == owner_type, Comment.owner_id == owner_id)
    )
    if before is not None:
        stmt = stmt.where(Comment.id < before)
    if not inside_too:
        stmt = stmt.where(Comment.inside.is_(False))
    return stmt.order_by(Comment.id.desc()).limit(limit)


def mentions_in(comment_ids: Collection[int]) -> Select[int, str, str]:
    """Whom these comments name: (comment, account name, full name)."""
    return (
        select(CommentMention.comment_id, UserAccount.username, UserAccount.full_name)
        .join(UserAccount, UserAccount.id == CommentMention.user_id)
        .where(CommentMention.comment_id.in_(sorted(comment_ids)))
    )


def comment_by_id(comment_id: int) -> Select[Comment]:
    """A comment by its number."""
    return select(Comment).where(Comment.id == comment_id)


def who_takes_part(owner_type: str, owner_id: int) -> Select[int]:
    """The accounts that wrote about a record or were named there."""
    about = (Comment.owner_type == owner_type, Comment.owner_id == owner_id)
    wrote = select(Comment.author_id.label("user_id")).where(*about)
    named = select(CommentMention.user_id).join(Comment, Comment.id == CommentMention.comment_id).where(*about)
    both = union(wrote, named).subquery()
    return select(both.c.user_id).order_by(both.c.user_id).limit(MOST_TOLD)


def readers_named(readers: Sequence[Audience], usernames: Collection[str], on: date) -> Select[int, str]:
    """Those with these account names who may read the record: (id, account name)."""
    found = select(UserAccount.id, UserAccount.username)
    return found.where(UserAccount.username.in_(sorted(usernames)), _may_read(readers, on))


def readers_among(readers: Sequence[Audience], user_ids: Select[int], on: date) -> Select[int]:
    """Those of these accounts who may read the record now."""
    found = select(UserAccount.id).where(UserAccount.id.in_(user_ids), _may_read(readers, on))
    return found.order_by(UserAccount.id)


def readers_like(readers: Sequence[Audience], words: str, on: date, but: int) -> Select[str, str, str]:
    """Who may read the record, by words of their name: (account name, full name, post)."""
    stmt = select(UserAccount.username, UserAccount.full_name, UserAccount.post)
    stmt = stmt.where(UserAccount.id != but, _may_read(readers, on))
    for word in fold(clean(words)[:WORDS_LENGTH]).split():
        stmt = stmt.where(UserAccount.folded.contains(word, autoescape=True))
    return stmt.order_by(UserAccount.sort_key, UserAccount.id).limit(SUGGESTIONS)


def _may_read(readers: Sequence[Audience], on: date) -> ColumnElement[bool]:
    """The condition that an open account holds one of these today, by an assignment or a delegation."""
    ways = [_covers(one, on) for one in readers]
    held = exists().where(RoleAssignment.user_id == UserAccount.id, assignment_on(on), or_(*ways))
    return and_(UserAccount.disabled_at.is_(None), held)


def _covers(one: Audience, on: date) -> ColumnElement[bool]:
    at = RoleAssignment.unit_id == one.unit_id
    way = and_(at, RoleAssignment.role.in_(_granting(one.permission)))
    far = _granting(one.permission, Reach.SUBTREE)
    if not one.above or not far:
        return way
    line = select(UnitClosure.ancestor_id).where(UnitClosure.descendant_id == one.unit_id, closure_on(on))
    return or_(way, and_(RoleAssignment.unit_id.in_(line), RoleAssignment.role.in_(far)))


def _granting(permission: Permission, reach: Reach | None = None) -> list[str]:
    return [
        role for role, spec in ROLES.items() if permission in spec.grants and reach in (None, spec.grants[permission])
    ]
