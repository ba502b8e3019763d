"""GET and POST /nhap-tep/<batch>/cot: which column is which field; POST …/trang-tinh: another sheet or heading row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from flask import Response, flash, request, url_for

from portal.blueprints.imports import bp
from portal.blueprints.imports.forms import StepForm
from portal.core.errors import InvalidInput
from portal.core.text import clean
from portal.domain.access.enums import Permission
from portal.domain.staging import services
from portal.domain.staging.enums import OPEN, ImportState
from portal.domain.staging.models import ImportBatch
from portal.imports import engine
from portal.imports.kinds import ImportKind, Place
from portal.imports.mapping import ColumnView, Layout, Why, faults_of
from portal.imports.spec import MARK, Field, Fields
from portal.web.access import requires
from portal.web.context import runtime, work
from portal.web.htmx import page, see_other
from portal.web.imports import read_and_check, settle, source_for, url_of
from portal.web.transaction import own_reading

P = Permission
TEMPLATE = "imports/choose_columns.html"
FIXED_LENGTH = 200
MOST_ROW = 1_000
COLUMN, FIXED, GROUPS = "cot-{}", "chung-{}", "nhom"


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A column of the file as the page asks about it."""

    name: str
    letters: str
    heading: str
    samples: Sequence[str]
    choice: str
    why: str
    unsure: bool
    errors: Sequence[str]


@dataclass(frozen=True, slots=True)
class FixedValue:
    """A field for which one value may hold in the whole file."""

    name: str
    label: str
    value: str
    errors: Sequence[str]


@bp.get("/<int:batch_id>/cot")
@requires(P.PORTAL_USE)
def choose_columns(batch_id: int) -> Response:
    """The columns of the file, each with some of its cells and what it is likely to be."""
    current = work()
    kind, batch = engine.load_batch(current, batch_id)
    if batch.state not in OPEN:
        return see_other(url_for("imports.show_import", batch_id=batch_id))
    layout = engine.layout_of(batch)
    if batch.state is ImportState.MAPPING:
        layout = engine.with_memory(current, kind, batch.unit_id, layout)
    return _page(kind, batch, kind.place(current, batch), layout, {})


@bp.post("/<int:batch_id>/cot")
@requires(P.PORTAL_USE)
def map_columns(batch_id: int) -> Response:
    """Keep the choice, read the file by it (the worker does, when it is long), and show what it would do."""
    with own_reading() as reading:
        kind, batch = engine.load_batch(reading, batch_id)
        target = kind.target(reading, batch.subject_id)
        place = kind.place(reading, batch)
    layout = chosen_layout(engine.layout_of(batch), kind.fields)
    errors = faults_of(layout, kind.fields)
    staged = None
    if StepForm().validate_on_submit() and not errors and layout.size <= kind.direct_rows:
        try:
            staged = read_and_check(kind, target, source_for(batch.sha256, batch.file_format), layout)
        except InvalidInput as error:
            errors = {"tep": [text for texts in error.errors.values() for text in texts]}
    if errors:
        return _page(kind, batch, place, layout, errors, 422)
    _, batch = engine.load_batch(work(), batch_id, lock=True)
    settle(kind, batch, layout, staged)
    return see_other(url_for("imports.show_import", batch_id=batch_id))


@bp.post("/<int:batch_id>/trang-tinh")
@requires(P.PORTAL_USE)
def choose_sheet(batch_id: int) -> Response:
    """Turn to another sheet, or say in which row the headings begin (counted from 1; empty: found anew)."""
    with own_reading() as reading:
        kind, batch = engine.load_batch(reading, batch_id)
        target = kind.target(reading, batch.subject_id)
    before = engine.layout_of(batch)
    sheet, given = request.form.get("trang_tinh", before.sheet), request.form.get("dong", "").strip()
    row = int(given) - 1 if given.isdecimal() and len(given) < 5 and 0 < int(given) <= MOST_ROW else -1
    if sheet != before.sheet and row == before.first:
        row = -1  # the number that the page had filled in was that of the other sheet
    layout = engine.turn_to(source_for(batch.sha256, batch.file_format), kind, target, sheet, row)
    current = work()
    _, batch = engine.load_batch(current, batch_id, lock=True)
    services.choose_layout(current, batch, layout.as_json())
    flash(f"Đã chuyển sang trang tính “{layout.sheet}”, tiêu đề ở dòng {layout.first + 1}.", "ok")
    return see_other(url_for("imports.choose_columns", batch_id=batch_id))


