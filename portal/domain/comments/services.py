"""Comments: written by who may read the record, mended and removed by their author, told to those who take part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy import Select, delete, select

from portal.core.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, VersionConflict
from portal.core.notices import People
from portal.core.text import clean, clean_lines
from portal.domain.access.actor import Work
from portal.domain.audit.services import record
from portal.domain.comments.models import Comment, CommentMention
from portal.domain.comments.notice_kinds import MENTIONED, WRITTEN
from portal.domain.comments.owners import CommentedView, CommentOwner, owners
from portal.domain.comments.queries import comment_by_id, readers_among, readers_named, who_takes_part
from portal.domain.comments.rules import BODY_LENGTH, MOST_MENTIONS, mentioned_names
from portal.domain.notifications.services import notify

EMPTY = "Xin nhập nội dung trao đổi."
TOO_LONG = f"Nội dung dài quá {BODY_LENGTH} ký tự. Xin viết gọn lại hoặc gửi làm nhiều lần."
TOO_MANY = f"Mỗi trao đổi nhắc nhiều nhất {MOST_MENTIONS} người."
QUIET_WORDS = "Có việc mới"
HOME = "home.show_home"


class CommentsClosed(RuleBroken):
    """The record takes no comments now."""

    message = "Hồ sơ này hiện không nhận trao đổi."


class EditTimeOver(RuleBroken):
    """The time in which one's own comment can be mended is over."""

    message = "Đã quá thời gian được sửa. Ông/bà có thể viết trao đổi mới hoặc xóa trao đổi này."


def readable(work: Work, owner: CommentOwner, owner_id: int) -> CommentedView:
    """The record, when the actor may read its comments. Raises NotFound, NotAllowed."""
    view = owner.find(work, owner_id)
    if view is None:
        raise NotFound
    if not view.may_read:
        raise NotAllowed
    return view


def writable(work: Work, owner: CommentOwner, owner_id: int) -> CommentedView:
    """The record, when the actor may write about it now. Raises NotFound, NotAllowed, CommentsClosed."""
    view = readable(work, owner, owner_id)
    if not view.may_write:
        raise CommentsClosed(view.closed) if view.closed else NotAllowed
    return view


def add_comment(work: Work, owner: CommentOwner, owner_id: int, body: str, also: str = "") -> Comment:
    """Write about a record; `also` is one more person to name, as suggestions show them (`Tên – tai.khoan`).

    Raises NotFound, NotAllowed, CommentsClosed, InvalidInput (body, also).
    """
    view = writable(work, owner, owner_id)
    text = with_person(body, also)
    people = _checked(work, view, text, mentioned_names(text)[-1:] if text != clean_lines(body) else ())
    made = Comment(
        owner_type=owner.object_type,
        owner_id=owner_id,
        unit_id=view.unit_id,
        author_id=work.actor.user_id,
        inside=view.inside,
        body=text,
        created_at=work.clock.now(),
    )
    work.session.add(made)
    work.session.flush()
    _name(work, made, people)
    _audit(work, "comment.added", made, mentioned=sorted(people))
    _tell_named(work, owner, view, made, people)
    _tell_others(work, owner, view, made, people)
    return made


def edit_comment(work: Work, comment_id: int, version: int, body: str, within: timedelta) -> Comment:
    """Mend one's own comment, `within` that time after it was written.

    Raises NotFound, NotAllowed, CommentsClosed, EditTimeOver, InvalidInput (body), VersionConflict.
    """
    owner, view, found = own(work, comment_id)
    view = writable(work, owner, found.owner_id)
    if not may_edit(work, found, within):
        raise EditTimeOver
    if found.version != version:
        raise VersionConflict
    text = clean_lines(body)
    people = _checked(work, view, text)
    before = set(work.session.scalars(_named(found.id)))
    found.body, found.edited_at = text, work.clock.now()
    work.session.execute(delete(CommentMention).where(CommentMention.comment_id == found.id))
    _name(work, found, people)
    _audit(work, "comment.edited", found, mentioned=sorted(people))
    _tell_named(work, owner, view, found, people - before)
    return found


def remove_comment(work: Work, comment_id: int) -> Comment:
    """Take back what one wrote: the text is gone for good, a trace stays. Raises NotFound, NotAllowed."""
    _, _, found = own(work, comment_id, removed_too=True)
    if found.removed_at is None:
        found.body, found.removed_at = "", work.clock.now()
        work.session.execute(delete(CommentMention).where(CommentMention.comment_id == found.id))
        work.session.flush()
        _audit(work, "comment.removed", found)
    return found


