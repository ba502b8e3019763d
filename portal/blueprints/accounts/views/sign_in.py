"""/dang-nhap, /dang-xuat."""

from __future__ import annotations

from flask import Response, flash, request, url_for

from portal.blueprints.accounts import bp
from portal.blueprints.accounts.forms import SignInForm
from portal.blueprints.accounts.views.common import hasher, person, waiting_text
from portal.config import DEMO_PASSWORD
from portal.domain.access.enums import Permission
from portal.domain.accounts.enums import SessionEnd
from portal.domain.accounts.services import Device, Outcome, check_password, end_session, finish_attempt, read_attempt
from portal.web.access import halfway, public, requires
from portal.web.addresses import local_path
from portal.web.context import runtime, viewer, work
from portal.web.htmx import page, see_other
from portal.web.login import drop_token, keep_token, new_token, token_hash
from portal.web.transaction import own_reading, own_transaction


@bp.route("/dang-nhap", methods=["GET", "POST"])
@public
def sign_in() -> Response:
    """The sign-in page, and its form. Who is signed in goes on."""
    if request.method == "POST":
        return _start_session()
    if viewer() is not None:
        return see_other(_target(request.args.get("tiep")))
    return page("accounts/sign_in.html", form=SignInForm(tiep=request.args.get("tiep")))


@bp.post("/dang-xuat")
@requires(Permission.PORTAL_USE)
@halfway
def sign_out() -> Response:
    """End this session, on the server and in the browser."""
    end_session(work(), person().session_id, SessionEnd.SIGNED_OUT)
    drop_token()
    flash("Đã đăng xuất.", "ok")
    return see_other(url_for("accounts.sign_in"))


def _target(address: str | None) -> str:
    home = url_for("home.show_home")
    target = local_path(address, home)
    return home if target.startswith(url_for("accounts.sign_in")) else target


def _start_session() -> Response:
    """Check name and password; the answer to a wrong name and to a wrong password is the same."""
    form = SignInForm()
    if not form.validate():
        return page("accounts/sign_in.html", form=form, status=422)
    with own_reading() as reading:
        attempt = read_attempt(reading, form.username.data or "", hasher())
    if attempt.wait:
        return _wait(form, attempt.wait)
    refused = (DEMO_PASSWORD,) if runtime().settings.is_production else ()
    fits, new_hash = check_password(attempt, form.password.data or "", hasher(), refused)
    token = new_token()
    device = Device(request.remote_addr or "", request.user_agent.string)
    with own_transaction() as writing:
        result = finish_attempt(writing, attempt, fits, device, token_hash(token), new_hash)
    if result.outcome is Outcome.WAIT:
        return _wait(form, result.wait)
    if result.outcome is Outcome.WRONG:
        return page("accounts/sign_in.html", form=form, wrong=True, status=422)
    before = viewer()
    if before is not None:
        end_session(work(), before.session_id, SessionEnd.REPLACED)
    keep_token(token)
    return see_other(_target(form.tiep.data))


def _wait(form: SignInForm, seconds: int) -> Response:
    response = page("accounts/sign_in.html", form=form, wait=waiting_text(seconds), status=429)
    response.headers["Retry-After"] = str(seconds)
    return response
