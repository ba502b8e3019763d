"""/trao-doi: read, write, mend and remove what people say about a record."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, flash, request, url_for
from wtforms import IntegerField
from wtforms.widgets import HiddenInput

from portal.blueprints.comments import bp
from portal.core.errors import InvalidInput, NotFound, VersionConflict
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.comments import services
from portal.domain.comments.models import Comment
from portal.domain.comments.owners import CommentedView, CommentOwner, owner_of_slug
from portal.domain.comments.queries import readers_like
from portal.web.access import requires
from portal.web.comments import NEW, BodyForm, CommentForm, comments_panel, home
from portal.web.context import runtime, work
from portal.web.drafts import keeps, of_form
from portal.web.fields import put_errors
from portal.web.htmx import fragment, is_htmx, page, see_other

P = Permission
LIST = "comments/list_comments.html"
EDIT = "comments.edit"
MOST_DIGITS = 10


class EditForm(BodyForm):
    """One's own comment, to be mended."""

    version = IntegerField(widget=HiddenInput(), default=0)


@bp.get("/trao-doi/<string:owner>/<int:owner_id>")
@requires(P.PORTAL_USE)
def list_comments(owner: str, owner_id: int) -> Response:
    """The comments of a record on a page of their own, the newest ones unless earlier ones are asked for."""
    w, found = work(), _owner(owner)
    view = services.readable(w, found, owner_id)
    text = request.args.get("truoc", "")
    before = int(text) if text.isdecimal() and len(text) < MOST_DIGITS else None
    return _list(w, found, owner_id, view, before=before)


def _may_write(owner: str, owner_id: int) -> None:
    services.writable(work(), _owner(owner), owner_id)


@bp.post("/trao-doi/<string:owner>/<int:owner_id>")
@requires(P.PORTAL_USE)
@keeps(NEW, check=_may_write, key="{owner}/{owner_id}")
def add_comment(owner: str, owner_id: int) -> Response:
    """Write about a record."""
    form, found, w = CommentForm(), _owner(owner), work()
    view = services.writable(w, found, owner_id)
    if not form.validate():
        return _list(w, found, owner_id, view, form=form)
    try:
        services.add_comment(w, found, owner_id, form.body.data or "", form.also.data or "")
    except InvalidInput as error:
        put_errors(form, error)
        return _list(w, found, owner_id, view, form=form)
    flash("Đã gửi trao đổi.", "ok")
    if is_htmx():
        panel = comments_panel(w, found.object_type, owner_id, view=view)
        return fragment(LIST, "panel", panel=panel)
    return see_other(home(view))


@bp.get("/trao-doi/<string:owner>/<int:owner_id>/goi-y")
@requires(P.PORTAL_USE)
def suggest_people(owner: str, owner_id: int) -> Response:
    """People who may read the record, by what was typed of their name, as options of a list."""
    w = work()
    view = services.writable(w, _owner(owner), owner_id)
    words = request.args.get("also", "")
    found = w.session.execute(readers_like(view.readers, words, w.today(), w.actor.user_id)) if words.strip() else ()
    return page("comments/person_options.html", people=found)


@bp.get("/trao-doi/<int:comment_id>/sua")
@requires(P.PORTAL_USE)
def edit_comment(comment_id: int) -> Response:
    """One's own comment, to be mended while there is time."""
    _, view, found = _editable(comment_id)
    return _edit_page(view, found, EditForm(formdata=None, body=found.body, version=found.version))


def _editable(comment_id: int) -> tuple[CommentOwner, CommentedView, Comment]:
    owner, _, found = services.own(work(), comment_id)
    view = services.writable(work(), owner, found.owner_id)
    if not services.may_edit(work(), found, runtime().settings.comment_edit):
        raise services.EditTimeOver
    return owner, view, found


@bp.post("/trao-doi/<int:comment_id>/sua")
@requires(P.PORTAL_USE)
@keeps(EDIT, check=_editable)
def save_comment(comment_id: int) -> Response:
    """Keep what was mended."""
    form, w = EditForm(), work()
    _, view, found = services.own(w, comment_id)
    if not form.validate():
        return _edit_page(view, found, form, 422)
    try:
        services.edit_comment(w, comment_id, form.version.data or 0, form.body.data or "", _time())
    except InvalidInput as error:
        put_errors(form, error)
        return _edit_page(view, found, form, 422)
    except VersionConflict:
        form.version.data, form.version.raw_data = found.version, None
        return _edit_page(view, found, form, 409)
    flash("Đã sửa trao đổi.", "ok")
    return see_other(home(view))


@bp.route("/trao-doi/<int:comment_id>/xoa", methods=["GET", "POST"])
@requires(P.PORTAL_USE)
def remove_comment(comment_id: int) -> Response:
    """Remove what one wrote; asked once, for the text is gone."""
    w = work()
    _, view, _comment = services.own(w, comment_id, removed_too=request.method == "POST")
    if request.method == "GET":
        confirm = {
            "title": "Xóa nội dung trao đổi",
            "text": "Nội dung mất hẳn, không khôi phục được; cổng chỉ ghi lại là đã xóa.",
            "action": url_for("comments.remove_comment", comment_id=comment_id),
            "submit_label": "Xóa nội dung",
            "cancel_url": home(view),
            "danger": True,
            "icon": "trash",
        }
        return page("components/confirm_page.html", confirm=confirm)
    services.remove_comment(w, comment_id)
    flash("Đã xóa nội dung trao đổi.", "ok")
    return see_other(home(view))


def _time() -> timedelta:
    return runtime().settings.comment_edit


def _owner(slug: str) -> CommentOwner:
    found = owner_of_slug(slug)
    if found is None:
        raise NotFound
    return found


def _list(
    w: Work,
    owner: CommentOwner,
    owner_id: int,
    view: CommentedView,
    *,
    form: CommentForm | None = None,
    before: int | None = None,
) -> Response:
    back = url_for("comments.list_comments", owner=owner.slug, owner_id=owner_id)
    panel = comments_panel(
        w, owner.object_type, owner_id, view=view, form=form, before=before, back="" if is_htmx() else back
    )
    status = 422 if form is not None else 200
    record_url = url_for(view.endpoint, **view.values)
    return page(LIST, block="panel", status=status, panel=panel, owner_title=view.title, owner_url=record_url)


def _edit_page(view: CommentedView, found: Comment, form: EditForm, status: int = 200) -> Response:
    return page(
        "comments/edit_comment.html",
        status=status,
        form=form,
        action_url=url_for("comments.save_comment", comment_id=found.id),
        draft=of_form(EDIT, found.id, form),
        back_url=home(view),
        owner_title=view.title,
        stored=found.body if status == 409 else "",
        minutes=int(runtime().settings.comment_edit.total_seconds() // 60),
    )
