"""/quan-tri/nguoi-dung/<id>/phan-quyen: roles given, their end moved, and ended."""

from __future__ import annotations

from flask import Response, flash, request, url_for

from portal.blueprints.accounts import bp
from portal.blueprints.accounts.admin_forms import AssignmentForm, EndDayForm, VersionForm
from portal.blueprints.accounts.lists import ASSIGNMENTS
from portal.blueprints.accounts.shown import Confirm
from portal.blueprints.accounts.views.common import unit_of, user_of
from portal.core.errors import InvalidInput, NotFound
from portal.domain.access.enums import Permission
from portal.domain.access.roles import ROLES
from portal.domain.accounts import queries, services
from portal.domain.accounts.models import RoleAssignment, UserAccount
from portal.domain.accounts.services import GrantData, requests
from portal.web.access import requires
from portal.web.context import today, work
from portal.web.drafts import keeps, of_form
from portal.web.fields import put_errors
from portal.web.htmx import page, see_other
from portal.web.lists import list_page

BY_ITS_HOLDER = "Vai trò hạn chế do chính người giữ vai trò ủy quyền, ở trang Ủy quyền của mình."
ASKED = "Đã gửi yêu cầu. Người thứ hai của mảng hạn chế xác nhận thì vai trò mới có hiệu lực."


@bp.get("/quan-tri/phan-quyen")
@requires(Permission.ASSIGNMENT_MANAGE)
def list_assignments() -> Response:
    """Who holds which role where: all in reach, to be ended one by one or many at once."""
    return list_page(ASSIGNMENTS, "accounts/list_assignments.html")


@bp.get("/quan-tri/nguoi-dung/<int:user_id>/phan-quyen/moi")
@requires(Permission.ASSIGNMENT_MANAGE)
def new_assignment(user_id: int) -> Response:
    """An empty form, over the person's own unit from today."""
    user = user_of(user_id)
    unit = work().session.execute(queries.unit_label(user.home_unit_id)).scalar_one()
    return _form_page(user, AssignmentForm(unit=unit, valid_from=today()))


@bp.post("/quan-tri/nguoi-dung/<int:user_id>/phan-quyen")
@requires(Permission.ASSIGNMENT_MANAGE)
@keeps("accounts.assignment", check=user_of)
def create_assignment(user_id: int) -> Response:
    """Give the role, or ask a second person where it is a confidential one."""
    user, form = user_of(user_id), AssignmentForm()
    if not form.validate():
        return _form_page(user, form, 422)
    try:
        data = _data(form)
        if ROLES[data.role].confidential and data.given_by_id is not None:
            raise InvalidInput({"given_by": [BY_ITS_HOLDER]})
        if ROLES[data.role].confidential:
            requests.ask_grant(work(), user.id, data, data.reason)
        else:
            services.grant_role(work(), user.id, data)
    except InvalidInput as error:
        put_errors(form, error)
        return _form_page(user, form, 422)
    flash(ASKED if ROLES[data.role].confidential else f"Đã giao vai trò {data.role.label}.", "ok")
    return see_other(url_for("accounts.show_user", user_id=user.id))


@bp.route("/quan-tri/nguoi-dung/<int:user_id>/phan-quyen/<int:assignment_id>/sua", methods=["GET", "POST"])
@requires(Permission.ASSIGNMENT_MANAGE)
def edit_assignment(user_id: int, assignment_id: int) -> Response:
    """Another last day."""
    user = user_of(user_id)
    assignment = _assignment_of(user, assignment_id)
    if request.method == "GET":
        return _end_page(user, assignment, EndDayForm(valid_to=assignment.valid_to, version=assignment.version))
    form = EndDayForm()
    if not form.validate():
        return _end_page(user, assignment, form, 422)
    version, reason = form.version.data or 0, form.reason.data or ""
    asks = ROLES[assignment.role].confidential and services.lengthens(assignment, form.valid_to.data)
    try:
        if asks:
            requests.ask_extension(work(), user.id, assignment.id, form.valid_to.data, version, reason)
        else:
            services.move_end(work(), user.id, assignment.id, form.valid_to.data, version)
    except InvalidInput as error:
        put_errors(form, error)
        return _end_page(user, assignment, form, 422)
    flash(ASKED if asks else "Đã lưu ngày cuối.", "ok")
    return see_other(url_for("accounts.show_user", user_id=user.id))


@bp.route("/quan-tri/nguoi-dung/<int:user_id>/phan-quyen/<int:assignment_id>/ket-thuc", methods=["GET", "POST"])
@requires(Permission.ASSIGNMENT_MANAGE)
def end_assignment(user_id: int, assignment_id: int) -> Response:
    """End the role at once."""
    user = user_of(user_id)
    assignment = _assignment_of(user, assignment_id)
    if request.method == "GET":
        unit = work().session.execute(queries.unit_label(assignment.unit_id)).scalar_one()
        confirm = Confirm(
            title=f"Kết thúc vai trò {assignment.role.label}",
            text=f"{user.full_name} không còn vai trò này ở {unit}, có hiệu lực ngay cả trong phiên đang mở.",
            action=url_for("accounts.end_assignment", user_id=user.id, assignment_id=assignment.id),
            submit_label="Kết thúc vai trò",
            cancel_url=url_for("accounts.show_user", user_id=user.id),
            danger=True,
            icon="ban",
            hidden=[("version", assignment.version)],
        )
        return page("components/confirm_page.html", confirm=confirm)
    services.end_assignment(work(), user.id, assignment.id, VersionForm().number())
    flash("Đã kết thúc vai trò.", "ok")
    return see_other(url_for("accounts.show_user", user_id=user.id))


def _assignment_of(user: UserAccount, assignment_id: int) -> RoleAssignment:
    found = work().session.scalars(queries.one_assignment(user.id, assignment_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def _data(form: AssignmentForm) -> GrantData:
    """What the form says, names resolved. Raises InvalidInput."""
    giver_id = None
    if form.given_by.data:
        giver = work().session.scalars(queries.by_username(form.given_by.data)).one_or_none()
        if giver is None:
            raise InvalidInput({"given_by": ["Không có tài khoản này."]})
        giver_id = giver.id
    return GrantData(
        role=form.role_chosen(),
        unit_id=unit_of(form.unit.data or "", Permission.ASSIGNMENT_MANAGE).id,
        valid_from=form.valid_from.data or today(),
        valid_to=form.valid_to.data,
        given_by_id=giver_id,
        reason=form.reason.data or "",
    )


def _form_page(user: UserAccount, form: AssignmentForm, status: int = 200) -> Response:
    draft = of_form("accounts.assignment", user.id, form, back=url_for("accounts.new_assignment", user_id=user.id))
    return page("accounts/new_assignment.html", user=user, form=form, draft=draft, status=status)


def _end_page(user: UserAccount, assignment: RoleAssignment, form: EndDayForm, status: int = 200) -> Response:
    unit = work().session.execute(queries.unit_label(assignment.unit_id)).scalar_one()
    return page("accounts/edit_assignment.html", user=user, assignment=assignment, unit=unit, form=form, status=status)
