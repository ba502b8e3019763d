"""Error pages.

What happened, what was kept, what to do. Refusals are written to the audit log, also when the request fails.
"""

from __future__ import annotations

import structlog
from flask import Flask, Response, g, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from portal.core.errors import InvalidInput, NotAllowed, NotFound, PortalError, RuleBroken, VersionConflict
from portal.domain.audit.services import EntryData, record_now
from portal.web.access import go_to, to_sign_in
from portal.web.context import request_id, runtime, viewer
from portal.web.login import load_viewer
from portal.web.parking import ANOTHERS, answer_script, park, way_back
from portal.web.tickets import sent_ticket

log = structlog.get_logger("portal.errors")
TEMPLATES = {
    403: "errors/403.html",
    404: "errors/404.html",
    409: "errors/409.html",
    429: "errors/429.html",
    500: "errors/500.html",
    503: "errors/503.html",
}
BUSY_MARKS = ("database is locked", "lock timeout", "could not obtain lock", "deadlock detected")
UNSTORABLE = (
    "Nội dung gửi lên có ký tự hoặc số mà hệ thống không ghi được nên chưa ghi gì. Xin xóa phần đó rồi gửi lại."
)


def error_page(status: int, message: str = "") -> Response:
    """The page of an error status, with the request's id for those who ask for help."""
    template = TEMPLATES.get(status, "errors/4xx.html")
    return make_response(render_template(template, message=message, status=status, request_id=request_id()), status)


def init_errors(app: Flask) -> None:
    """Install the handlers."""
    app.register_error_handler(NotAllowed, _refused)
    app.register_error_handler(NotFound, lambda _: error_page(404))
    app.register_error_handler(StaleDataError, lambda _: error_page(409, VersionConflict.message))
    app.register_error_handler(RuleBroken, lambda e: error_page(409, e.message))
    app.register_error_handler(InvalidInput, lambda e: error_page(422, _spelled(e)))
    app.register_error_handler(PortalError, lambda e: error_page(409, e.message))
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _spelled(error: InvalidInput) -> str:
    return " ".join([error.message, *(text for texts in error.errors.values() for text in texts)])


def _refused(error: NotAllowed) -> Response:
    person = viewer()
    record_now(
        runtime().session_factory,
        EntryData(
            at=runtime().clock.now(),
            action="access.refused",
            actor_id=person.actor.user_id if person else None,
            object_type=request.endpoint or "",
            detail={"method": request.method, "path": request.path},
            request_id=request_id(),
            address=request.remote_addr or "",
        ),
    )
    return error_page(403, error.message)


def _stale_form(_error: CSRFError) -> Response:
    """A form whose token is another session's: what was typed is parked for whose page it was, whoever is here now."""
    load_viewer()
    told = answer_script()
    if told is not None:
        return told
    ticket, person = sent_ticket(), viewer()
    if ticket is not None and person is not None and person.actor.user_id != ticket.user_id:
        return error_page(400, ANOTHERS if park() else "")
    back = way_back()
    if back is not None:
        return go_to(back) if person is not None else to_sign_in(back)
    return error_page(
        400,
        "Phiên làm việc đã thay đổi nên biểu mẫu chưa được nhận. Xin quay lại, tải lại trang rồi gửi lại; "
        "nội dung đã nhập còn trong trình duyệt.",
    )


def _database(error: DBAPIError) -> Response:
    text = str(error.orig).lower()
    if isinstance(error, OperationalError) and any(mark in text for mark in BUSY_MARKS):
        log.warning("database_busy", endpoint=request.endpoint)
        response = error_page(503)
        response.headers["Retry-After"] = "2"
        return response
    if isinstance(error, DataError):
        log.warning("data_refused", endpoint=request.endpoint, error=type(error.orig).__name__)
        return error_page(422, UNSTORABLE)
    return _unexpected(error)


def _http(error: HTTPException) -> Response:
    if error.response is not None:  # a redirect that Werkzeug made
        return make_response(error.response)
    return error_page(error.code or 500)


def _unexpected(error: Exception) -> Response:
    log.exception(
        "unexpected_error", endpoint=request.endpoint, request_id=g.get("request_id", ""), error=type(error).__name__
    )
    return error_page(500)
