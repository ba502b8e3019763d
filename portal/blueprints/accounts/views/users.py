"""/quan-tri/nguoi-dung: people found, shown, made and edited."""

from __future__ import annotations

from flask import Response, flash, request, url_for

from portal.blueprints.accounts import bp
from portal.blueprints.accounts.admin_forms import EditUserForm, NewUserForm, PersonForm
from portal.blueprints.accounts.lists import USERS
from portal.blueprints.accounts.views.common import hasher, unit_of, user_of
from portal.core.errors import InvalidInput, VersionConflict
from portal.domain.access.enums import Permission
from portal.domain.accounts import queries, services
from portal.domain.accounts.models import UserAccount
from portal.domain.accounts.services import UserData
from portal.web.access import requires
from portal.web.conflicts import conflict_of
from portal.web.context import actor, today, work
from portal.web.drafts import NEW, keeps, of_form
from portal.web.fields import put_errors
from portal.web.htmx import page, see_other
from portal.web.last_saved import last_saved
from portal.web.lists import list_page
from portal.web.once import keep_once, take_one
from portal.web.transaction import after_commit


@bp.get("/quan-tri/nguoi-dung")
@requires(Permission.USER_VIEW)
def list_users() -> Response:
    """People in reach: found by name, unit and state."""
    return list_page(USERS, "accounts/list_users.html", may_create=actor().can(Permission.USER_MANAGE))


@bp.get("/quan-tri/nguoi-dung/moi")
@requires(Permission.USER_MANAGE)
def new_user() -> Response:
    """An empty form."""
    return _new_page(NewUserForm(unit=request.args.get("don_vi")))


@bp.post("/quan-tri/nguoi-dung")
@requires(Permission.USER_MANAGE)
@keeps("accounts.new_user", check=lambda: None)
def create_user() -> Response:
    """Make the account; its first password is shown once."""
    form = NewUserForm()
    if not form.validate():
        return _new_page(form, 422)
    first = services.first_password()
    hashed = hasher().hash(first)
    try:
        unit = unit_of(form.unit.data or "", Permission.USER_MANAGE)
        user = services.add_user(work(), _data(form, form.username.data or "", unit.id), hashed)
    except InvalidInput as error:
        put_errors(form, error)
        return _new_page(form, 422)
    show_password_once(user.id, first)
    flash(f"Đã tạo tài khoản {user.username}.", "ok")
    return see_other(url_for("accounts.show_first_password", user_id=user.id))


@bp.get("/quan-tri/nguoi-dung/<int:user_id>/mat-khau-lan-dau")
@requires(Permission.USER_MANAGE)
def show_first_password(user_id: int) -> Response:
    """The first password, this once, to be handed over."""
    user = user_of(user_id)
    return page("accounts/first_password.html", user=user, password=take_one(_key(user_id)))


@bp.route("/quan-tri/nguoi-dung/<int:user_id>/sua", methods=["GET", "POST"])
@requires(Permission.USER_MANAGE)
@keeps("accounts.user", check=user_of)
def edit_user(user_id: int) -> Response:
    """A person's data corrected; who saves second sees both versions."""
    user = user_of(user_id)
    if request.method == "GET":
        return _edit_page(user, _filled(user))
    form = EditUserForm()
    if not form.validate():
        return _edit_page(user, form, 422)
    try:
        unit = unit_of(form.unit.data or "", Permission.USER_MANAGE)
        services.edit_user(work(), user.id, _data(form, user.username, unit.id), form.version.data or 0)
    except InvalidInput as error:
        put_errors(form, error)
        return _edit_page(user, form, 422)
    except VersionConflict:
        return _conflict_page(user, form)
    flash("Đã lưu.", "ok")
    return see_other(url_for("accounts.show_user", user_id=user.id))


@bp.get("/quan-tri/nguoi-dung/goi-y-don-vi")
@requires(Permission.USER_MANAGE)
def suggest_units() -> Response:
    """Units whose name or code holds what was typed, as options of a list."""
    found = work().session.execute(queries.unit_suggestions(actor(), request.args.get("unit", ""), today()))
    return page("accounts/unit_options.html", units=found)


def show_password_once(user_id: int, password: str) -> None:
    """Keep a first password for the page after this request, once it is committed."""
    after_commit(lambda: keep_once(_key(user_id), [password]))


def _key(user_id: int) -> str:
    return f"mat-khau-{user_id}"


def _data(form: PersonForm, username: str, unit_id: int) -> UserData:
    return UserData(username, form.full_name.data or "", unit_id, form.post.data or "", form.email.data or "")


def _filled(user: UserAccount) -> EditUserForm:
    unit = work().session.execute(queries.unit_label(user.home_unit_id)).scalar_one()
    return EditUserForm(
        formdata=None, full_name=user.full_name, post=user.post, unit=unit, email=user.email, version=user.version
    )


def _new_page(form: NewUserForm, status: int = 200) -> Response:
    draft = of_form("accounts.new_user", NEW, form, back=url_for("accounts.new_user"))
    return page("accounts/new_user.html", form=form, draft=draft, status=status)


def _edit_page(user: UserAccount, form: EditUserForm, status: int = 200) -> Response:
    draft = of_form("accounts.user", user.id, form)
    return page("accounts/edit_user.html", user=user, form=form, draft=draft, status=status)


def _conflict_page(user: UserAccount, mine: EditUserForm) -> Response:
    """Both versions beside each other, and the choice."""
    conflict = conflict_of(mine, _filled(user), last_saved("user_account", user.id, "account.edited"))
    draft = of_form("accounts.user", user.id, mine, conflict=conflict)
    return page("accounts/edit_user.html", user=user, form=mine, draft=draft, conflict=conflict, status=409)
