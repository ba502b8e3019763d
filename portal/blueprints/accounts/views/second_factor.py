"""/dang-nhap/xac-thuc and /tai-khoan/xac-thuc: the second factor, shown and set up."""

from __future__ import annotations

import io

import segno
from flask import Response, flash, make_response, request, url_for

from portal.blueprints.accounts import bp, pending
from portal.blueprints.accounts.forms import FactorForm, FirstCodeForm, PasswordAgainForm
from portal.blueprints.accounts.views.common import check_own_password, owes_factor, person, waiting_text
from portal.core.errors import InvalidInput, NotFound
from portal.domain.access.enums import Permission
from portal.domain.accounts import queries, services, totp
from portal.domain.accounts.rules import factor_state
from portal.domain.accounts.services import Outcome
from portal.web.access import halfway, requires
from portal.web.addresses import local_path
from portal.web.context import actor, runtime, work
from portal.web.htmx import page, see_other
from portal.web.login import keep_token, new_token, token_hash
from portal.web.once import keep_once, take_once
from portal.web.transaction import after_commit, own_transaction

CODES = "ma-du-phong"


@bp.route("/dang-nhap/xac-thuc", methods=["GET", "POST"])
@requires(Permission.PORTAL_USE)
@halfway
def second_factor() -> Response:
    """The second step of signing in: a code of the authenticator, or a recovery code."""
    if not owes_factor():
        return see_other(local_path(request.values.get("tiep"), url_for("home.show_home")))
    if request.method == "GET":
        return page("accounts/second_factor.html", form=FactorForm(tiep=request.args.get("tiep")))
    form = FactorForm()
    if not form.validate():
        return page("accounts/second_factor.html", form=form, status=422)
    token = new_token()
    with own_transaction() as own:
        result = services.pass_second_factor(
            own, runtime().keyring, form.code.data or "", person().session_id, token_hash(token)
        )
    if result.outcome is Outcome.WAIT:
        form.code.errors = [f"Đã nhập sai nhiều lần. Xin thử lại sau {waiting_text(result.wait)}."]
        response = page("accounts/second_factor.html", form=form, status=429)
        response.headers["Retry-After"] = str(result.wait)
        return response
    if result.outcome is Outcome.WRONG:
        form.code.errors = [services.WRONG_CODE]
        return page("accounts/second_factor.html", form=form, status=422)
    keep_token(token)
    return see_other(local_path(form.tiep.data, url_for("home.show_home")))


@bp.get("/tai-khoan/xac-thuc")
@requires(Permission.PORTAL_USE)
@halfway
def show_second_factor() -> Response:
    """How the account is guarded, and the next step: set up, confirm, replace the device, new recovery codes."""
    if owes_factor():
        return see_other(url_for("accounts.second_factor"))
    return _factor_page(FirstCodeForm(tiep=request.args.get("tiep")), PasswordAgainForm())


@bp.post("/tai-khoan/xac-thuc/bat-dau")
@requires(Permission.PORTAL_USE)
@halfway
def begin_second_factor() -> Response:
    """Draw a new secret; nothing changes until its first code is confirmed. Who works already gives the password."""
    if owes_factor():
        return see_other(url_for("accounts.second_factor"))
    again = PasswordAgainForm()
    if not person().needs_second_factor:
        refusal = _password_refusal(again)
        if refusal is not None:
            return refusal
    pending.begin()
    return see_other(url_for("accounts.show_second_factor", tiep=request.form.get("tiep") or None))


@bp.get("/tai-khoan/xac-thuc/ma-qr.svg")
@requires(Permission.PORTAL_USE)
@halfway
def show_qr_code() -> Response:
    """The QR code of the secret that is being set up, to this session only."""
    secret = pending.secret()
    if secret is None or owes_factor():
        raise NotFound
    image = io.BytesIO()
    segno.make(totp.provisioning_uri(secret, actor().username), error="m").save(image, kind="svg", scale=5, border=2)
    response = make_response(image.getvalue())
    response.mimetype = "image/svg+xml"
    return response


@bp.post("/tai-khoan/xac-thuc/xac-nhan")
@requires(Permission.PORTAL_USE)
@halfway
def confirm_second_factor() -> Response:
    """Take the new secret into use once its first code is right."""
    if owes_factor():
        return see_other(url_for("accounts.second_factor"))
    secret = pending.secret()
    if secret is None:
        flash("Lần thiết lập trước đã quá 10 phút. Xin bắt đầu lại.", "warn")
        return see_other(url_for("accounts.show_second_factor"))
    form, token = FirstCodeForm(), new_token()
    if not form.validate():
        return _factor_page(form, PasswordAgainForm(), 422)
    try:
        codes = services.confirm_factor(
            work(), runtime().keyring, secret, form.code.data or "", person().session_id, token_hash(token)
        )
    except InvalidInput as error:
        form.code.errors = error.errors["code"]
        return _factor_page(form, PasswordAgainForm(), 422)
    after_commit(lambda: keep_token(token))
    after_commit(lambda: keep_once(CODES, codes))
    flash("Đã bật xác thực hai bước. Các phiên đăng nhập khác đã kết thúc.", "ok")
    return see_other(url_for("accounts.show_recovery_codes", tiep=form.tiep.data or None))


@bp.get("/tai-khoan/xac-thuc/ma-du-phong")
@requires(Permission.PORTAL_USE)
def show_recovery_codes() -> Response:
    """The new recovery codes, this once."""
    onwards = local_path(request.args.get("tiep"), url_for("accounts.show_second_factor"))
    return page("accounts/recovery_codes.html", codes=take_once(CODES), onwards=onwards)


@bp.post("/tai-khoan/xac-thuc/ma-du-phong")
@requires(Permission.PORTAL_USE)
def renew_recovery_codes() -> Response:
    """New recovery codes in place of the old; the password is asked first."""
    refusal = _password_refusal(PasswordAgainForm())
    if refusal is not None:
        return refusal
    codes = services.renew_recovery_codes(work(), runtime().keyring)
    after_commit(lambda: keep_once(CODES, codes))
    return see_other(url_for("accounts.show_recovery_codes"))


@bp.post("/tai-khoan/xac-thuc/tat")
@requires(Permission.PORTAL_USE)
def switch_second_factor_off() -> Response:
    """Do without the second factor, where no role asks for it; the password is asked first."""
    refusal = _password_refusal(PasswordAgainForm())
    if refusal is not None:
        return refusal
    services.switch_factor_off(work(), runtime().settings.second_factor_for_all)
    flash("Đã tắt xác thực hai bước.", "ok")
    return see_other(url_for("accounts.show_second_factor"))


def _password_refusal(again: PasswordAgainForm) -> Response | None:
    if not again.validate():
        return _factor_page(FirstCodeForm(), again, 422)
    check = check_own_password(again.current.data or "")
    if not check.fault:
        return None
    again.current.errors = [check.fault]
    return check.mark(_factor_page(FirstCodeForm(), again, check.status))


def _factor_page(first: FirstCodeForm, again: PasswordAgainForm, status: int = 200) -> Response:
    secret = pending.secret()
    facts = queries.factor_facts(work().session, actor().user_id)
    required = services.factor_required(actor(), runtime().settings.second_factor_for_all)
    return page(
        "accounts/show_second_factor.html",
        form=first,
        again=again,
        secret=" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)) if secret else None,
        facts=facts,
        state=factor_state(facts.confirmed_at is not None, required),
        forced=person().needs_second_factor,
        required=required,
        status=status,
    )
