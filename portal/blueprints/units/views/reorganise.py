"""Reorganisations of a unit by decision: rename, move, dissolve, merge, split."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, flash, request, url_for

from portal.blueprints.units import bp
from portal.blueprints.units.forms import (
    KEEPS,
    MOST_FOUNDED,
    NEW,
    STAYING,
    DecisionForm,
    DissolveForm,
    MergeForm,
    MoveForm,
    RenameForm,
    SplitForm,
)
from portal.blueprints.units.views.common import kind_choices, lookup_text, named_unit, restructured_unit
from portal.core.errors import InvalidInput
from portal.domain.access.enums import Permission
from portal.domain.units import queries, reorganisation
from portal.domain.units.models import Unit
from portal.domain.units.reorganisation import NewUnit
from portal.web.access import requires
from portal.web.context import today, work
from portal.web.drafts import keeps, of_form
from portal.web.fields import put_errors
from portal.web.htmx import page, see_other


@bp.route("/quan-tri/don-vi/<int:unit_id>/doi-ten", methods=["GET", "POST"])
@requires(Permission.UNIT_MANAGE)
@keeps("units.rename_unit", check=restructured_unit)
def rename_unit(unit_id: int) -> Response:
    """A new official name from a day on; earlier papers keep the old one."""
    form = RenameForm()
    unit = restructured_unit(unit_id)
    if request.method == "GET":
        form.name.data, form.short_name.data = unit.name, unit.short_name
        return _page("rename_unit", unit, form)
    if not form.validate():
        return _page("rename_unit", unit, form, 422)
    try:
        reorganisation.rename_unit(work(), unit_id, form.decision(), form.name.data or "", form.short_name.data or "")
    except InvalidInput as error:
        put_errors(form, error)
        return _page("rename_unit", unit, form, 422)
    return _done(unit_id, f"Đã ghi đổi tên {unit.short_name}.")


@bp.route("/quan-tri/don-vi/<int:unit_id>/chuyen", methods=["GET", "POST"])
@requires(Permission.UNIT_MANAGE)
@keeps("units.move_unit", check=restructured_unit)
def move_unit(unit_id: int) -> Response:
    """Another parent from a day on; what stands below comes along."""
    form = MoveForm()
    unit = restructured_unit(unit_id)
    if request.method == "GET" or not form.validate():
        return _page("move_unit", unit, form, 200 if request.method == "GET" else 422)
    try:
        parent = named_unit(form.parent.data or "", "parent")
        reorganisation.move_unit(work(), unit_id, form.decision(), parent.id)
    except InvalidInput as error:
        put_errors(form, error)
        return _page("move_unit", unit, form, 422)
    return _done(unit_id, f"Đã ghi chuyển {unit.short_name} về {parent.short_name}.")


@bp.route("/quan-tri/don-vi/<int:unit_id>/giai-the", methods=["GET", "POST"])
@requires(Permission.UNIT_MANAGE)
@keeps("units.dissolve_unit", check=restructured_unit)
def dissolve_unit(unit_id: int) -> Response:
    """The end of a unit."""
    form = DissolveForm()
    unit = restructured_unit(unit_id)
    if request.method == "GET" or not form.validate():
        return _page("dissolve_unit", unit, form, 200 if request.method == "GET" else 422)
    try:
        reorganisation.dissolve_unit(work(), unit_id, form.decision())
    except InvalidInput as error:
        put_errors(form, error)
        return _page("dissolve_unit", unit, form, 422)
    return _done(unit_id, f"Đã ghi kết thúc hoạt động của {unit.short_name}.")


@bp.route("/quan-tri/don-vi/<int:unit_id>/sap-nhap", methods=["GET", "POST"])
@requires(Permission.UNIT_MANAGE)
@keeps("units.merge_units", check=restructured_unit)
def merge_units(unit_id: int) -> Response:
    """Units end; a new one is founded in their place, or one that stays takes them in."""
    form = MergeForm()
    unit = restructured_unit(unit_id)
    form.kind_code.choices = kind_choices()
    if request.method == "GET":
        form.units[0].data = lookup_text(unit)
        form.kind_code.data = unit.kind_code
        return _page("merge_units", unit, form)
    if not form.validate() or not _founds_something(form):
        return _page("merge_units", unit, form, 422)
    try:
        into = _merge(form)
    except InvalidInput as error:
        _put_merge_errors(form, error)
        return _page("merge_units", unit, form, 422)
    return _done(into, "Đã ghi việc sắp xếp. Các đơn vị cũ kết thúc, đơn vị trực thuộc chuyển về đơn vị này.")


@bp.route("/quan-tri/don-vi/<int:unit_id>/chia-tach", methods=["GET", "POST"])
@requires(Permission.UNIT_MANAGE)
@keeps("units.split_unit", check=restructured_unit)
def split_unit(unit_id: int) -> Response:
    """New units are founded out of one, which ends or stays; each child goes to one of them."""
    form = SplitForm()
    unit = restructured_unit(unit_id)
    for entry in form.founded:
        entry.form.kind_code.choices = kind_choices()
    since = form.effective_on.data or today()
    children = work().session.scalars(queries.children_since(unit_id, since)).all()
    if request.method == "GET":
        for entry in form.founded:
            entry.form.kind_code.data = unit.kind_code
        return _page("split_unit", unit, form, children=children)
    if not form.validate():
        return _page("split_unit", unit, form, 422, children)
    rows = form.rows()
    founded = [
        NewUnit(r.code.data or "", r.name.data or "", r.short_name.data or "", r.kind_code.data or "") for _, r in rows
    ]
    shares = form.shares([child.id for child in children])
    try:
        reorganisation.split_unit(work(), unit_id, form.decision(), founded, shares, form.mode.data == KEEPS)
    except InvalidInput as error:
        _put_split_errors(form, error)
        return _page("split_unit", unit, form, 422, children)
    return _done(unit_id, f"Đã ghi việc chia, tách {unit.short_name}.")


def _page(name: str, unit: Unit, form: DecisionForm, status: int = 200, children: Sequence[Unit] = ()) -> Response:
    targets = [("", "Ở lại đơn vị này"), *((str(n), f"Đơn vị mới {n + 1}") for n in range(MOST_FOUNDED))]
    draft = of_form(f"units.{name}", unit.id, form)
    typed = {key: values[0] for key, values in (draft.fields or request.form.to_dict(flat=False)).items() if values}
    shares = [(child, typed.get(f"ve-{child.id}", "")) for child in children]
    return page(f"units/{name}.html", unit=unit, form=form, draft=draft, shares=shares, targets=targets, status=status)


def _done(unit_id: int, text: str) -> Response:
    flash(text, "ok")
    return see_other(url_for("units.show_unit", unit_id=unit_id))


def _founds_something(form: MergeForm) -> bool:
    """What the choice of a target asks for besides."""
    needed = {STAYING: ["into"], NEW: ["code", "name", "short_name"]}[form.target.data]
    for name in needed:
        if not form[name].data:
            form[name].errors = [*form[name].errors, f"Nhập {form[name].label.text.lower()}."]
    return not any(form[name].errors for name in needed)


def _merge(form: MergeForm) -> int:
    """Record the merger; the id of the unit that is there afterwards."""
    sources = []
    for n, entry in enumerate(form.units):
        if entry.data:
            sources.append(named_unit(entry.data, f"units-{n}").id)
    if form.target.data == STAYING:
        into = named_unit(form.into.data or "", "into").id
        reorganisation.merge_units(work(), sources, form.decision(), into)
        return into
    parent = named_unit(form.parent.data, "parent").id if form.parent.data else None
    return reorganisation.merge_units(work(), sources, form.decision(), form.founded(), parent).id


def _put_merge_errors(form: MergeForm, error: InvalidInput) -> None:
    """Errors of a source go to its own line."""
    rest = dict(error.errors)
    for n, entry in enumerate(form.units):
        entry.errors = [*entry.errors, *rest.pop(f"units-{n}", [])]
    first = form.units[0]
    first.errors = [*first.errors, *rest.pop("units", [])]
    put_errors(form, InvalidInput(rest))


def _put_split_errors(form: SplitForm, error: InvalidInput) -> None:
    """Errors of a new unit ("0.code") go to the row that it was read from."""
    rows, rest = form.rows(), {}
    for name, texts in error.errors.items():
        index, _, field = name.partition(".")
        if field and index.isdigit():
            target = rows[int(index)][1][field]
            target.errors = [*target.errors, *texts]
        else:
            rest[name] = texts
    put_errors(form, InvalidInput(rest))
