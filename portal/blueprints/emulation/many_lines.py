"""/dang-ky/<id>/dong/nhieu: another title for many lines of one's own registration, or many lines removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from flask import Response, url_for
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired

from portal.blueprints.emulation import bp
from portal.blueprints.emulation._page import editable, readable
from portal.core.errors import NotFound, RuleBroken, VersionConflict
from portal.core.pagination import AnyRow
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.emulation import queries
from portal.domain.emulation.enums import SubjectKind
from portal.domain.emulation.models import EmulationRegistration, RegistrationLine
from portal.domain.emulation.queries.lines import lines_by_id, lines_of
from portal.domain.emulation.services import lines as services
from portal.domain.emulation.services.line_values import LineData
from portal.domain.emulation.services.lines import LineSnapshot
from portal.domain.emulation.services.shared import period_of
from portal.domain.lists.bulk import MOST_ROWS, BulkRow
from portal.web.access import requires
from portal.web.context import work
from portal.web.forms import PortalForm
from portal.web.lists import Bulk, BulkAction, RowKey
from portal.web.lists import bulk_pages as pages
from portal.web.lists.bulk_pages import Place

P = Permission
HERE = "/dang-ky/<int:registration_id>/dong/nhieu"


class TitleForm(PortalForm):
    """The title that the lines are to have."""

    title = SelectField("Danh hiệu, hình thức mới", [InputRequired("Xin chọn danh hiệu, hình thức.")])


@bp.post(HERE)
@requires(P.REGISTRATION_EDIT)
def confirm_many_lines(registration_id: int) -> Response:
    """Ask before many lines are changed."""
    current = work()
    return pages.confirm(current, place_of(current, editable(current, registration_id)))


@bp.post(f"{HERE}/thuc-hien")
@requires(P.REGISTRATION_EDIT)
def change_many_lines(registration_id: int) -> Response:
    """Change them one by one; what cannot be changed is told with its reason."""
    current = work()
    return pages.do(current, place_of(current, editable(current, registration_id)))


@bp.get(f"{HERE}/<int:run_id>")
@requires(P.REGISTRATION_EDIT)
def show_many_lines(registration_id: int, run_id: int) -> Response:
    """What became of the lines."""
    current = work()
    return pages.show(current, place_of(current, readable(current, registration_id)), run_id)


@bp.post(f"{HERE}/<int:run_id>/hoan-tac")
@requires(P.REGISTRATION_EDIT)
def undo_many_lines(registration_id: int, run_id: int) -> Response:
    """Bring the lines back as they were."""
    current = work()
    return pages.undo(current, place_of(current, editable(current, registration_id)), run_id)


def place_of(current: Work, found: EmulationRegistration) -> Place:
    """The lines of a registration as rows that many may be chosen of."""
    base = url_for("emulation.confirm_many_lines", registration_id=found.id)
    bulk = _bulk(current, found)

    def everything() -> Sequence[BulkRow]:
        rows = current.session.execute(lines_of(found.id).limit(MOST_ROWS + 1))
        return [BulkRow(line_key(row[0]), _label(row)) for row in rows]

    return Place(
        name=f"ban-dang-ky:{found.id}",
        title="Bản đăng ký",
        url=f"{url_for('emulation.show_registration', registration_id=found.id)}#danh-sach",
        row="dòng",
        bulk=bulk,
        do_url=f"{base}/thuc-hien",
        run_url=lambda run_id: f"{base}/{run_id}",
        undo_url=lambda run_id: f"{base}/{run_id}/hoan-tac",
        everything=everything,
    )


def line_key(line: RegistrationLine) -> str:
    """A line's key: its id and its version."""
    return f"{line.id}-{line.version}"


def _label(row: AnyRow) -> str:
    return f"{row[0].name} – {row[1].name}"


def _bulk(current: Work, found: EmulationRegistration) -> Bulk:
    def labels(_work: Work, ids: Sequence[int]) -> dict[int, str]:
        wanted = set(ids)
        rows = current.session.execute(lines_of(found.id).where(RegistrationLine.id.in_(sorted(wanted))))
        return {row[0].id: _label(row) for row in rows}

    def title_form() -> TitleForm:
        form = TitleForm()
        titles = current.session.scalars(queries.titles_valid(period_of(current, found)))
        choices = [SelectChoice(str(title.id), f"{title.name} ({title.subject.label.lower()})") for title in titles]
        form.title.choices = [SelectChoice("", "Chọn danh hiệu"), *choices]
        return form

    return Bulk(
        key=line_key,
        label=lambda line: line.name,
        labels=labels,
        actions=(
            BulkAction(
                name="doi-danh-hieu",
                label="Đổi danh hiệu",
                icon="award",
                permission=P.REGISTRATION_EDIT,
                title="Đổi danh hiệu của {n} dòng",
                text="Các dòng này nhận danh hiệu, hình thức chọn dưới đây; tên, chức vụ và ghi chú giữ nguyên.",
                done="Đã đổi danh hiệu của {n} dòng.",
                act=lambda work, key, form: _retitle(work, found, key, int(form.title.data)),
                form=title_form,
                undo=lambda work, kept: _retitle(work, found, (kept["line"], kept["version"]), kept["title"]),
            ),
            BulkAction(
                name="xoa",
                label="Xóa dòng",
                icon="trash",
                permission=P.REGISTRATION_EDIT,
                title="Xóa {n} dòng",
                text="Các dòng bị bỏ khỏi bản đăng ký; sau khi xóa có thể hoàn tác.",
                done="Đã xóa {n} dòng.",
                act=lambda work, key, _form: _remove(work, found, key),
                undo=lambda work, kept: _restore(work, found, kept),
                danger=True,
            ),
        ),
    )


def _retitle(work: Work, found: EmulationRegistration, key: RowKey, title_id: int) -> dict[str, int]:
    """Give a line another title; returns what brings the one before back."""
    line_id, version = _two(key)
    line: RegistrationLine | None = work.session.scalars(lines_by_id(found.id, [line_id])).one_or_none()
    if line is None:
        raise NotFound
    before = line.title_id
    if line.version != version:
        raise VersionConflict
    if before == title_id:
        raise RuleBroken("Dòng đã có danh hiệu này.")
    data = LineData(
        subject=line.subject,
        name=line.name,
        title_id=title_id,
        post=line.post,
        division=line.division,
        birth_year=line.birth_year,
        gender=line.gender,
        note=line.note,
    )
    changed = services.update_line(work, found, line_id, version, data)
    work.session.flush()
    return {"line": line_id, "version": changed.version, "title": before}


def _remove(work: Work, found: EmulationRegistration, key: RowKey) -> dict[str, Any]:
    line_id, version = _two(key)
    return asdict(services.remove_line(work, found, line_id, version))


def _restore(work: Work, found: EmulationRegistration, kept: dict[str, Any]) -> None:
    services.restore_line(work, found, LineSnapshot(**{**kept, "subject": SubjectKind(kept["subject"])}))


def _two(key: RowKey) -> tuple[int, int]:
    if len(key) != 2:
        raise NotFound
    return key[0], key[1]
