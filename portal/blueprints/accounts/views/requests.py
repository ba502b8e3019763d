"""/quan-tri/yeu-cau-phan-quyen: changes in a confidential module that wait for a second person of it."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, url_for

from portal.blueprints.accounts import bp
from portal.blueprints.accounts.admin_forms import RefuseForm, VersionForm
from portal.blueprints.accounts.lists import REQUESTS
from portal.blueprints.accounts.shown import RequestRow, request_row
from portal.blueprints.accounts.views.common import hasher
from portal.core.errors import NotFound
from portal.domain.access.enums import Permission
from portal.domain.accounts import policies, queries
from portal.domain.accounts import services as accounts
from portal.domain.accounts.enums import RequestKind, RequestState
from portal.domain.accounts.services import requests
from portal.web.access import requires
from portal.web.context import actor, today, work
from portal.web.htmx import page, see_other
from portal.web.lists import list_page
from portal.web.once import keep_once, take_one
from portal.web.transaction import after_commit


@bp.get("/quan-tri/yeu-cau-phan-quyen")
@requires(Permission.ACCESS_REQUEST_VIEW)
def list_access_requests() -> Response:
    """Requests in reach, the newest first."""
    return list_page(REQUESTS, "accounts/list_access_requests.html")


@bp.get("/quan-tri/yeu-cau-phan-quyen/<int:request_id>")
@requires(Permission.ACCESS_REQUEST_VIEW)
def show_access_request(request_id: int) -> Response:
    """One request, and what the actor may do with it."""
    return _request_page(request_id, RefuseForm(formdata=None))


@bp.post("/quan-tri/yeu-cau-phan-quyen/<int:request_id>/xac-nhan")
@requires(Permission.ACCESS_REQUEST_CONFIRM)
def approve_access_request(request_id: int) -> Response:
    """Confirm: what was asked for is done at once. A new first password is shown once, to the one who confirms."""
    first = accounts.first_password()
    hashed = hasher().hash(first)
    row = _row_of(request_id)
    requests.approve(work(), request_id, VersionForm().number(), hashed)
    if row.kind is RequestKind.RESET_PASSWORD:
        after_commit(lambda: keep_once(_key(request_id), [first]))
    flash("Đã xác nhận và thực hiện.", "ok")
    return see_other(url_for("accounts.show_access_request", request_id=request_id))


@bp.post("/quan-tri/yeu-cau-phan-quyen/<int:request_id>/khong-xac-nhan")
@requires(Permission.ACCESS_REQUEST_CONFIRM)
def refuse_access_request(request_id: int) -> Response:
    """Decline, with the reason."""
    form = RefuseForm()
    row = _row_of(request_id)
    if not form.validate():
        if row.state is not RequestState.PENDING:
            raise requests.RequestClosed
        return _request_page(request_id, form, 422)
    requests.refuse(work(), request_id, form.number(), form.note.data or "")
    flash("Đã ghi nhận là không xác nhận.", "ok")
    return see_other(url_for("accounts.show_access_request", request_id=request_id))


@bp.post("/quan-tri/yeu-cau-phan-quyen/<int:request_id>/rut")
@requires(Permission.ACCESS_REQUEST_VIEW)
def withdraw_access_request(request_id: int) -> Response:
    """Take back what one asked for."""
    _row_of(request_id)
    requests.withdraw(work(), request_id, VersionForm().number())
    flash("Đã rút yêu cầu.", "ok")
    return see_other(url_for("accounts.show_access_request", request_id=request_id))


def _found(request_id: int) -> Any:
    row = work().session.execute(queries.one_request(actor(), today(), request_id)).one_or_none()
    if row is None:
        raise NotFound
    return row


def _row_of(request_id: int) -> RequestRow:
    return request_row(_found(request_id), work().clock.now())


def _request_page(request_id: int, form: RefuseForm, status: int = 200) -> Response:
    found = _found(request_id)
    row = request_row(found, work().clock.now())
    pending = row.state is RequestState.PENDING
    return page(
        "accounts/show_access_request.html",
        row=row,
        form=form,
        may_confirm=pending and policies.can_confirm(work(), found.AccessRequest),
        may_withdraw=pending and found.AccessRequest.requested_by_id == actor().user_id,
        password=take_one(_key(request_id)),
        status=status,
    )


def _key(request_id: int) -> str:
    return f"yeu-cau-{request_id}"
