"""Background jobs: what one has asked for, how far it is, its result."""

from __future__ import annotations

from flask import Blueprint

from portal.domain.access.enums import Permission
from portal.web.access import floor

bp = Blueprint("jobs", __name__, url_prefix="/viec")
floor(bp, Permission.JOB_VIEW)

from portal.blueprints.jobs import views as views  # noqa: E402 - the views hang themselves on `bp`
