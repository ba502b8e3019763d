"""Movements: listed, added, corrected, closed, removed. Titles: who decides them, their conditions, other writings."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, flash, request, url_for

from portal.blueprints.emulation import bp
from portal.blueprints.emulation._catalogue import catalogue_tabs, one, small_number, year_args
from portal.blueprints.emulation._catalogue_lists import MOVEMENTS, TITLES
from portal.blueprints.emulation.catalogue_forms import AuthorityRow, MovementForm, TitleForm
from portal.core.errors import InvalidInput, RuleBroken, VersionConflict
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.emulation.catalogue_models import (
    EmulationMovement,
    EmulationRule,
    EmulationTitle,
    LegalRegime,
    TitleAuthority,
)
from portal.domain.emulation.queries import catalogue as queries
from portal.domain.emulation.services import catalogue as services
from portal.web.access import requires
from portal.web.conflicts import Conflict, conflict_of
from portal.web.context import actor, today, work
from portal.web.drafts import NEW, keeps, of_form
from portal.web.fields import put_errors
from portal.web.htmx import page, see_other
from portal.web.last_saved import last_saved
from portal.web.lists import list_page
from portal.web.menu import year_in_view

P = Permission
LIST = "emulation.list_movements"
STAGES = {
    "registration": "Kiểm tra khi đăng ký",
    "recognition": "Xét khi công nhận",
    "both": "Nêu khi đăng ký, xét khi công nhận",
}


@dataclass(frozen=True, slots=True)
class RegimeView:
    """A regime as a title's page shows it: who decides, and the conditions."""

    regime: LegalRegime
    authority: TitleAuthority | None
    rules: list[EmulationRule]


@bp.get("/phong-trao")
@requires(P.CATALOGUE_VIEW)
def list_movements() -> Response:
    """Movements and campaigns that reach into a year."""
    manages = actor().can(P.CATALOGUE_MANAGE)
    return list_page(MOVEMENTS, "emulation/list_movements.html", tabs=catalogue_tabs(), manages=manages)


@bp.get("/phong-trao/moi")
@requires(P.CATALOGUE_MANAGE)
def new_movement() -> Response:
    """An empty form for the year in view."""
    year = year_in_view()
    return _movement_page(None, MovementForm(formdata=None, year_from=year, year_to=year))


@bp.post("/phong-trao/moi")
@requires(P.CATALOGUE_MANAGE)
@keeps("emulation.movement", check=lambda: None)
def create_movement() -> Response:
    """Add it."""
    form = MovementForm()
    if not form.validate():
        return _movement_page(None, form, status=422)
    try:
        made = services.create_movement(work(), form.to_data())
    except InvalidInput as error:
        put_errors(form, error)
        return _movement_page(None, form, status=422)
    flash(f"Đã thêm “{made.name}”.", "ok")
    return see_other(_movements_url(made.year_from))


@bp.get("/phong-trao/<int:movement_id>/sua")
@requires(P.CATALOGUE_MANAGE)
def edit_movement(movement_id: int) -> Response:
    """The movement in a form, with what else may be done to it."""
    movement = one(work(), queries.one_movement(movement_id))
    return _movement_page(movement, MovementForm(formdata=None, obj=movement))


@bp.post("/phong-trao/<int:movement_id>/sua")
@requires(P.CATALOGUE_MANAGE)
@keeps("emulation.movement", check=lambda movement_id: one(work(), queries.one_movement(movement_id)))
def update_movement(movement_id: int) -> Response:
    """Save corrections; who saves second sees both versions."""
    form = MovementForm()
    valid = form.validate()
    current = work()
    movement = one(current, queries.one_movement(movement_id))
    if not valid:
        return _movement_page(movement, form, status=422)
    try:
        saved = services.update_movement(current, movement_id, form.given_version, form.to_data())
    except InvalidInput as error:
        put_errors(form, error)
        return _movement_page(movement, form, status=422)
    except VersionConflict:
        return _movement_conflict(movement, form)
    flash("Đã lưu.", "ok")
    return see_other(_movements_url(saved.year_from))


@bp.post("/phong-trao/<int:movement_id>/dong")
@requires(P.CATALOGUE_MANAGE)
def close_movement(movement_id: int) -> Response:
    """Close it to new registrations, or open it again."""
    version, closed = small_number(request.form.get("version")), request.form.get("closed") == "1"
    movement = services.close_movement(work(), movement_id, version, closed=closed)
    flash(f"Đã {'đóng' if closed else 'mở lại'} “{movement.name}”.", "ok")
    return see_other(url_for("emulation.edit_movement", movement_id=movement_id))


@bp.post("/phong-trao/<int:movement_id>/xoa")
@requires(P.CATALOGUE_MANAGE)
def delete_movement(movement_id: int) -> Response:
    """Remove it while nobody has joined it."""
    current = work()
    movement = one(current, queries.one_movement(movement_id))
    name, year = movement.name, movement.year_from
    try:
        services.delete_movement(current, movement_id, small_number(request.form.get("version")))
    except RuleBroken as error:
        return _movement_page(movement, MovementForm(formdata=None, obj=movement), problem=error.message, status=409)
    flash(f"Đã xóa “{name}”.", "ok")
    return see_other(_movements_url(year))


@bp.get("/danh-muc")
@requires(P.CATALOGUE_VIEW)
def list_titles() -> Response:
    """Every title and form, and who decides it under the regime of the year in view."""
    return list_page(TITLES, "emulation/list_titles.html", tabs=catalogue_tabs())


