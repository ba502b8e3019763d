"""/quan-tri/quy-trinh: the chains of every kind of papers, and the edition that is being written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, flash, request, url_for

from portal.blueprints.approvals import bp
from portal.blueprints.approvals.forms import PublishForm, StepForm, number
from portal.blueprints.approvals.papers import WayStep, way_step
from portal.core.errors import InvalidInput, NotFound, RuleBroken
from portal.domain.access.enums import Permission
from portal.domain.approvals import queries
from portal.domain.approvals.kinds import DocumentKind, kinds
from portal.domain.approvals.models import ChainDefinition, ChainStep
from portal.domain.approvals.rules import chain_faults
from portal.domain.approvals.services import chains as services
from portal.web.access import requires
from portal.web.context import work
from portal.web.fields import put_errors
from portal.web.formats import moment
from portal.web.htmx import page, see_other

P = Permission
DONE = {"len": "Đã chuyển bước lên.", "xuong": "Đã chuyển bước xuống.", "bo": "Đã bỏ bước."}


@bp.get("/quan-tri/quy-trinh")
@requires(P.CHAIN_MANAGE)
def list_chains() -> Response:
    """Every kind of papers with its chain in force, and whether a new edition is being written."""
    editions = work().session.execute(queries.chain_overview()).all()
    rows = []
    for kind in sorted(kinds().values(), key=lambda kind: kind.label):
        of = [row for row in editions if row[0].kind_code == kind.code]
        current = next((row for row in of if row[0].published_at is not None), None)
        rows.append(
            {
                "label": kind.label,
                "url": url_for("approvals.show_chain", kind_code=kind.code),
                "current": f"Bản {current[0].edition}, {current.steps} bước" if current else "",
                "since": moment(current[0].published_at) if current else "",
                "open": next((f"Bản {row[0].edition}" for row in of if row[0].published_at is None), ""),
            }
        )
    return page("approvals/list_chains.html", rows=rows)


@bp.get("/quan-tri/quy-trinh/<string:kind_code>")
@requires(P.CHAIN_MANAGE)
def show_chain(kind_code: str) -> Response:
    """A kind's chain in force, the edition that is being written, the earlier ones."""
    return _page(_kind(kind_code), StepForm(formdata=None))


@bp.post("/quan-tri/quy-trinh/<string:kind_code>/ban-moi")
@requires(P.CHAIN_MANAGE)
def begin_chain(kind_code: str) -> Response:
    """Begin a new edition from the one in force."""
    services.begin_edition(work(), _kind(kind_code).code)
    return _back(kind_code)


@bp.post("/quan-tri/quy-trinh/<string:kind_code>/buoc")
@requires(P.CHAIN_MANAGE)
def add_chain_step(kind_code: str) -> Response:
    """Put a step at the end of the edition that is being written."""
    return _written(kind_code, services.add_step, "Đã thêm bước.")


@bp.get("/quan-tri/quy-trinh/<string:kind_code>/buoc/<int:position>")
@requires(P.CHAIN_MANAGE)
def edit_chain_step(kind_code: str, position: int) -> Response:
    """A step of the edition that is being written, in a form."""
    open_edition = _open(_kind(kind_code))
    step = next((s for s in _steps(open_edition) if s.position == position), None)
    if step is None:
        raise NotFound
    return _step_page(kind_code, position, StepForm(formdata=None, obj=step, version=open_edition.version))


@bp.post("/quan-tri/quy-trinh/<string:kind_code>/buoc/<int:position>")
@requires(P.CHAIN_MANAGE)
def update_chain_step(kind_code: str, position: int) -> Response:
    """Write a step anew, move it up or down, or take it out: the button says which."""
    wanted = request.form.get("viec", "")
    open_edition = _open(_kind(kind_code))
    version = number(request.form.get("version"))
    if wanted not in DONE:
        return _written(kind_code, services.update_step, "Đã lưu bước.", position)
    try:
        if wanted == "bo":
            services.remove_step(work(), open_edition.id, version, position)
        else:
            services.move_step(work(), open_edition.id, version, position, -1 if wanted == "len" else 1)
    except RuleBroken as error:
        return _page(_kind(kind_code), StepForm(formdata=None), 409, error.message)
    flash(DONE[wanted], "ok")
    return _back(kind_code)


