"""Search over all that one may see: the page, and what is suggested while one types."""

from __future__ import annotations

from flask import Blueprint

from portal.domain.access.enums import Permission
from portal.web.access import floor

bp = Blueprint("search", __name__, url_prefix="/tim-kiem")
floor(bp, Permission.PORTAL_USE)

from portal.blueprints.search import views as views  # noqa: E402 - the views hang themselves on `bp`
