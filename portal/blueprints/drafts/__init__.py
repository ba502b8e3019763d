"""Drafts of forms: given up from whichever page shows them. Saving goes to each form's own address."""

from __future__ import annotations

from flask import Blueprint

from portal.domain.access.enums import Permission
from portal.web.access import floor

bp = Blueprint("drafts", __name__)
floor(bp, Permission.PORTAL_USE)

from portal.blueprints.drafts import views as views  # noqa: E402 - the views hang themselves on `bp`