@bp.post("/quan-tri/quy-trinh/<string:kind_code>/ban-hanh")
@requires(P.CHAIN_MANAGE)
def publish_chain(kind_code: str) -> Response:
    """Put the edition in force, or throw it away."""
    form = PublishForm()
    valid = form.validate()
    open_edition = _open(_kind(kind_code))
    version = number(form.version.data)
    try:
        if request.form.get("viec") == "bo":
            services.discard(work(), open_edition.id, version)
            flash("Đã bỏ bản đang soạn.", "ok")
        elif valid:
            services.publish(work(), open_edition.id, version, form.note.data or "")
            flash("Đã ban hành. Văn bản trình từ nay theo bản mới; văn bản đang trình giữ bản cũ.", "ok")
        else:
            return _page(_kind(kind_code), StepForm(formdata=None), 422, "Ghi chú dài quá 300 ký tự.")
    except RuleBroken as error:
        return _page(_kind(kind_code), StepForm(formdata=None), 409, error.message)
    return _back(kind_code)


def _kind(code: str) -> DocumentKind:
    found = kinds().get(code)
    if found is None:
        raise NotFound
    return found


def _open(kind: DocumentKind) -> ChainDefinition:
    found = work().session.scalars(queries.open_definition(kind.code)).one_or_none()
    if found is None:
        raise RuleBroken("Chưa có bản đang soạn; xin bấm Lập bản mới.")
    return found


def _steps(definition: ChainDefinition | None) -> list[ChainStep]:
    return [] if definition is None else list(work().session.scalars(queries.steps_of(definition.id)))


def _back(kind_code: str) -> Response:
    return see_other(url_for("approvals.show_chain", kind_code=kind_code))


def _written(kind_code: str, write: Callable[..., Any], done: str, position: int | None = None) -> Response:
    """A step that was written in a form: saved, or shown again with what was typed."""
    form = StepForm()
    valid = form.validate()
    kind = _kind(kind_code)
    open_edition = _open(kind)
    place = () if position is None else (position,)
    problem = ""
    if valid:
        try:
            write(work(), open_edition.id, number(form.version.data), *place, form.to_data())
        except InvalidInput as error:
            put_errors(form, error)
        except RuleBroken as error:
            problem, form.version.data = error.message, str(open_edition.version)
        else:
            flash(done, "ok")
            return _back(kind_code)
    status = 409 if problem else 422
    if position is None:
        return _page(kind, form, status, problem)
    return _step_page(kind_code, position, form, status, problem)


def _step_page(kind_code: str, position: int, form: StepForm, status: int = 200, problem: str = "") -> Response:
    return page(
        "approvals/edit_chain_step.html",
        status=status,
        kind=_kind(kind_code),
        position=position,
        form=form,
        problem=problem,
        back_url=url_for("approvals.show_chain", kind_code=kind_code),
        action_url=url_for("approvals.update_chain_step", kind_code=kind_code, position=position),
    )


def _page(kind: DocumentKind, form: StepForm, status: int = 200, problem: str = "") -> Response:
    session = work().session
    current = session.scalars(queries.current_definition(kind.code)).one_or_none()
    open_edition = session.scalars(queries.open_definition(kind.code)).one_or_none()
    steps = _steps(open_edition)
    if open_edition is not None and not form.version.data:
        form.version.data = str(open_edition.version)
    return page(
        "approvals/show_chain.html",
        status=status,
        kind=kind,
        current=current,
        current_steps=_steps(current),
        open_edition=open_edition,
        open_steps=steps,
        preview=[WayStep("Soạn", "", False, True), *(way_step(step) for step in steps)],
        faults=chain_faults(steps) if open_edition is not None else [],
        editions=session.execute(queries.definitions_of(kind.code)).all(),
        form=form,
        problem=problem,
    )