def own(work: Work, comment_id: int, *, removed_too: bool = False) -> tuple[CommentOwner, CommentedView, Comment]:
    """The actor's own comment, locked when they write, on a record that they may still read.

    Raises NotFound, NotAllowed for another's.
    """
    found = work.session.scalars(comment_by_id(comment_id).with_for_update()).one_or_none()
    owner = owners().get(found.owner_type) if found else None
    if found is None or owner is None:
        raise NotFound
    view = readable(work, owner, found.owner_id)
    if (found.inside and not view.sees_inside) or (found.removed_at is not None and not removed_too):
        raise NotFound
    if found.author_id != work.actor.user_id:
        raise NotAllowed
    return owner, view, found


def may_edit(work: Work, comment: Comment, within: timedelta) -> bool:
    """Whether the actor may mend this comment now."""
    mine = comment.author_id == work.actor.user_id and comment.removed_at is None
    return mine and work.clock.now() < comment.created_at + within


def with_person(body: str, also: str) -> str:
    """The text that is kept: with the person that was picked, unless it names them already."""
    text, name = clean_lines(body), clean(also).rpartition(" ")[2].lstrip("@").lower()
    return f"{text}\n@{name}" if name and text and name not in mentioned_names(text) else text


def _checked(work: Work, view: CommentedView, text: str, picked: Sequence[str] = ()) -> set[int]:
    """Whom the text names. Raises InvalidInput, also when one of them may not see the record."""
    if not text:
        raise InvalidInput({"body": [EMPTY]})
    if len(text) > BODY_LENGTH:
        raise InvalidInput({"body": [TOO_LONG]})
    names = mentioned_names(text)
    if len(names) > MOST_MENTIONS:
        raise InvalidInput({"body": [TOO_MANY]})
    rows = work.session.execute(readers_named(view.readers, names, work.today())).all() if names else []
    missing = [name for name in names if name not in {row.username for row in rows}]
    errors = {"body": [name for name in missing if name not in picked], "also": [n for n in missing if n in picked]}
    if missing:
        raise InvalidInput({field: [unknown(found)] for field, found in errors.items() if found})
    return {row.id for row in rows}


def unknown(names: Iterable[str]) -> str:
    """The sentence for people who cannot be named: alike whether they are unknown or only may not see the record."""
    listed = ", ".join(f"@{name}" for name in names)
    return (
        f"Không nhắc được {listed}: không có tài khoản này, hoặc người đó không được xem hồ sơ. "
        "Nếu không định nhắc ai, xin viết cách dấu @ ra."
    )


def _named(comment_id: int) -> Select[int]:
    return select(CommentMention.user_id).where(CommentMention.comment_id == comment_id)


def _name(work: Work, comment: Comment, people: Iterable[int]) -> None:
    work.session.add_all(CommentMention(comment_id=comment.id, user_id=user_id) for user_id in sorted(people))
    work.session.flush()


def _tell_named(work: Work, owner: CommentOwner, view: CommentedView, comment: Comment, people: set[int]) -> None:
    _tell(work, owner, view, comment, MENTIONED, f"{work.actor.full_name} nhắc đến ông/bà: {view.title}", people)


def _tell_others(work: Work, owner: CommentOwner, view: CommentedView, comment: Comment, named: set[int]) -> None:
    """Those who wrote here before or were named here, as far as they may read the record still."""
    part = who_takes_part(comment.owner_type, comment.owner_id)
    others = set(work.session.scalars(readers_among(view.readers, part, work.today()))) - named
    _tell(work, owner, view, comment, WRITTEN, f"{work.actor.full_name} trao đổi về: {view.title}", others)


def _tell(
    work: Work, owner: CommentOwner, view: CommentedView, comment: Comment, kind: str, text: str, people: set[int]
) -> None:
    if not people:
        return
    link = (view.endpoint, {**view.values, "_anchor": "trao-doi"})
    notify(
        work,
        kind,
        f"{kind}:{comment.id}",
        QUIET_WORDS if owner.confidential else text,
        [People(sorted(people))],
        (HOME, {}) if owner.confidential else link,
        view.unit_id,
        view.permission,
    )


def _audit(work: Work, action: str, comment: Comment, **detail: object) -> None:
    """Numbers only, never the text."""
    about = f"{comment.owner_type}/{comment.owner_id}"
    record(work, action, "comment", comment.id, unit_id=comment.unit_id, detail={"owner": about, **detail})
