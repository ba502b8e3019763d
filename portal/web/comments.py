"""The comments of a record as its page shows them: the part `components/comments.html` reads what is made here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from portal.core.pagination import AnyRow
from portal.domain.access.actor import Work
from portal.domain.comments import services
from portal.domain.comments.models import Comment
from portal.domain.comments.owners import CommentedView, CommentOwner, owners
from portal.domain.comments.queries import comments_before, mentions_in
from portal.domain.comments.rules import BODY_LENGTH, pieces
from portal.web.context import runtime
from portal.web.drafts import FormDraft, of_form
from portal.web.formats import moment
from portal.web.forms import PortalForm

REGION = "trao-doi"
NEW = "comments.new"
PAGE = 20
ALSO_LENGTH = 200


class BodyForm(PortalForm):
    """The text of a comment."""

    body = TextAreaField(
        "Nội dung trao đổi",
        [InputRequired(services.EMPTY), Length(max=BODY_LENGTH, message=services.TOO_LONG)],
        id="trao-doi-noi-dung",
        description="Viết @ và tên đăng nhập để nhắc người, ví dụ @nguyen.van.a; người đó được báo.",
    )


class CommentForm(BodyForm):
    """A comment that is written. `also` is one more person to name: with the script it goes into the text at once."""

    also = StringField(
        "Nhắc người",
        [Length(max=ALSO_LENGTH, message="Tên dài quá.")],
        id="trao-doi-nhac",
        description="Gõ tên để tìm trong những người xem được hồ sơ này.",
    )


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text; `name` when it names a person."""

    text: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class CommentItem:
    """One comment as it is read."""

    id: int
    who: str
    unit_name: str
    at_text: str
    at_iso: str
    edited_text: str
    removed_text: str
    inside: bool
    body: Sequence[Piece]
    edit_url: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class CommentsPanel:
    """The comments of one record, the oldest first; the newest page unless an earlier one was asked for."""

    items: Sequence[CommentItem]
    form: CommentForm
    draft: FormDraft
    add_url: str
    suggest_url: str
    earlier_url: str
    newest_url: str
    may_write: bool
    closed: str
    inside: bool
    status: int = 200


def comments_panel(
    work: Work,
    object_type: str,
    owner_id: int,
    *,
    view: CommentedView | None = None,
    form: CommentForm | None = None,
    before: int | None = None,
    back: str = "",
) -> CommentsPanel:
    """What the part shows of a record that the actor may read (three queries beside those that load the record)."""
    owner = owners()[object_type]
    view = view or services.readable(work, owner, owner_id)
    stmt = comments_before(object_type, owner_id, before=before, inside_too=view.sees_inside, limit=PAGE + 1)
    rows = work.session.execute(stmt).all()
    shown = rows[:PAGE][::-1]
    names = _names(work, [row.Comment.id for row in shown])
    form = form or CommentForm(formdata=None)
    values: dict[str, Any] = {"owner": owner.slug, "owner_id": owner_id}
    listed = url_for("comments.list_comments", **values)
    return CommentsPanel(
        items=[_item(work, row, names.get(row.Comment.id, {})) for row in shown],
        form=form,
        draft=_draft(owner, owner_id, form, back or home(view)) if view.may_write else FormDraft(),
        add_url=url_for("comments.add_comment", **values),
        suggest_url=url_for("comments.suggest_people", **values),
        earlier_url=f"{listed}?truoc={shown[0].Comment.id}" if len(rows) > PAGE else "",
        newest_url=listed if before is not None else "",
        may_write=view.may_write,
        closed=view.closed,
        inside=view.inside,
    )


def home(view: CommentedView) -> str:
    """The comments' place on the record's page."""
    return f"{url_for(view.endpoint, **view.values)}#{REGION}"


def _draft(owner: CommentOwner, owner_id: int, form: CommentForm, back: str) -> FormDraft:
    if owner.confidential:
        return FormDraft()  # without a ticket nothing is kept or parked
    return of_form(NEW, f"{owner.slug}/{owner_id}", form, back=back)


def _names(work: Work, comment_ids: Sequence[int]) -> Mapping[int, Mapping[str, str]]:
    """Whom each comment names: full names by account name."""
    found: dict[int, dict[str, str]] = {}
    if comment_ids:
        for comment_id, username, full_name in work.session.execute(mentions_in(comment_ids)):
            found.setdefault(comment_id, {})[username] = full_name
    return found


def _item(work: Work, row: AnyRow, names: Mapping[str, str]) -> CommentItem:
    comment: Comment = row.Comment
    mine = comment.author_id == work.actor.user_id and comment.removed_at is None
    editable = mine and services.may_edit(work, comment, runtime().settings.comment_edit)
    return CommentItem(
        id=comment.id,
        who=row.who,
        unit_name=row.unit_name,
        at_text=moment(comment.created_at),
        at_iso=comment.created_at.isoformat(timespec="minutes"),
        edited_text=moment(comment.edited_at) if comment.removed_at is None else "",
        removed_text=moment(comment.removed_at),
        inside=comment.inside,
        body=[_piece(text, name, names) for text, name in pieces(comment.body)],
        edit_url=url_for("comments.edit_comment", comment_id=comment.id) if editable else "",
        remove_url=url_for("comments.remove_comment", comment_id=comment.id) if mine else "",
    )


def _piece(text: str, name: str, names: Mapping[str, str]) -> Piece:
    return Piece(text, names[name]) if name in names else Piece(text)
