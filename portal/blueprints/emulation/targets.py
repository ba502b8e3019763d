"""Chỉ tiêu khen thưởng: the plan's numbers of a year, one table that is edited as a whole."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import Response, flash, request, url_for
from werkzeug.datastructures import MultiDict
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from portal.blueprints.emulation import bp
from portal.blueprints.emulation._catalogue import catalogue_tabs, year_args
from portal.blueprints.emulation._catalogue_lists import TARGETS
from portal.blueprints.emulation.catalogue_forms import TargetRow
from portal.core.errors import InvalidInput, VersionConflict
from portal.core.merge import mark, read_marks
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.emulation.catalogue_models import RegistrationTarget
from portal.domain.emulation.queries import catalogue as queries
from portal.domain.emulation.services import targets as services
from portal.domain.emulation.services.targets import TargetChange
from portal.web.access import requires
from portal.web.conflicts import Conflict, conflict_of
from portal.web.context import actor, work
from portal.web.drafts import keeps, of_form
from portal.web.forms import PortalForm
from portal.web.htmx import page, see_other
from portal.web.last_saved import last_saved
from portal.web.lists import list_page
from portal.web.menu import year_in_view
from portal.web.tickets import BASE

P = Permission
NEW = "new"
SENT = re.compile(r"dong-(\d{1,9})-label|new(\d{1,3})-label")


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of the table under edit: `key` is the row's id, or new0, new1 and so on for rows that are to be added."""

    key: str
    form: TargetRow
    number: int
    names: Mapping[str, str]
    remove: bool = False

    @property
    def is_new(self) -> bool:
        return self.key.startswith(NEW)

    @property
    def where(self) -> str:
        """How the row is spoken of."""
        return "dòng mới" if self.is_new else f"dòng {self.number}"

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
    kept = [row for row in table if not row.remove and not (row.is_new and row.form.is_blank)]
    sound = [row.form.validate() for row in kept]
    if not valid or not all(sound):
        return _edit_page(table, status=422)
    changes = {
        int(row.key): TargetChange(row.form.version.data or 0, None if row.remove else row.form.to_data())
        for row in table
        if not row.is_new
    }
    gone = _gone(table)
    try:
        if gone:
            raise VersionConflict
        count = services.update_targets(current, year, changes, [row.form.to_data() for row in kept if row.is_new])
    except InvalidInput as error:
        _place_errors(table, [row for row in kept if row.is_new], error)
        return _edit_page(table, status=422)
    except VersionConflict:
        return _conflict_page(current, table, gone)
    flash(f"Đã lưu {count} dòng thay đổi." if count else "Không có gì thay đổi.", "ok")
    return see_other(url_for("emulation.list_targets", **year_args()))


def _edit_url() -> str:
    return url_for("emulation.edit_targets", **year_args())


def _title_names(current: Work) -> dict[str, str]:
    code = current.session.scalars(queries.regime_of_year(year_in_view())).one()
    return {title.code: title.name for title, _ in current.session.execute(queries.titles(code))}


def _table(current: Work, *, posted: bool) -> list[TableRow]:
    """The rows of the year, as they were sent or as they are stored, then those to be added, the last one blank."""
    names = _title_names(current)
    choices = [SelectChoice(code, name) for code, name in names.items()]
    stored: list[tuple[str, RegistrationTarget | None]] = [
        (str(target.id), target) for target in current.session.scalars(queries.targets(year_in_view()))
    ]
    added = [f"{NEW}{n}" for n in _sent_numbers(2)] if posted else []
    rows = []
    for number, (key, target) in enumerate([*stored, *((key, None) for key in added or [f"{NEW}0"])], start=1):
        prefix = f"{'dong-' if target else ''}{key}-"
        form = TargetRow(prefix=prefix) if posted else TargetRow(formdata=None, obj=target, prefix=prefix)
        form.title_codes.choices = choices
        if not posted and target is not None:
            form.title_codes.data = [code for code in target.title_codes.split("|") if code]
        rows.append(TableRow(key, form, number, names, posted and request.form.get(f"xoa-{key}") == "1"))
    return rows


