"""/tai-khoan."""

from __future__ import annotations

from flask import Response

from portal.blueprints.accounts import bp
from portal.core.errors import NotFound
from portal.domain.access.enums import Permission
from portal.web.access import requires


@bp.get("/tai-khoan")
@requires(Permission.PORTAL_USE)
def show_own_account() -> Response:
    raise NotFound


@bp.get("/tai-khoan/phien")
@requires(Permission.PORTAL_USE)
def list_own_sessions() -> Response:
    raise NotFound
