"""/quan-tri/nhac-viec: the rules by which people are reminded of what falls due."""

from __future__ import annotations

from flask import Blueprint

from portal.domain.access.enums import Permission
from portal.web.access import floor

bp = Blueprint("reminders", __name__, url_prefix="/quan-tri/nhac-viec")
floor(bp, Permission.REMINDER_MANAGE)

from portal.blueprints.reminders import views as views  # noqa: E402 - the views hang themselves on `bp`
