"""/quan-tri/nguoi-dung/<id>: one person, and what an administrator does to the account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, flash, request, url_for

from portal.blueprints.accounts import bp
from portal.blueprints.accounts.admin_forms import ReasonForm
from portal.blueprints.accounts.shown import AssignmentRow, Confirm, assignment_rows
from portal.blueprints.accounts.views.common import hasher, user_of
from portal.blueprints.accounts.views.users import show_password_once
from portal.core.errors import InvalidInput
from portal.domain.access.enums import Permission
from portal.domain.access.roles import ROLES
from portal.domain.accounts import policies, queries, services
from portal.domain.accounts.enums import AssignmentState, RequestKind
from portal.domain.accounts.models import UserAccount
from portal.domain.accounts.rules import factor_state, user_state
from portal.domain.accounts.services import requests
from portal.web.access import requires
from portal.web.context import actor, runtime, today, work
from portal.web.fields import put_errors
from portal.web.htmx import page, see_other


@dataclass(frozen=True, slots=True)
class May:
    """What the actor may do here; where it is not possible, the page says why."""

    edit: bool
    reset: bool
    assign: bool
    second_person: bool
    why_not: str
    why_no_reset: str


@bp.get("/quan-tri/nguoi-dung/<int:user_id>")
@requires(Permission.USER_VIEW)
def show_user(user_id: int) -> Response:
    """One person: data, state, roles with their history, requests that wait, and what may be done."""
    user, session = user_of(user_id), work().session
    rows = assignment_rows(session.execute(queries.assignments_of(user.id)), today())
    owed = runtime().settings.second_factor_for_all or any(
        ROLES[row.role].needs_totp for row in rows if row.state is AssignmentState.IN_FORCE
    )
    facts, may = queries.factor_facts(session, user.id), _may(user)
    return page(
        "accounts/show_user.html",
        user=user,
        unit=session.execute(queries.unit_label(user.home_unit_id)).scalar_one(),
        state=user_state(user.disabled_at is not None, user.must_change_password),
        factor=factor_state(facts.confirmed_at is not None, owed),
        may_reset_factor=facts.confirmed_at is not None,
        codes_left=facts.codes_left,
        last=session.execute(queries.last_sign_ins([user.id])).first(),
        rows=rows,
        changeable=_changeable(rows) if may.assign else set(),
        waiting=session.scalars(queries.waiting_of(actor(), user.id, today())).all(),
        may=may,
    )


@bp.route("/quan-tri/nguoi-dung/<int:user_id>/khoa", methods=["GET", "POST"])
@requires(Permission.USER_MANAGE)
def disable_user(user_id: int) -> Response:
    """Shut the account; its sessions end at once."""
    user, form = user_of(user_id), ReasonForm()
    confirm = Confirm(
        title=f"Khóa tài khoản {user.username}",
        text=f"{user.full_name} không đăng nhập được nữa, các phiên đang mở kết thúc ngay. Hồ sơ đã lập giữ nguyên.",
        action=url_for("accounts.disable_user", user_id=user.id),
        submit_label="Khóa tài khoản",
        cancel_url=url_for("accounts.show_user", user_id=user.id),
        danger=True,
        icon="user-off",
    )
    if request.method == "GET" or not form.validate():
        return _ask(confirm, form)
    services.disable_user(work(), user.id, form.reason.data or "")
    flash(f"Đã khóa tài khoản {user.username}.", "ok")
    return see_other(confirm.cancel_url)


@bp.post("/quan-tri/nguoi-dung/<int:user_id>/mo-khoa")
@requires(Permission.USER_MANAGE)
def enable_user(user_id: int) -> Response:
    """Open the account again."""
    user = services.enable_user(work(), user_of(user_id).id)
    flash(f"Đã mở khóa tài khoản {user.username}.", "ok")
    return see_other(url_for("accounts.show_user", user_id=user.id))


@bp.route("/quan-tri/nguoi-dung/<int:user_id>/cap-lai-mat-khau", methods=["GET", "POST"])
@requires(Permission.USER_MANAGE)
def reset_password(user_id: int) -> Response:
    """A new first password, or a request for it where a second person must confirm."""
    first = services.first_password()
    hashed = hasher().hash(first) if request.method == "POST" else ""
    user = user_of(user_id)
    confirm = Confirm(
        title=f"Cấp lại mật khẩu cho {user.full_name}",
        text="Mật khẩu cũ hết hiệu lực, các phiên đang mở kết thúc. Mật khẩu mới hiện một lần để trao cho người dùng.",
        action=url_for("accounts.reset_password", user_id=user.id),
        submit_label="Cấp lại mật khẩu",
        cancel_url=url_for("accounts.show_user", user_id=user.id),
        icon="key",
    )

    def act() -> str:
        services.reset_password(work(), user.id, hashed)
        show_password_once(user.id, first)
        return url_for("accounts.show_first_password", user_id=user.id)

    return _reset(user, confirm, RequestKind.RESET_PASSWORD, act)


@bp.route("/quan-tri/nguoi-dung/<int:user_id>/dat-lai-xac-thuc", methods=["GET", "POST"])
@requires(Permission.USER_MANAGE)
def reset_factor(user_id: int) -> Response:
    """Forget the second factor, or ask for it where a second person must confirm."""
    user = user_of(user_id)
    confirm = Confirm(
        title=f"Đặt lại xác thực hai bước của {user.full_name}",
        text="Thiết bị và mã dự phòng cũ hết hiệu lực, các phiên đang mở kết thúc. Lần đăng nhập sau sẽ thiết lập lại.",
        action=url_for("accounts.reset_factor", user_id=user.id),
        submit_label="Đặt lại xác thực hai bước",
        cancel_url=url_for("accounts.show_user", user_id=user.id),
        icon="shield-lock",
    )

    def act() -> str:
        services.reset_factor(work(), user.id)
        flash("Đã đặt lại xác thực hai bước.", "ok")
        return confirm.cancel_url

    return _reset(user, confirm, RequestKind.RESET_FACTOR, act)


def _reset(user: UserAccount, confirm: Confirm, kind: RequestKind, act: Callable[[], str]) -> Response:
    """Ask, then do it, or ask the second person of the confidential module for it."""
    form = ReasonForm()
    second = policies.needs_second_person(work(), user.id)
    if second:
        form.reason.description = "Bắt buộc: người thứ hai của mảng hạn chế đọc lý do này trước khi xác nhận."
        confirm = confirm.asking_second_person()
    if request.method == "GET" or not form.validate():
        return _ask(confirm, form)
    if not second:
        return see_other(act())
    try:
        requests.ask_reset(work(), user.id, kind, form.reason.data or "")
    except InvalidInput as error:
        put_errors(form, error)
        return _ask(confirm, form)
    flash("Đã gửi yêu cầu. Người thứ hai của mảng hạn chế xác nhận thì việc này mới được làm.", "ok")
    return see_other(confirm.cancel_url)


def _ask(confirm: Confirm, form: ReasonForm) -> Response:
    status = 422 if form.errors else 200
    return page("components/confirm_page.html", confirm=confirm, form=form, fields=[form.reason], status=status)


def _may(user: UserAccount) -> May:
    unit = work()
    own = policies.is_oneself(unit, user.id)
    edit = policies.can_manage_user(unit, user)
    beyond = edit and policies.holds_beyond(unit, user.id)
    why = "Việc này không tự làm cho tài khoản của mình." if own else "Tài khoản của ông/bà chỉ được xem người này."
    return May(
        edit=edit,
        reset=edit and not beyond,
        assign=policies.can_assign_to(unit, user),
        second_person=edit and policies.needs_second_person(unit, user.id),
        why_not="" if edit else why,
        why_no_reset=services.HoldsBeyond.message if beyond else "",
    )


def _changeable(rows: list[AssignmentRow]) -> set[int]:
    """The assignments that the actor may still change: not over, of a role and a unit that they manage."""
    live = [row for row in rows if row.state is not AssignmentState.OVER]
    allowed = {pair: policies.can_assign_over(work(), *pair) for pair in {(row.role, row.unit_id) for row in live}}
    return {row.id for row in live if allowed[row.role, row.unit_id]}