@bp.get("/danh-muc/<int:title_id>")
@requires(P.CATALOGUE_VIEW)
def show_title(title_id: int) -> Response:
    """One title: other writings, who decides it and the conditions, regime by regime, each with its source."""
    current = work()
    title = one(current, queries.one_title(title_id))
    rules = list(current.session.scalars(queries.rules_about(title.code)))
    views = [
        RegimeView(regime, authority, [rule for rule in rules if rule.regime_code == regime.code])
        for regime, authority in current.session.execute(queries.authorities(title_id))
    ]
    return page(
        "emulation/show_title.html",
        title=title,
        writings=services.writings_of(title),
        views=views,
        stages=STAGES,
        manages=actor().can(P.CATALOGUE_MANAGE),
        list_url=url_for("emulation.list_titles", **year_args()),
    )


@bp.get("/danh-muc/<int:title_id>/sua")
@requires(P.CATALOGUE_MANAGE)
def edit_title(title_id: int) -> Response:
    """Other writings, and who decides, in a form."""
    current = work()
    title = one(current, queries.one_title(title_id))
    form = TitleForm(formdata=None)
    form.fill(title)
    return _title_page(title, form, _authority_rows(current, title_id, posted=False))


@bp.post("/danh-muc/<int:title_id>/sua")
@requires(P.CATALOGUE_MANAGE)
@keeps("emulation.title", check=lambda title_id: one(work(), queries.one_title(title_id)))
def update_title(title_id: int) -> Response:
    """Save them."""
    form = TitleForm()
    valid = form.validate()
    current = work()
    title = one(current, queries.one_title(title_id))
    rows = _authority_rows(current, title_id, posted=True)
    if not all([valid, *(row.validate() for _, row in rows)]):
        return _title_page(title, form, rows, status=422)
    authorities = {regime.code: row.to_data() for regime, row in rows}
    try:
        services.update_title(current, title_id, form.given_version, form.to_data(authorities))
    except InvalidInput as error:
        _place_title_errors(form, rows, error)
        return _title_page(title, form, rows, status=422)
    except VersionConflict:
        return _title_page(title, form, rows, conflict=_title_conflict(current, title, form, rows), status=409)
    flash("Đã lưu.", "ok")
    return see_other(url_for("emulation.show_title", title_id=title_id))


def _movement_page(
    movement: EmulationMovement | None,
    form: MovementForm,
    *,
    problem: str = "",
    conflict: Conflict | None = None,
    status: int = 200,
) -> Response:
    own = url_for("emulation.edit_movement", movement_id=movement.id) if movement else url_for("emulation.new_movement")
    return page(
        "emulation/edit_movement.html",
        status=status,
        movement=movement,
        form=form,
        draft=of_form("emulation.movement", movement.id if movement else NEW, form, back=own, conflict=conflict),
        problem=problem,
        conflict=conflict,
        list_url=url_for(LIST, **year_args()),
    )


def _movement_conflict(movement: EmulationMovement, form: MovementForm) -> Response:
    stored = MovementForm(formdata=None, obj=movement)
    conflict = conflict_of(form, stored, last_saved(services.MOVEMENT, movement.id))
    return _movement_page(movement, form, conflict=conflict, status=409)


def _movements_url(year: int) -> str:
    return url_for(LIST, nam=None if year == today().year else year)


def _title_page(
    title: EmulationTitle,
    form: TitleForm,
    rows: list[tuple[LegalRegime, AuthorityRow]],
    *,
    conflict: Conflict | None = None,
    status: int = 200,
) -> Response:
    faults = [
        (f"#{field.id}", f"{regime.name}, {field.label.text.lower()}: {' '.join(field.errors)}")
        for regime, row in rows
        for field in row
        if field.errors
    ]
    faults = [(f"#{form.aliases.id}", f"{form.aliases.label.text}: {e}") for e in form.aliases.errors] + faults
    return page(
        "emulation/edit_title.html",
        status=status,
        title=title,
        form=form,
        draft=of_form("emulation.title", title.id, form, *(row for _, row in rows), conflict=conflict),
        rows=rows,
        faults=faults,
        conflict=conflict,
    )


def _title_conflict(
    current: Work, title: EmulationTitle, form: TitleForm, rows: list[tuple[LegalRegime, AuthorityRow]]
) -> Conflict:
    """Both versions of the title, regime by regime."""
    stored = TitleForm(formdata=None)
    stored.fill(title)
    saved = {regime.code: row for regime, row in _authority_rows(current, title.id, posted=False)}
    more = [(row, saved[regime.code], regime.name) for regime, row in rows]
    return conflict_of(form, stored, last_saved(services.TITLE, title.id), more=more)


def _authority_rows(current: Work, title_id: int, *, posted: bool) -> list[tuple[LegalRegime, AuthorityRow]]:
    found = current.session.execute(queries.authorities(title_id))
    return [(regime, AuthorityRow.of(regime, authority, posted=posted)) for regime, authority in found]


def _place_title_errors(form: TitleForm, rows: list[tuple[LegalRegime, AuthorityRow]], error: InvalidInput) -> None:
    for name, texts in error.errors.items():
        field, _, code = name.partition("-")
        row = next((row for regime, row in rows if regime.code == code), None)
        target = form if row is None else row
        target[field].errors = [*target[field].errors, *texts]
