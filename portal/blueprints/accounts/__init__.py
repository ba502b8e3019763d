"""Signing in, one's own account, and the administration of people."""

from __future__ import annotations

from flask import Blueprint

from portal.domain.access.enums import Permission
from portal.web.access import floor

bp = Blueprint("accounts", __name__)
floor(bp, Permission.PORTAL_USE)

from portal.blueprints.accounts import views as views  # noqa: E402 - the views hang themselves on `bp`