def chosen_layout(layout: Layout, fields: Fields) -> Layout:
    """The layout with the choices of the form; what is no choice counts as not read."""
    known = {"", *(f.key for f in fields.all), *(MARK + f.key for f in fields.all if f.by_mark)}
    columns = []
    for column in layout.columns:
        given = request.form.get(COLUMN.format(column.at), column.choice)
        choice = given if given in known else ""
        columns.append(replace(column, choice=choice, why=Why.KEPT))
    fixed = {f.key: clean(request.form.get(FIXED.format(f.key)))[:FIXED_LENGTH] for f in fields.all if f.fixable}
    return replace(
        layout,
        columns=tuple(columns),
        use_groups=bool(layout.groups) and GROUPS in request.form,
        fixed={key: value for key, value in fixed.items() if value},
    )


def _page(
    kind: ImportKind, batch: ImportBatch, place: Place, layout: Layout, errors: dict[str, list[str]], status: int = 200
) -> Response:
    crumbs = [(c.label, url_of(c)) for c in place.crumbs]
    columns = [_choice(column, errors) for column in layout.columns]
    return page(
        TEMPLATE,
        status=status,
        batch=batch,
        kind=kind,
        place=place,
        crumbs=[("Trang chủ", url_for("home.show_home")), *crumbs, (place.upload.label, url_of(place.upload))],
        layout=layout,
        columns=columns,
        options=list(_options(kind.fields, layout)),
        fixed=[_fixed(f, layout, errors) for f in kind.fields.all if f.fixable],
        group_fields=", ".join(f.label for f in kind.fields.all if f.by_group),
        errors=[(f"#{_place_of(name)}", text) for name, texts in errors.items() for text in texts],
        unsure=sum(column.unsure for column in columns),
        action=url_for("imports.map_columns", batch_id=batch.id),
        sheet_action=url_for("imports.choose_sheet", batch_id=batch.id),
        cancel_url=url_for("imports.cancel_import", batch_id=batch.id),
        large=layout.size > kind.direct_rows,
        limit=runtime().settings.import_rows,
    )


def _place_of(name: str) -> str:
    """Where a fault is shown: at its column; what is missing, at the table of columns."""
    return name if name.startswith("cot-") else "cac-cot"


def _choice(column: ColumnView, errors: dict[str, list[str]]) -> ColumnChoice:
    name = COLUMN.format(column.at)
    return ColumnChoice(
        name=name,
        letters=column.letters,
        heading=column.heading or "(không có tiêu đề)",
        samples=column.samples,
        choice=column.choice,
        why=column.why.label,
        unsure=column.why in (Why.NEAR, Why.CONTENT, Why.NONE),
        errors=errors.get(name, ()),
    )


def _fixed(spec: Field, layout: Layout, errors: dict[str, list[str]]) -> FixedValue:
    return FixedValue(
        FIXED.format(spec.key), spec.label, layout.fixed.get(spec.key, ""), errors.get(f"truong-{spec.key}", ())
    )


def _options(fields: Fields, layout: Layout) -> Iterator[tuple[str, str]]:
    """What a column may be: the fields, crosses, the portal's own columns where the file has them."""
    chosen = {column.choice for column in layout.columns}
    yield "", "Không đọc"
    for spec in fields.all:
        if not spec.hidden or spec.key in chosen:
            yield spec.key, spec.label
        if spec.by_mark:
            yield MARK + spec.key, f"{spec.label}: đánh dấu x, tên ở tiêu đề cột"
