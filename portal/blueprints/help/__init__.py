"""help pages."""

from __future__ import annotations

from flask import Blueprint

from portal.domain.access.enums import Permission
from portal.web.access import floor

bp = Blueprint("help", __name__)
floor(bp, Permission.PORTAL_USE)

from portal.blueprints.help import views as views  # noqa: E402 - the views hang themselves on `bp`
