"""The start page: what waits for me."""

from __future__ import annotations

from flask import Blueprint

from portal.domain.access.enums import Permission
from portal.web.access import floor

bp = Blueprint("home", __name__)
floor(bp, Permission.PORTAL_USE)

from portal.blueprints.home import views as views  # noqa: E402 - the views hang themselves on `bp`
