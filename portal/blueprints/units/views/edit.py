"""Making a unit, and correcting what was typed of one."""

from __future__ import annotations

from datetime import date

from flask import Response, flash, request, url_for

from portal.blueprints.units import bp
from portal.blueprints.units.forms import FactsForm, NewUnitForm, sector_choices
from portal.blueprints.units.views.common import (
    kind_choices,
    lookup_text,
    managed_unit,
    named_unit,
    unit_of,
)
from portal.core.errors import InvalidInput, VersionConflict
from portal.domain.access.enums import Permission
from portal.domain.units import services
from portal.domain.units.enums import UnitSector
from portal.domain.units.models import Unit
from portal.domain.units.services import UnitData, UnitFacts
from portal.web.access import requires
from portal.web.conflicts import conflict_of
from portal.web.context import today, work
from portal.web.drafts import FormDraft, keeps, of_form
from portal.web.fields import put_errors
from portal.web.htmx import page, see_other
from portal.web.last_saved import last_saved

SECTORS = frozenset(s.value for s in UnitSector)
NEW, FACTS = "units.new", "units.facts"
FIELDS = ("name", "short_name", "symbol", "place", "head_title", "sector", "note")


@bp.get("/quan-tri/don-vi/moi")
@requires(Permission.UNIT_MANAGE)
def new_unit() -> Response:
    """An empty form, under the unit that ?cap_tren= names."""
    form = NewUnitForm(valid_from=today())
    given = request.args.get("cap_tren", "")
    if given.isascii() and given.isdigit() and len(given) < 10:
        form.parent.data = lookup_text(unit_of(int(given)))
    return _new_page(form)


@bp.post("/quan-tri/don-vi")
@requires(Permission.UNIT_MANAGE)
@keeps(NEW, check=lambda: None)
def create_unit() -> Response:
    """Make the unit under its parent."""
    form = NewUnitForm()
    form.kind_code.choices = kind_choices()
    if not form.validate():
        return _new_page(form, 422)
    try:
        parent = named_unit(form.parent.data or "", "parent")
        unit = services.add_unit(work(), _data(form, parent.id))
    except InvalidInput as error:
        put_errors(form, error)
        return _new_page(form, 422)
    flash(f"Đã thêm {unit.short_name}.", "ok")
    return see_other(url_for("units.show_unit", unit_id=unit.id))


@bp.get("/quan-tri/don-vi/<int:unit_id>/sua")
@requires(Permission.UNIT_MANAGE)
def edit_unit(unit_id: int) -> Response:
    """The unit's facts in a form."""
    unit = managed_unit(unit_id)
    return _edit_page(unit, _facts_form(FactsForm(obj=unit), unit))


@bp.post("/quan-tri/don-vi/<int:unit_id>/sua")
@requires(Permission.UNIT_MANAGE)
@keeps(FACTS, check=managed_unit)
def update_unit(unit_id: int) -> Response:
    """Save corrections; who saves second sees both versions and loses nothing."""
    form = FactsForm()
    unit = managed_unit(unit_id)
    if not _facts_form(form, unit).validate():
        return _edit_page(unit, form, 422)
    facts = UnitFacts(**{name: form[name].data or "" for name in FIELDS})
    try:
        services.correct_unit(work(), unit_id, facts, form.version.data or 0)
    except InvalidInput as error:
        put_errors(form, error)
        return _edit_page(unit, form, 422)
    except VersionConflict:
        return _conflict_page(unit, form)
    flash("Đã lưu.", "ok")
    return see_other(url_for("units.show_unit", unit_id=unit_id))


def _new_page(form: NewUnitForm, status: int = 200) -> Response:
    form.kind_code.choices = kind_choices()
    draft = of_form(NEW, "moi", form, back=url_for("units.new_unit"))
    return page("units/new_unit.html", form=form, draft=draft, status=status)


def _edit_page(unit: Unit, form: FactsForm, status: int = 200) -> Response:
    return page("units/edit_unit.html", unit=unit, form=form, draft=_draft(unit, form), conflict=None, status=status)


def _conflict_page(unit: Unit, form: FactsForm) -> Response:
    """What was typed stays in the form, now over the newest version; both versions stand above it."""
    stored = _facts_form(FactsForm(formdata=None, obj=unit), unit)
    conflict = conflict_of(form, stored, last_saved("unit", unit.id))
    draft = of_form(FACTS, unit.id, form, conflict=conflict)
    return page("units/edit_unit.html", unit=unit, form=form, draft=draft, conflict=conflict, status=409)


def _draft(unit: Unit, form: FactsForm) -> FormDraft:
    return of_form(FACTS, unit.id, form)


def _facts_form(form: FactsForm, unit: Unit) -> FactsForm:
    """A sector that the list does not know stays as it is."""
    if unit.sector not in SECTORS:
        form.sector.choices = sector_choices(unit.sector)
    return form


def _data(form: NewUnitForm, parent_id: int) -> UnitData:
    kind_code = form.kind_code.data or ""
    return UnitData(
        code=form.code.data or "",
        name=form.name.data or "",
        short_name=form.short_name.data or "",
        level_code=services.level_of_kind(work(), kind_code),
        kind_code=kind_code,
        valid_from=form.valid_from.data or date.min,
        parent_id=parent_id,
        sector=form.sector.data or "",
        symbol=form.symbol.data or "",
        place=form.place.data or "",
        head_title=form.head_title.data or "",
        note=form.note.data or "",
    )
