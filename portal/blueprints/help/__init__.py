"""The user's guide: open to everyone, since who cannot sign in needs it too. It holds nothing of anybody's data."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("help", __name__)

from portal.blueprints.help import views as views  # noqa: E402 - the views hang themselves on `bp`
