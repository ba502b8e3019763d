"""GET /."""

from __future__ import annotations

from flask import Response

from portal.blueprints.home import bp
from portal.blueprints.home._page import load_home
from portal.domain.access.enums import Permission
from portal.web.access import requires
from portal.web.context import work
from portal.web.htmx import page
from portal.web.menu import year_in_view


@bp.get("/")
@requires(Permission.PORTAL_USE)
def show_home() -> Response:
    """Việc của tôi: what waits for me by its due day, what I sent and where it is, the figures that I watch."""
    year = year_in_view()
    return page("home/show_home.html", home=load_home(work(), year), year=year)
