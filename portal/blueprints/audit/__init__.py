"""The audit log as those read it who watch over it."""

from __future__ import annotations

from flask import Blueprint

from portal.domain.access.enums import Permission
from portal.web.access import floor

bp = Blueprint("audit", __name__)
floor(bp, Permission.AUDIT_VIEW)

from portal.blueprints.audit import views as views  # noqa: E402 - the views hang themselves on `bp`
