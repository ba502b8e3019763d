"""GET /."""

from __future__ import annotations

from flask import Response

from portal.blueprints.home import bp
from portal.domain.access.enums import Permission
from portal.web.access import requires
from portal.web.htmx import page


@bp.get("/")
@requires(Permission.PORTAL_USE)
def show_home() -> Response:
    """Việc của tôi."""
    return page("home/show_home.html")
