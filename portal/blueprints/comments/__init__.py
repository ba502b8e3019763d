"""Comments on records: the list with its form, mending and removing one's own. The record's own rule says who reads."""

from __future__ import annotations

from flask import Blueprint

from portal.domain.access.enums import Permission
from portal.web.access import floor

bp = Blueprint("comments", __name__)
floor(bp, Permission.PORTAL_USE)

from portal.blueprints.comments import views as views  # noqa: E402 - the views hang themselves on `bp`
