"""/danh-sach/<list>/bo-loc: filters under a name, for oneself or shared with one's unit; they come back as tabs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, request, url_for

from portal.blueprints.lists import bp
from portal.blueprints.lists._back import back_query, list_url
from portal.blueprints.lists._forms import FilterForm
from portal.core.errors import InvalidInput, NotAllowed, NotFound, VersionConflict
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.lists import policies, queries, services
from portal.domain.lists.models import SavedFilter
from portal.domain.units.queries import short_names
from portal.web.access import requires
from portal.web.context import work
from portal.web.fields import put_errors
from portal.web.htmx import page, see_other
from portal.web.lists import ListSpec, open_to
from portal.web.lists.view import BACK, query_text, saved_url

HERE = "/<string:list_name>/bo-loc"


@dataclass(frozen=True, slots=True)
class FilterRow:
    """A saved filter as the page of filters shows it."""

    id: int
    name: str
    says: str
    seen_by: str
    maker: str
    opens: bool
    url: str
    edit_url: str
    version: int


@bp.get(HERE)
@requires(Permission.PORTAL_USE)
def list_filters(list_name: str) -> Response:
    """The filters of a list that one sees, and which of them it opens with."""
    current = work()
    spec = open_to(current, list_name)
    kept = queries.kept_of(current.session, current.actor, spec.name)
    found = current.session.execute(queries.filters_of(current.actor, spec.name)).all()
    units = _unit_names(current, {row.SavedFilter.unit_id for row in found})
    rows = [_row(current, spec, row.SavedFilter, row.full_name, units, kept.filter_id) for row in found]
    return page("lists/list_filters.html", spec=spec, rows=rows, list_url=list_url(spec), back=_carried())


@bp.post(HERE)
@requires(Permission.PORTAL_USE)
def save_filter(list_name: str) -> Response:
    """Keep the list's query, which the address carries, under a name."""
    form = FilterForm()
    valid = form.validate()
    current = work()
    spec = open_to(current, list_name)
    query = query_text(spec.listing(current, back_query()))
    if not valid:
        return _new_page(spec, form, 422)
    try:
        made = services.save_filter(current, spec.name, query, form.to_data(spec.shareable))
    except InvalidInput as error:
        put_errors(form, error)
        return _new_page(spec, form, 422)
    flash(f"Đã lưu bộ lọc “{made.name}”.", "ok")
    return see_other(saved_url(spec, made.id, made.query, {}))


@bp.get(f"{HERE}/<int:filter_id>")
@requires(Permission.PORTAL_USE)
def edit_filter(list_name: str, filter_id: int) -> Response:
    """One's filter in a form; of a shared one, who made it may change it."""
    current = work()
    spec = open_to(current, list_name)
    kept = _changeable(current, spec, filter_id)
    opens = queries.kept_of(current.session, current.actor, spec.name).filter_id == kept.id
    form = FilterForm(
        formdata=None, name=kept.name, unit_id=str(kept.unit_id or ""), opens=opens, version=str(kept.version)
    )
    return _edit_page(spec, kept, form)


@bp.post(f"{HERE}/<int:filter_id>")
@requires(Permission.PORTAL_USE)
def update_filter(list_name: str, filter_id: int) -> Response:
    """Another name, other readers, or what the list opens with."""
    form = FilterForm()
    valid = form.validate()
    current = work()
    spec = open_to(current, list_name)
    kept = _changeable(current, spec, filter_id)
    if not valid:
        return _edit_page(spec, kept, form, 422)
    data = form.to_data(spec.shareable)
    try:
        services.edit_filter(current, spec.name, filter_id, form.given_version(), data)
    except InvalidInput as error:
        put_errors(form, error)
        return _edit_page(spec, kept, form, 422)
    except VersionConflict as conflict:
        form.version.data = str(kept.version)  # the reader has been told; once more is their decision
        return _edit_page(spec, kept, form, 409, conflict.message)
    opens_with = queries.kept_of(current.session, current.actor, spec.name).filter_id
    if data.opens != (opens_with == filter_id):
        services.open_with(current, spec.name, filter_id if data.opens else None)
    flash("Đã lưu bộ lọc.", "ok")
    return see_other(_filters_url(spec))


