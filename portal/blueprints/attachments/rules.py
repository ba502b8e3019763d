"""/quan-tri/tep-dinh-kem: limits of each kind of files, how much there is, whether the scanner answers."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, flash, request, url_for
from wtforms import HiddenField, IntegerField
from wtforms.validators import InputRequired

from portal.blueprints.attachments import bp
from portal.core.errors import InvalidInput, NotFound, VersionConflict
from portal.core.manifest import Shown
from portal.core.text import whole_number
from portal.domain.access.enums import Permission
from portal.domain.attachments import services
from portal.domain.attachments.enums import FileType
from portal.domain.attachments.models import FileRule
from portal.domain.attachments.owners import FileKind, kinds
from portal.domain.attachments.queries import rules, totals_by_kind
from portal.domain.attachments.services import Limits
from portal.jobs.attachments import scanner_of
from portal.web.access import requires
from portal.web.conflicts import conflict_of
from portal.web.context import runtime, work
from portal.web.drafts import keeps, of_form
from portal.web.fields import put_errors
from portal.web.formats import file_size, number
from portal.web.forms import PortalForm
from portal.web.htmx import page, see_other
from portal.web.last_saved import last_saved

PING_SECONDS = 1.0


class RuleForm(PortalForm):
    """The limits of a kind."""

    max_megabytes = IntegerField(
        "Dung lượng lớn nhất của một tệp (MB)", [InputRequired("Xin nhập số.")], description="Từ 1 đến 200."
    )
    max_count = IntegerField(
        "Số tệp nhiều nhất của một hồ sơ", [InputRequired("Xin nhập số.")], description="Từ 1 đến 200."
    )
    keep_days = IntegerField(
        "Số ngày giữ tệp đã gỡ",
        [InputRequired("Xin nhập số.")],
        description="Trong thời gian này tệp khôi phục được; quá hạn thì xóa hẳn. Từ 1 đến 3650.",
    )
    version = HiddenField()


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A kind of files as the page lists it."""

    label: str
    types: str
    limits: FileKind
    files: str
    size: str
    url: str


@bp.get("/quan-tri/tep-dinh-kem")
@requires(Permission.FILE_RULE_MANAGE)
def list_rules() -> Response:
    """Every kind of files with its limits and how much there is of it."""
    w = work()
    set_by_office = {rule.kind: rule for rule in w.session.scalars(rules())}
    totals = {kind: (count, size) for kind, count, size in w.session.execute(totals_by_kind())}
    rows = []
    for code, (_, kind) in sorted(kinds().items(), key=lambda item: item[1][1].label):
        rule, (count, size) = set_by_office.get(code), totals.get(code, (0, 0))
        rows.append(
            RuleRow(
                label=kind.label,
                types=", ".join(t.label for t in FileType if t in kind.types),
                limits=services.with_rule(kind, rule) if rule else kind,
                files=number(count),
                size=file_size(size),
                url=url_for("attachments.edit_rule", code=code),
            )
        )
    settings = runtime().settings
    return page(
        "attachments/list_rules.html",
        rows=rows,
        scanner=_scanner_state(),
        most_megabytes=settings.max_upload_bytes // services.MEGABYTE,
        job_days=settings.job_keep.days,
    )


@bp.route("/quan-tri/tep-dinh-kem/<string:code>", methods=["GET", "POST"])
@requires(Permission.FILE_RULE_MANAGE)
@keeps("attachments.rule", check=lambda code: _kind(code))  # noqa: PLW0108 - stands below
def edit_rule(code: str) -> Response:
    """The limits of one kind; who saves second sees both versions."""
    form, found = RuleForm(), _kind(code)
    if request.method == "GET":
        return _edit_page(found, form)
    if not form.validate():
        return _edit_page(found, form, 422)
    limits = Limits(form.max_megabytes.data or 0, form.max_count.data or 0, form.keep_days.data or 0)
    version = form.version.data or ""
    try:
        services.set_rule(work(), found, whole_number(version) or 0, limits)
    except InvalidInput as error:
        put_errors(form, error)
        return _edit_page(found, form, 422)
    except VersionConflict:
        return _edit_page(found, form, 409)
    flash(f"Đã lưu giới hạn của “{found.label}”.", "ok")
    return see_other(url_for("attachments.list_rules"))


def _kind(code: str) -> FileKind:
    if code not in kinds():
        raise NotFound
    return kinds()[code][1]


def _edit_page(kind: FileKind, form: RuleForm, status: int = 200) -> Response:
    """The form; a newer version stands beside what was typed."""
    rule = work().session.scalars(rules().where(FileRule.kind == kind.code)).one_or_none()
    present = services.with_rule(kind, rule) if rule else kind
    stored = RuleForm(formdata=None, obj=present)
    stored.version.data = str(rule.version if rule else 0)
    if status == 200:
        form = stored
    conflict = conflict_of(form, stored, last_saved(services.RULE, kind.code)) if status == 409 else None
    draft = of_form("attachments.rule", kind.code, form, conflict=conflict)
    return page("attachments/edit_rule.html", kind=kind, form=form, draft=draft, conflict=conflict, status=status)


def _scanner_state() -> Shown:
    scanner = scanner_of(runtime().settings, PING_SECONDS)
    if scanner is None:
        return Shown("chưa cấu hình, tệp ghi “chưa quét”", "idle", "circle-dashed")
    if scanner.ping():
        return Shown("đang trả lời", "ok", "circle-check")
    return Shown("không trả lời", "bad", "alert-octagon")
