"""health pages."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("health", __name__)

from portal.blueprints.health import views as views  # noqa: E402 - the views hang themselves on `bp`
