"""Access at the door: every view says what it needs, a blueprint has a floor, and what says nothing is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, Flask, Response, current_app, flash, redirect, request, url_for

from portal.core.errors import NotAllowed
from portal.domain.access.enums import Permission
from portal.web.context import come_in_for, viewer
from portal.web.parking import answer_script, way_back

ViewT = TypeVar("ViewT", bound=Callable[..., Any])
NEEDS = "__portal_needs__"
PUBLIC = "public"
QUIET = "__portal_quiet__"
HALFWAY = "__portal_halfway__"


def requires(permission: Permission) -> Callable[[ViewT], ViewT]:
    """The view needs this permission over some unit; which objects it covers is the policy's word."""

    def mark(view: ViewT) -> ViewT:
        setattr(view, NEEDS, permission)
        return view

    return mark


def public(view: ViewT) -> ViewT:
    """Anyone on the network may call this view."""
    setattr(view, NEEDS, PUBLIC)
    return view


def quiet(view: ViewT) -> ViewT:
    """A poll: it does not keep the session alive."""
    setattr(view, QUIET, True)
    return view


def halfway(view: ViewT) -> ViewT:
    """Open to someone who signed in but still owes a new password or the second factor."""
    setattr(view, HALFWAY, True)
    return view


def floor(blueprint: Blueprint, permission: Permission) -> None:
    """Every view of the blueprint needs at least this permission."""
    setattr(blueprint, NEEDS, permission)


def needs_of(app: Flask, endpoint: str) -> Permission | str | None:
    """What an endpoint asks for: a permission, PUBLIC, or None when it says nothing (then it is refused)."""
    if endpoint == "static":
        return PUBLIC
    return getattr(app.view_functions[endpoint], NEEDS, None)


def floor_of(app: Flask, endpoint: str) -> Permission | None:
    """The floor of the endpoint's blueprint."""
    blueprint = app.blueprints.get(endpoint.rpartition(".")[0])
    return getattr(blueprint, NEEDS, None)


def check_access() -> Response | None:
    """Before each request: send strangers to sign-in, refuse what is not granted. Default deny."""
    if request.endpoint is None:
        return None  # no such address: 404 follows
    needed = needs_of(current_app, request.endpoint)
    if needed == PUBLIC:
        return None
    person = viewer()
    if person is None:
        return answer_script() or to_sign_in()
    view = current_app.view_functions[request.endpoint]
    if not getattr(view, HALFWAY, False):
        detour = _owed_step(person.must_change_password, person.needs_second_factor, person.has_second_factor)
        if detour is not None:
            return detour
    if not isinstance(needed, Permission):
        raise NotAllowed
    least = floor_of(current_app, request.endpoint)
    if not person.actor.can(needed) or (least is not None and not person.actor.can(least)):
        raise NotAllowed
    come_in_for(person.actor.giver_behind(needed))
    return None


def to_sign_in(back: str | None = None) -> Response:
    """Ask for a sign-in and remember where the person was going, or the page that shows the parked form."""
    return go_to(url_for("accounts.sign_in", tiep=back or _way_back()))


def _way_back() -> str | None:
    """Where the person was going, when it can be gone to again; a form that was sent is parked and shown there."""
    if request.method == "POST":
        return way_back()
    if request.method not in ("GET", "HEAD") or request.endpoint == "home.show_home":
        return None
    return request.full_path.rstrip("?")


def go_to(address: str) -> Response:
    """A redirect that htmx follows as a whole page."""
    if request.headers.get("HX-Request") == "true":
        response = current_app.make_response(("", 200))
        response.headers["HX-Redirect"] = address
        return response
    return current_app.make_response(redirect(address, code=303))


def _owed_step(must_change_password: bool, needs_second_factor: bool, has_second_factor: bool) -> Response | None:
    if needs_second_factor and has_second_factor:
        return go_to(url_for("accounts.second_factor", tiep=_way_back()))
    if must_change_password:
        flash("Ông/bà cần đổi mật khẩu trước khi dùng cổng.", "warn")
        return go_to(url_for("accounts.change_password", tiep=_way_back()))
    if needs_second_factor:
        flash("Tài khoản của ông/bà cần xác thực hai bước. Xin thiết lập trước khi dùng cổng.", "warn")
        return go_to(url_for("accounts.show_second_factor", tiep=_way_back()))
    return None
