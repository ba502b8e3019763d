"""Units: the list, one unit with its history, reorganisations by decision, levels and kinds."""

from __future__ import annotations

from flask import Blueprint

from portal.domain.access.enums import Permission
from portal.web.access import floor

bp = Blueprint("units", __name__)
floor(bp, Permission.UNIT_VIEW)

from portal.blueprints.units import views as views  # noqa: E402 - the views hang themselves on `bp`
