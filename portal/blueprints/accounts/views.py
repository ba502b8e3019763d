"""Scaffold: the addresses that the shell names."""

from __future__ import annotations

from flask import Response

from portal.blueprints.accounts import bp
from portal.core.errors import NotFound
from portal.domain.access.enums import Permission
from portal.web.access import halfway, public, requires


@bp.get("/dang-nhap")
@public
def sign_in() -> Response:
    raise NotFound


@bp.get("/dang-nhap/xac-thuc")
@requires(Permission.PORTAL_USE)
@halfway
def second_factor() -> Response:
    raise NotFound


@bp.get("/tai-khoan/doi-mat-khau")
@requires(Permission.PORTAL_USE)
@halfway
def change_password() -> Response:
    raise NotFound


@bp.post("/dang-xuat")
@requires(Permission.PORTAL_USE)
@halfway
def sign_out() -> Response:
    raise NotFound


@bp.get("/tai-khoan")
@requires(Permission.PORTAL_USE)
def show_own_account() -> Response:
    raise NotFound


@bp.get("/tai-khoan/phien")
@requires(Permission.PORTAL_USE)
def list_own_sessions() -> Response:
    raise NotFound