@bp.post(f"{HERE}/<int:filter_id>/xoa")
@requires(Permission.PORTAL_USE)
def delete_filter(list_name: str, filter_id: int) -> Response:
    """Forget a filter."""
    current = work()
    spec = open_to(current, list_name)
    version = request.form.get("version", "")
    gone = services.delete_filter(
        current, spec.name, filter_id, int(version) if version.isdecimal() and len(version) < 10 else 0
    )
    flash(f"Đã xóa bộ lọc “{gone.name}”.", "ok")
    return see_other(_filters_url(spec))


@bp.post(f"{HERE}/mo-dau")
@requires(Permission.PORTAL_USE)
def open_with_filter(list_name: str) -> Response:
    """Let the list open with one of the filters that one sees, or whole again."""
    current = work()
    spec = open_to(current, list_name)
    given = request.form.get("filter_id", "")
    services.open_with(current, spec.name, int(given) if given.isdecimal() and len(given) < 10 else None)
    flash("Đã đổi cách mở danh sách.", "ok")
    return see_other(_filters_url(spec))


def _changeable(current: Work, spec: ListSpec, filter_id: int) -> SavedFilter:
    kept = current.session.scalars(queries.one_filter(current.actor, spec.name, filter_id)).one_or_none()
    if kept is None:
        raise NotFound
    if not policies.can_change_filter(current, kept):
        raise NotAllowed
    return kept


def _row(
    current: Work, spec: ListSpec, kept: SavedFilter, maker: str, units: dict[int, str], opens_with: int | None
) -> FilterRow:
    mine = kept.owner_id == current.actor.user_id
    may_change = mine or policies.can_change_filter(current, kept)
    edit = url_for("lists.edit_filter", list_name=spec.name, filter_id=kept.id, **_carried()) if may_change else ""
    return FilterRow(
        id=kept.id,
        name=kept.name,
        says=spec.listing(current, queries.values_of(kept.query)).note or "không lọc, chỉ đổi cách xếp",
        seen_by=f"Dùng chung: {units[kept.unit_id]}" if kept.unit_id else "Chỉ mình tôi",
        maker="" if mine else maker,
        opens=kept.id == opens_with,
        url=saved_url(spec, kept.id, kept.query, {}),
        edit_url=edit,
        version=kept.version,
    )


def _unit_names(current: Work, ids: set[int | None]) -> dict[int, str]:
    found = current.session.execute(short_names({key for key in ids if key is not None}))
    return dict(found.all())


def _own_units(current: Work) -> Sequence[tuple[int, str]]:
    """The units that one may share with, by their names."""
    names = _unit_names(current, set(queries.units_of(current.actor)))
    return sorted(names.items(), key=lambda pair: (pair[0] != current.actor.home_unit_id, pair[1]))


def _carried() -> dict[str, Any]:
    """The list's query, carried on to the next page about it."""
    given = request.args.get(BACK, "")
    return {BACK: given} if given else {}


def _filters_url(spec: ListSpec) -> str:
    return url_for("lists.list_filters", list_name=spec.name, **_carried())


def _new_page(spec: ListSpec, form: FilterForm, status: int = 200) -> Response:
    current = work()
    return page(
        "lists/edit_filter.html",
        status=status,
        spec=spec,
        form=form.offer(_own_units(current)),
        says=spec.listing(current, back_query()).note,
        kept=None,
        asks_replace="Đã có bộ lọc tên này" in " ".join(form.name.errors),
        problem="",
        back=_carried(),
        list_url=list_url(spec),
        filters_url=_filters_url(spec),
    )


def _edit_page(spec: ListSpec, kept: SavedFilter, form: FilterForm, status: int = 200, problem: str = "") -> Response:
    current = work()
    return page(
        "lists/edit_filter.html",
        status=status,
        spec=spec,
        form=form.offer(_own_units(current)),
        says=spec.listing(current, queries.values_of(kept.query)).note,
        kept=kept,
        asks_replace=False,
        problem=problem,
        back=_carried(),
        list_url=list_url(spec),
        filters_url=_filters_url(spec),
    )
