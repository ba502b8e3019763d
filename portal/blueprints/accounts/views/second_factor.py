"""The second factor."""

from __future__ import annotations

from flask import Response

from portal.blueprints.accounts import bp
from portal.core.errors import NotFound
from portal.domain.access.enums import Permission
from portal.web.access import halfway, requires


@bp.get("/dang-nhap/xac-thuc")
@requires(Permission.PORTAL_USE)
@halfway
def second_factor() -> Response:
    raise NotFound


@bp.get("/tai-khoan/xac-thuc")
@requires(Permission.PORTAL_USE)
@halfway
def show_second_factor() -> Response:
    raise NotFound
