"""/tai-khoan: one's own account, look of the pages, and sessions."""

from __future__ import annotations

from flask import Response, flash, request, url_for

from portal.blueprints.accounts import bp
from portal.blueprints.accounts.shown import assignment_rows, session_rows
from portal.blueprints.accounts.views.common import person
from portal.domain.access.enums import Permission
from portal.domain.accounts import queries, services
from portal.domain.accounts.enums import SessionEnd
from portal.domain.accounts.rules import factor_state
from portal.web.access import requires
from portal.web.context import actor, runtime, today, work
from portal.web.htmx import page, see_other
from portal.web.login import drop_token


@bp.get("/tai-khoan")
@requires(Permission.PORTAL_USE)
def show_own_account() -> Response:
    """Name, unit, roles with their days, second factor, look of the pages."""
    session = work().session
    facts = queries.factor_facts(session, actor().user_id)
    factor_owed = services.factor_required(actor(), runtime().settings.second_factor_for_all)
    return page(
        "accounts/show_own_account.html",
        who=session.execute(queries.own_account(actor())).one(),
        assignments=assignment_rows(session.execute(queries.assignments_of(actor().user_id)), today()),
        facts=facts,
        factor=factor_state(facts.confirmed_at is not None, factor_owed),
        theme=person().theme,
    )


@bp.post("/tai-khoan/giao-dien")
@requires(Permission.PORTAL_USE)
def choose_theme() -> Response:
    """Light or dark pages."""
    services.choose_theme(work(), request.form.get("theme", ""))
    return see_other(url_for("accounts.show_own_account"))


@bp.get("/tai-khoan/phien")
@requires(Permission.PORTAL_USE)
def list_own_sessions() -> Response:
    """Where the person is signed in."""
    settings = runtime().settings
    stmt = queries.sessions_of(actor().user_id, runtime().clock.now(), settings.session_idle, settings.session_absolute)
    rows = session_rows(work().session.scalars(stmt), person().session_id)
    return page("accounts/list_own_sessions.html", rows=rows, settings=settings)


@bp.post("/tai-khoan/phien/<int:session_id>/ket-thuc")
@requires(Permission.PORTAL_USE)
def end_own_session(session_id: int) -> Response:
    """End one of one's own sessions; ending this one signs out."""
    services.end_own_session(work(), session_id)
    if session_id == person().session_id:
        drop_token()
        flash("Đã đăng xuất.", "ok")
        return see_other(url_for("accounts.sign_in"))
    flash("Đã kết thúc phiên đăng nhập.", "ok")
    return see_other(url_for("accounts.list_own_sessions"))


@bp.post("/tai-khoan/phien/ket-thuc-khac")
@requires(Permission.PORTAL_USE)
def end_other_sessions() -> Response:
    """End all of one's sessions but this one."""
    ended = services.end_sessions_of(work(), actor().user_id, SessionEnd.BY_OWNER, keep=person().session_id)
    flash(f"Đã kết thúc {ended} phiên đăng nhập khác." if ended else "Không có phiên nào khác.", "ok")
    return see_other(url_for("accounts.list_own_sessions"))
