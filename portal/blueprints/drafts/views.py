"""/ban-nhap: one's own drafts."""

from __future__ import annotations

from flask import Response, flash, request, url_for

from portal.blueprints.drafts import bp
from portal.core.errors import NotFound
from portal.domain.access.enums import Permission
from portal.web.access import requires
from portal.web.context import actor
from portal.web.drafts import TICKET, Ticket, box
from portal.web.htmx import see_other
from portal.web.login import local_path


@bp.post("/ban-nhap/bo")
@requires(Permission.PORTAL_USE)
def give_up() -> Response:
    """Forget the draft that a form's ticket names; only one's own."""
    ticket = Ticket.opened(request.form.get(TICKET))
    if ticket is None or ticket.user_id != actor().user_id:
        raise NotFound
    box().drop(ticket.slot)
    flash("Đã bỏ bản nháp.", "ok")
    return see_other(local_path(ticket.back, url_for("home.show_home")))
