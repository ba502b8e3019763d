"""/danh-sach/<list>/cot: which columns of a list a person looks at, and in which order."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, flash, request

from portal.blueprints.lists import bp
from portal.blueprints.lists._back import back_query, list_url
from portal.core.errors import InvalidInput
from portal.domain.access.enums import Permission
from portal.domain.lists import services
from portal.domain.lists.queries import kept_of
from portal.web.access import requires
from portal.web.context import work
from portal.web.htmx import page, see_other
from portal.web.lists import ListSpec, open_to
from portal.web.lists.view import Choice, choices_of, columns_of, offered

SHOW, UP, DOWN, RESET = "cot", "len", "xuong", "mac-dinh"


@bp.get("/<string:list_name>/cot")
@requires(Permission.PORTAL_USE)
def choose_columns(list_name: str) -> Response:
    """Every column of the list, those that are shown first."""
    return _page(open_to(work(), list_name))


@bp.post("/<string:list_name>/cot")
@requires(Permission.PORTAL_USE)
def save_columns(list_name: str) -> Response:
    """Keep the columns as they were ticked, in the order in which they were sent."""
    current = work()
    spec = open_to(current, list_name)
    if RESET in request.form:
        services.choose_columns(current, spec.name, ())
        flash("Các cột trở lại như ban đầu.", "ok")
        return see_other(list_url(spec))
    known = {column.key for column in spec.columns}
    keys = _moved([key for key in dict.fromkeys(request.form.getlist(SHOW)) if key in known])
    missing = [c.label for c in spec.columns if c.required and c.key not in keys]
    if missing:
        raise InvalidInput({"cot": [f"Cột {', '.join(missing)} luôn hiện. Xin chọn lại."]})
    services.choose_columns(current, spec.name, keys)
    if UP in request.form or DOWN in request.form:
        return see_other(f"{request.path}?{request.query_string.decode()}".rstrip("?"))
    flash("Đã lưu các cột hiển thị.", "ok")
    return see_other(list_url(spec))


def _moved(keys: list[str]) -> list[str]:
    """The keys, one of them moved by one place."""
    for name, step in ((UP, -1), (DOWN, 1)):
        key = request.form.get(name, "")
        if key in keys:
            place = keys.index(key)
            keys.insert(min(max(place + step, 0), len(keys) - 1), keys.pop(place))
    return keys


def _page(spec: ListSpec) -> Response:
    current = work()
    listing = spec.listing(current, back_query())
    shown = columns_of(spec, listing, kept_of(current.session, current.actor, spec.name))
    choices: Sequence[Choice] = choices_of(shown, offered(spec, listing))
    return page("lists/choose_columns.html", spec=spec, choices=choices, list_url=list_url(spec))
