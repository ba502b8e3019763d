"""/tai-khoan/doi-mat-khau."""

from __future__ import annotations

from flask import Response, flash, request, url_for

from portal.blueprints.accounts import bp
from portal.blueprints.accounts.forms import ChangePasswordForm
from portal.blueprints.accounts.views.common import hasher, owes_factor, person, waiting_text
from portal.domain.access.enums import Permission
from portal.domain.accounts import services
from portal.domain.accounts.passwords import faults_of
from portal.web.access import halfway, requires
from portal.web.context import actor, work
from portal.web.htmx import page, see_other
from portal.web.login import local_path
from portal.web.transaction import own_reading, own_transaction


@bp.route("/tai-khoan/doi-mat-khau", methods=["GET", "POST"])
@requires(Permission.PORTAL_USE)
@halfway
def change_password() -> Response:
    """The person's own password: the present one is asked first."""
    if owes_factor():
        return see_other(url_for("accounts.second_factor"))
    if request.method == "GET":
        return _form(ChangePasswordForm(tiep=request.args.get("tiep")))
    form = ChangePasswordForm()
    if not form.validate():
        return _form(form, 422)
    with own_reading() as reading:
        attempt = services.read_own_attempt(reading)
    if attempt.wait:
        response = _form(form, 429, wait=waiting_text(attempt.wait))
        response.headers["Retry-After"] = str(attempt.wait)
        return response
    current, new = form.current.data or "", form.new.data or ""
    if not services.verify_own(attempt, current, hasher()):
        with own_transaction() as writing:
            services.note_wrong_password(writing, attempt)
        form.current.errors = ["Mật khẩu hiện tại chưa đúng."]
        return _form(form, 422)
    faults = faults_of(new, actor().username, actor().full_name, current)
    if faults:
        form.new.errors = faults
        return _form(form, 422)
    services.change_password(work(), attempt, hasher().hash(new), person().session_id)
    flash("Đã đổi mật khẩu. Các phiên đăng nhập khác đã kết thúc.", "ok")
    return see_other(local_path(form.tiep.data, url_for("home.show_home")))


def _form(form: ChangePasswordForm, status: int = 200, wait: str | None = None) -> Response:
    first = person().must_change_password
    return page("accounts/change_password.html", form=form, first=first, wait=wait, status=status)
