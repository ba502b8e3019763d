"""GET /huong-dan."""

from __future__ import annotations

from flask import Response

from portal.blueprints.help import bp
from portal.domain.access.enums import Permission
from portal.web.access import requires
from portal.web.htmx import page


@bp.get("/huong-dan")
@requires(Permission.PORTAL_USE)
def show_page() -> Response:
    """The user's guide."""
    return page("home/show_home.html")
