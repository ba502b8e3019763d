"""accounts pages."""

from __future__ import annotations

from flask import Blueprint


bp = Blueprint("accounts", __name__)

from portal.blueprints.accounts import views as views  # noqa: E402 - the views hang themselves on `bp`
