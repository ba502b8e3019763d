"""/tai-khoan/doi-mat-khau."""

from __future__ import annotations

from flask import Response, flash, request, url_for

from portal.blueprints.accounts import bp
from portal.blueprints.accounts.forms import ChangePasswordForm
from portal.blueprints.accounts.views.common import check_own_password, hasher, owes_factor, person
from portal.domain.access.enums import Permission
from portal.domain.accounts import services
from portal.domain.accounts.passwords import faults_of
from portal.web.access import halfway, requires
from portal.web.addresses import local_path
from portal.web.context import actor, work
from portal.web.htmx import page, see_other


@bp.route("/tai-khoan/doi-mat-khau", methods=["GET", "POST"])
@requires(Permission.PORTAL_USE)
@halfway
def change_password() -> Response:
    """The person's own password: the present one is asked first."""
    if owes_factor():
        return see_other(url_for("accounts.second_factor"))
    form = ChangePasswordForm() if request.method == "POST" else ChangePasswordForm(tiep=request.args.get("tiep"))
    if request.method == "GET":
        return _form(form)
    if not form.validate():
        return _form(form, 422)
    current, new = form.current.data or "", form.new.data or ""
    check = check_own_password(current)
    if check.fault:
        form.current.errors = [check.fault]
        return check.mark(_form(form, check.status))
    faults = faults_of(new, actor().username, actor().full_name, current)
    if faults:
        form.new.errors = faults
        return _form(form, 422)
    services.change_password(work(), check.attempt, hasher().hash(new), person().session_id)
    flash("Đã đổi mật khẩu. Các phiên đăng nhập khác đã kết thúc.", "ok")
    return see_other(local_path(form.tiep.data, url_for("home.show_home")))


def _form(form: ChangePasswordForm, status: int = 200) -> Response:
    return page("accounts/change_password.html", form=form, first=person().must_change_password, status=status)
