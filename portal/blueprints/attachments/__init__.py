"""Files of records: the list with its form, a file's page, its content. The record's own rule says who gets what."""

from __future__ import annotations

from flask import Blueprint

from portal.domain.access.enums import Permission
from portal.web.access import floor

bp = Blueprint("attachments", __name__)
floor(bp, Permission.PORTAL_USE)

from portal.blueprints.attachments import rules as rules  # noqa: E402 - the views hang themselves on `bp`
from portal.blueprints.attachments import views as views  # noqa: E402