def _sent_numbers(group: int) -> list[int]:
    """The rows that the form speaks of: 1 those with an id, 2 those to be added."""
    found = (SENT.fullmatch(name) for name in request.form)
    return sorted({int(match[group]) for match in found if match and match[group]})


def _gone(table: list[TableRow]) -> list[str]:
    """Rows that were typed in and have been removed by another meanwhile: their ids."""
    there = {row.key for row in table}
    ids = [str(n) for n in _sent_numbers(1) if str(n) not in there]
    return [key for key in ids if request.form.get(f"xoa-{key}") != "1" and _was_typed_in(f"dong-{key}-")]


def _was_typed_in(prefix: str) -> bool:
    """Whether a row holds something else than when the table was opened."""
    began = read_marks(request.form.get(BASE, ""))
    codes = f"{prefix}title_codes"
    if {f"{codes}:{code}" for code in request.form.getlist(codes)} != {n for n in began if n.startswith(f"{codes}:")}:
        return True
    names = (name for name in request.form if name.startswith(prefix) and name not in (codes, f"{prefix}version"))
    return any(mark(request.form.getlist(name)) != began.get(name, "") for name in names)


def _conflict_page(current: Work, table: list[TableRow], gone: list[str]) -> Response:
    """Both versions row by row; rows that another removed stand at the end, to be added anew."""
    stored = {row.key: row for row in _table(current, posted=False)}
    known = [row for row in table if not row.is_new]
    moved = next((r for r in known if r.form.version.data != stored[r.key].form.version.data), None)
    saved = last_saved(services.TARGET, moved.key if moved else (gone or ["0"])[0])
    pairs = [(row.form, stored[row.key].form, f"Dòng {row.number}") for row in known]
    first = PortalForm(formdata=None)
    conflict = conflict_of(first, first, saved, more=pairs)
    fresh = [row for row in table if row.is_new]
    again = []
    for place, key in enumerate(gone):
        form = TargetRow(prefix=f"{NEW}{len(fresh) + place}-")
        form.title_codes.choices = table[0].form.title_codes.choices if table else []
        form.process(formdata=_renamed(f"dong-{key}-", f"{NEW}{len(fresh) + place}-"))
        again.append(TableRow(f"{NEW}{len(fresh) + place}", form, len(table) + place + 1, _title_names(current)))
    problem = ""
    if gone:
        problem = (
            f"{saved.who} đã xóa {len(gone)} dòng mà ông/bà đang sửa. Nội dung nằm ở cuối bảng; lưu thì được thêm lại."
        )
    return _edit_page([*known, *fresh, *again], conflict=conflict, problem=problem, status=409)


def _renamed(before: str, after: str) -> MultiDict[str, str]:
    """What was sent of one row, under another row's names; without its version."""
    return MultiDict(
        (after + name.removeprefix(before), value)
        for name, value in request.form.items(multi=True)
        if name.startswith(before) and not name.endswith("-version")
    )


def _place_errors(table: list[TableRow], added: list[TableRow], error: InvalidInput) -> None:
    rows = {row.key: row.form for row in table}
    rows.update({f"{NEW}{index}": row.form for index, row in enumerate(added)})
    last = table[-1].form
    for name, texts in error.errors.items():
        key, _, field = name.partition("-")
        form, field = (rows[key], field) if key in rows else (last, "label")
        form[field].errors = [*form[field].errors, *texts]


def _edit_page(
    table: list[TableRow], *, problem: str = "", conflict: Conflict | None = None, status: int = 200
) -> Response:
    faults = [
        (f"#{field.id}", f"Dòng {row.number}, {field.label.text.lower()}: {' '.join(field.errors)}")
        for row in table
        for field in row.form
        if field.errors
    ]
    draft = of_form(
        "emulation.targets", year_in_view(), *(row.form for row in table), back=_edit_url(), conflict=conflict
    )
    if draft.fields:
        table = [replace(row, remove=draft.fields.get(f"xoa-{row.key}") == ["1"]) for row in table]
    return page(
        "emulation/edit_targets.html",
        status=status,
        year=year_in_view(),
        table=table,
        draft=draft,
        faults=faults,
        problem=problem,
        conflict=conflict,
        action=url_for("emulation.update_targets", **year_args()),
        list_url=url_for("emulation.list_targets", **year_args()),
    )
