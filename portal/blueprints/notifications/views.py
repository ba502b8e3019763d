"""/thong-bao: the list behind the bell, opening what a notice is about, and marking as read."""

from __future__ import annotations

from flask import Response, flash, make_response, request, url_for
from werkzeug.routing import BuildError

from portal.blueprints.notifications import bp
from portal.blueprints.notifications.lists import NOTICES, kept_filter
from portal.core.errors import NotFound
from portal.domain.access.enums import Permission
from portal.domain.notifications import services
from portal.domain.notifications.models import Notice
from portal.domain.notifications.queries import one_notice
from portal.web.access import quiet, requires
from portal.web.bell import Bell
from portal.web.context import actor, today, work
from portal.web.htmx import see_other
from portal.web.lists import list_page


@bp.get("")
@requires(Permission.PORTAL_USE)
def list_notices() -> Response:
    """My notices, the unread first."""
    return list_page(NOTICES, "notifications/list_notices.html")


@bp.get("/so-chua-doc")
@requires(Permission.PORTAL_USE)
@quiet
def show_count() -> Response:
    """The number on the bell, as plain text; asked for by open pages, it does not keep the session alive."""
    response = make_response(Bell(actor()).unread)
    response.mimetype = "text/plain"
    return response


@bp.get("/<int:notice_id>")
@requires(Permission.PORTAL_USE)
def show_notice(notice_id: int) -> Response:
    """Where a mail leads: on to what the notice is about. Looking does not mark it as read."""
    notice = work().session.scalars(one_notice(actor(), notice_id, today())).one_or_none()
    if notice is None:
        raise NotFound
    return see_other(_target(notice))


@bp.post("/<int:notice_id>/mo")
@requires(Permission.PORTAL_USE)
def open_notice(notice_id: int) -> Response:
    """Mark a notice as read and lead on to what it is about."""
    return see_other(_target(services.mark_read(work(), notice_id)))


@bp.post("/da-doc")
@requires(Permission.PORTAL_USE)
def mark_all_read() -> Response:
    """Mark all my notices as read, or those of the kind that the list shows."""
    kind = request.form.get("loai", "")
    count = services.mark_all_read(work(), kind)
    flash(f"Đã đánh dấu {count} thông báo là đã đọc." if count else "Không có thông báo nào chưa đọc.", "ok")
    return see_other(url_for("notifications.list_notices", loai=kind or None))


@bp.post("/<int:notice_id>/da-doc")
@requires(Permission.PORTAL_USE)
def mark_read(notice_id: int) -> Response:
    """Mark one notice as read and stay on the list as it was cut."""
    services.mark_read(work(), notice_id)
    return see_other(url_for("notifications.list_notices", **kept_filter(request.args)))


def _target(notice: Notice) -> str:
    """The page that a notice leads to; the list itself when there is none (any more)."""
    try:
        return url_for(notice.endpoint, **notice.link_values) if notice.endpoint else _list_url()
    except BuildError:
        return _list_url()


def _list_url() -> str:
    return url_for("notifications.list_notices")
