"""/quan-tri/don-vi/cap-loai: levels and kinds, which every unit is of."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, request, url_for

from portal.blueprints.units import bp
from portal.blueprints.units.forms import KindForm, LevelForm
from portal.blueprints.units.lists import KINDS
from portal.core.errors import InvalidInput, NotAllowed, NotFound, VersionConflict
from portal.core.pagination import AnySelect
from portal.domain.access.enums import Permission
from portal.domain.units import catalogue, queries
from portal.domain.units.catalogue import KindFacts
from portal.domain.units.models import UnitKind, UnitLevel
from portal.domain.units.policies import can_manage_catalogue
from portal.web.access import requires
from portal.web.conflicts import conflict_of
from portal.web.context import work
from portal.web.drafts import keeps, of_form
from portal.web.fields import put_errors
from portal.web.htmx import page, see_other
from portal.web.last_saved import last_saved
from portal.web.lists import list_page


@bp.get("/quan-tri/don-vi/cap-loai")
@requires(Permission.UNIT_VIEW)
def list_kinds() -> Response:
    """Levels and kinds, from the top down."""
    levels = work().session.scalars(queries.levels()).all()
    return list_page(KINDS, "units/list_kinds.html", levels=levels, may_manage=can_manage_catalogue(work()))


@bp.route("/quan-tri/don-vi/loai/<string:kind_code>/sua", methods=["GET", "POST"])
@requires(Permission.UNIT_MANAGE)
@keeps("units.kind", check=lambda kind_code: _one(queries.one_kind(kind_code)))
def edit_kind(kind_code: str) -> Response:
    """A kind's label and what its units owe."""
    form = KindForm()
    kind = _one(queries.one_kind(kind_code))
    if request.method == "GET":
        return _edit_page(kind, KindForm(obj=kind))
    if not form.validate():
        return _edit_page(kind, form, 422)
    facts = KindFacts(form.label.data or "", form.owes_registration.data, form.head_review.data)
    try:
        catalogue.update_kind(work(), kind_code, facts, form.mark.data or "")
    except InvalidInput as error:
        put_errors(form, error)
        return _edit_page(kind, form, 422)
    except VersionConflict:
        return _edit_page(kind, form, 409)
    return _done(kind.label)


@bp.route("/quan-tri/don-vi/cap/<string:level_code>/sua", methods=["GET", "POST"])
@requires(Permission.UNIT_MANAGE)
@keeps("units.level", check=lambda level_code: _one(queries.one_level(level_code)))
def edit_level(level_code: str) -> Response:
    """A level's label."""
    form = LevelForm()
    level = _one(queries.one_level(level_code))
    if request.method == "GET":
        return _edit_page(level, LevelForm(obj=level))
    if not form.validate():
        return _edit_page(level, form, 422)
    try:
        catalogue.update_level(work(), level_code, form.label.data or "", form.mark.data or "")
    except InvalidInput as error:
        put_errors(form, error)
        return _edit_page(level, form, 422)
    except VersionConflict:
        return _edit_page(level, form, 409)
    return _done(level.label)


def _one(stmt: AnySelect) -> Any:
    row = work().session.scalars(stmt).one_or_none()
    if row is None:
        raise NotFound
    if not can_manage_catalogue(work()):
        raise NotAllowed
    return row


def _edit_page(row: UnitKind | UnitLevel, form: KindForm | LevelForm, status: int = 200) -> Response:
    """The form over the row's present values; after a conflict what was typed stays, beside what is saved."""
    conflict = None
    if status == 409:
        stored = type(form)(formdata=None, obj=row)
        stored.mark.data = catalogue.mark_of(row)
        conflict = conflict_of(form, stored, last_saved(row.__tablename__, row.code))
    elif status != 422:
        form.mark.data = catalogue.mark_of(row)
        form.mark.raw_data = None
    kind = "units.kind" if isinstance(row, UnitKind) else "units.level"
    draft = of_form(kind, row.code, form, conflict=conflict)
    return page("units/edit_kind.html", row=row, form=form, draft=draft, conflict=conflict, status=status)


def _done(label: str) -> Response:
    flash(f"Đã lưu {label}.", "ok")
    return see_other(url_for("units.list_kinds"))
