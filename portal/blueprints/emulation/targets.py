"""Chỉ tiêu khen thưởng: the plan's numbers of a year, one table that is edited as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import Response, flash, request, url_for
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from portal.blueprints.emulation import bp
from portal.blueprints.emulation._catalogue import catalogue_tabs, year_args
from portal.blueprints.emulation._catalogue_lists import TARGETS
from portal.blueprints.emulation.catalogue_forms import TargetRow
from portal.core.errors import InvalidInput, VersionConflict
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.emulation.catalogue_models import RegistrationTarget
from portal.domain.emulation.queries import catalogue as queries
from portal.domain.emulation.services import targets as services
from portal.domain.emulation.services.targets import TargetChange
from portal.web.access import requires
from portal.web.context import actor, work
from portal.web.drafts import keeps, of_form
from portal.web.forms import PortalForm
from portal.web.htmx import page, see_other
from portal.web.lists import list_page
from portal.web.menu import year_in_view

P = Permission
NEW = "new0"


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of the table under edit: `key` is the row's id, or new0 for the blank row at the end."""

    key: str
    form: TargetRow
    number: int
    names: Mapping[str, str]
    remove: bool = False

    @property
    def basis(self) -> str:
        """What the number is measured by, in words."""
        chosen = [self.names.get(code, code) for code in self.form.title_codes.data or ()]
        return "; ".join(chosen) or "tỷ lệ đơn vị đã gửi đăng ký"


@bp.get("/chi-tieu-khen-thuong")
@requires(P.CATALOGUE_VIEW)
def list_targets() -> Response:
    """The plan's numbers of the year in view."""
    return list_page(
        TARGETS,
        "emulation/list_targets.html",
        tabs=catalogue_tabs(),
        manages=actor().can(P.CATALOGUE_MANAGE),
        edit_url=_edit_url(),
    )


@bp.get("/chi-tieu-khen-thuong/sua")
@requires(P.CATALOGUE_MANAGE)
def edit_targets() -> Response:
    """The whole table in a form, with a blank row at its end."""
    current = work()
    return _edit_page(_table(current, posted=False))


@bp.post("/chi-tieu-khen-thuong/sua")
@requires(P.CATALOGUE_MANAGE)
@keeps("emulation.targets", check=lambda: None, key=lambda: str(year_in_view()))
def update_targets() -> Response:
    """Save the whole table: changed rows, rows that go, the row that was filled in at the end."""
    form = PortalForm()
    valid = form.validate()
    current = work()
    year = year_in_view()
    table = _table(current, posted=True)
    kept = [row for row in table if not row.remove and not (row.key == NEW and row.form.is_blank)]
    sound = [row.form.validate() for row in kept]
    if not valid or not all(sound):
        return _edit_page(table, status=422)
    changes = {
        int(row.key): TargetChange(row.form.version.data or 0, None if row.remove else row.form.to_data())
        for row in table
        if row.key != NEW
    }
    try:
        count = services.update_targets(current, year, changes, [row.form.to_data() for row in kept if row.key == NEW])
    except InvalidInput as error:
        _place_errors(table, error)
        return _edit_page(table, status=422)
    except VersionConflict as conflict:
        return _edit_page(_table(current, posted=False), problem=conflict.message, status=409)
    flash(f"Đã lưu {count} dòng thay đổi." if count else "Không có gì thay đổi.", "ok")
    return see_other(url_for("emulation.list_targets", **year_args()))


def _edit_url() -> str:
    return url_for("emulation.edit_targets", **year_args())


def _title_names(current: Work) -> dict[str, str]:
    code = current.session.scalars(queries.regime_of_year(year_in_view())).one()
    return {title.code: title.name for title, _ in current.session.execute(queries.titles(code))}


def _table(current: Work, *, posted: bool) -> list[TableRow]:
    """The rows of the year, as they were sent or as they are stored, and the blank one."""
    names = _title_names(current)
    choices = [SelectChoice(code, name) for code, name in names.items()]
    stored: list[tuple[str, RegistrationTarget | None]] = [
        (str(target.id), target) for target in current.session.scalars(queries.targets(year_in_view()))
    ]
    rows = []
    for number, (key, target) in enumerate([*stored, (NEW, None)], start=1):
        prefix = f"{'dong-' if target else ''}{key}-"
        form = TargetRow(prefix=prefix) if posted else TargetRow(formdata=None, obj=target, prefix=prefix)
        form.title_codes.choices = choices
        if not posted and target is not None:
            form.title_codes.data = [code for code in target.title_codes.split("|") if code]
        rows.append(TableRow(key, form, number, names, posted and request.form.get(f"xoa-{key}") == "1"))
    return rows


def _place_errors(table: list[TableRow], error: InvalidInput) -> None:
    rows = {row.key: row.form for row in table}
    for name, texts in error.errors.items():
        key, _, field = name.partition("-")
        form, field = (rows[key], field) if key in rows else (rows[NEW], "label")
        form[field].errors = [*form[field].errors, *texts]


def _edit_page(table: list[TableRow], *, problem: str = "", status: int = 200) -> Response:
    faults = [
        (f"#{field.id}", f"Dòng {row.number}, {field.label.text.lower()}: {' '.join(field.errors)}")
        for row in table
        for field in row.form
        if field.errors
    ]
    draft = of_form("emulation.targets", year_in_view(), *(row.form for row in table), back=_edit_url())
    if draft.fields:
        table = [replace(row, remove=draft.fields.get(f"xoa-{row.key}") == ["1"]) for row in table]
    return page(
        "emulation/edit_targets.html",
        status=status,
        year=year_in_view(),
        table=table,
        draft=draft,
        new_key=NEW,
        faults=faults,
        problem=problem,
        action=url_for("emulation.update_targets", **year_args()),
        list_url=url_for("emulation.list_targets", **year_args()),
    )
