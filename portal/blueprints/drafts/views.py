"""/ban-nhap: one's own drafts."""

from __future__ import annotations

from flask import Response, flash, url_for

from portal.blueprints.drafts import bp
from portal.core.errors import NotFound
from portal.domain.access.enums import Permission
from portal.web.access import requires
from portal.web.addresses import local_path
from portal.web.context import actor
from portal.web.drafts import box
from portal.web.htmx import see_other
from portal.web.tickets import sent_ticket


@bp.post("/ban-nhap/bo")
@requires(Permission.PORTAL_USE)
def give_up() -> Response:
    """Forget the draft that a form's ticket names; only one's own."""
    ticket = sent_ticket()
    if ticket is None or ticket.user_id != actor().user_id:
        raise NotFound
    box().drop(ticket.slot)
    flash("Đã bỏ bản nháp.", "ok")
    return see_other(local_path(ticket.back, url_for("home.show_home")))
