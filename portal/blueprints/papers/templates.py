"""/quan-tri/mau-van-ban: each paper's fields, its editions, what holds now; bring one, try it, let it take effect."""

from __future__ import annotations

import io
from dataclasses import dataclass

from flask import Response, flash, request, send_file, url_for

from portal.blueprints.papers import bp
from portal.blueprints.papers._upload import UploadForm, received
from portal.core.errors import InvalidInput, NotFound
from portal.core.manifest import Shown
from portal.domain.access.enums import Permission
from portal.domain.attachments.enums import FileType
from portal.domain.papers import services
from portal.domain.papers.models import PaperTemplate
from portal.domain.papers.queries import current_templates, editions_of, one_edition
from portal.domain.papers.services import BUILT_IN, OBJECT_TYPE
from portal.exports._word_fields import WordPaper, field_lines
from portal.exports._word_syntax import TemplateRefused
from portal.exports.word_papers import word_papers
from portal.exports.word_template import fill_template
from portal.web.access import requires
from portal.web.audit_reads import record_read
from portal.web.context import runtime, work
from portal.web.downloads import FileMissing, send_download
from portal.web.formats import file_size, moment
from portal.web.htmx import page, see_other

P = Permission.PAPER_TEMPLATE_MANAGE
DOCX = FileType.DOCX.content_type
DOWNLOADED = "paper_template.downloaded"
HOLDS = Shown("Đang dùng", "ok", "circle-check")
KEPT = Shown("Chưa dùng", "idle", "clock")
REPLACED = Shown("Đã thay", "idle", "history")


@dataclass(frozen=True, slots=True)
class EditionRow:
    """An edition as the page lists it; its number 0 is the portal's own layout."""

    edition: int
    name: str
    who: str
    at_text: str
    size_text: str
    state: Shown
    holds: bool
    file_url: str
    trial_url: str


@bp.get("")
@requires(P)
def list_templates() -> Response:
    """Every paper whose template may be changed, and which one holds."""
    held = {one.paper: one for one in work().session.scalars(current_templates())}
    rows = [
        (paper, held.get(code), url_for("papers.show_template", code=code)) for code, paper in word_papers().items()
    ]
    return page("papers/list_templates.html", rows=rows)


@bp.get("/<string:code>")
@requires(P)
def show_template(code: str) -> Response:
    """A paper's fields and editions, and the form to bring another."""
    return _show(_paper(code), UploadForm(formdata=None))


@bp.post("/<string:code>")
@requires(P)
def add_template(code: str) -> Response:
    """Take in a changed template once it is found harmless, complete and fillable; it does not hold yet."""
    paper, form = _paper(code), UploadForm()
    file, problems = received(paper)
    if file is None:
        form.file.errors = [*problems]
        return _show(paper, form, status=422)
    made = services.add_template(work(), code, file)
    flash(f"Đã nhận bản mẫu số {made.edition}. Xin tải bản điền thử để xem, rồi bấm Áp dụng.", "ok")
    return see_other(f"{url_for('papers.show_template', code=code)}#ban-mau")


@bp.post("/<string:code>/ap-dung")
@requires(P)
def take_effect(code: str) -> Response:
    """Let an edition hold from now on, or the built-in layout again."""
    paper = _paper(code)
    try:
        edition, seen = int(request.form.get("edition", "")), int(request.form.get("seen", ""))
    except ValueError:
        raise InvalidInput({"edition": ["Xin chọn bản mẫu."]}) from None
    services.take_effect(work(), paper.code, edition, seen)
    done = f"Văn bản lập từ nay theo bản mẫu số {edition}." if edition else "Đã trở lại mẫu của cổng."
    flash(done, "ok")
    return see_other(f"{url_for('papers.show_template', code=code)}#ban-mau")


@bp.get("/<string:code>/ban/<int:edition>/mau.docx")
@requires(P)
def download_template(code: str, edition: int) -> Response:
    """The template itself, to be changed in Word; edition 0 is the portal's own."""
    paper = _paper(code)
    if edition == BUILT_IN:
        content = paper.built_in(runtime().clock.now())
        record_read(DOWNLOADED, OBJECT_TYPE, code, detail={"edition": edition})
        return _file(content, f"mau-{code}.docx")
    found = _edition(code, edition)
    return send_download(
        found.sha256, found.name, DOCX, action=DOWNLOADED, object_type=OBJECT_TYPE, object_id=code,
        detail={"edition": edition},
    )  # fmt: skip


@bp.get("/<string:code>/ban/<int:edition>/dien-thu.docx")
@requires(P)
def download_trial(code: str, edition: int) -> Response:
    """The template filled in with the example."""
    paper = _paper(code)
    content = paper.built_in(runtime().clock.now()) if edition == BUILT_IN else _content(_edition(code, edition))
    try:
        made = fill_template(content, paper.fields, paper.example)
    except TemplateRefused as error:
        raise InvalidInput({"file": [*error.problems]}) from error
    return _file(made, f"dien-thu-{code}-{edition}.docx")


def _paper(code: str) -> WordPaper:
    try:
        return word_papers()[code]
    except KeyError:
        raise NotFound from None


def _edition(code: str, edition: int) -> PaperTemplate:
    found = work().session.scalars(one_edition(code, edition)).one_or_none()
    if found is None:
        raise NotFound
    return found


def _content(found: PaperTemplate) -> bytes:
    try:
        with runtime().files.open(found.sha256) as stream:
            return stream.read()
    except FileNotFoundError:
        raise FileMissing from None


def _file(content: bytes, name: str) -> Response:
    return send_file(io.BytesIO(content), DOCX, as_attachment=True, download_name=name, conditional=False, etag=False)


def _show(paper: WordPaper, form: UploadForm, status: int = 200) -> Response:
    rows = [_row(paper, found, who) for found, who in work().session.execute(editions_of(paper.code))]
    held = next((row.edition for row in rows if row.holds), BUILT_IN)
    return page(
        "papers/show_template.html",
        status=status,
        paper=paper,
        form=form,
        fields=[*field_lines(paper.fields)],
        rows=[*rows, _built_in_row(paper, held == BUILT_IN)],
        held=held,
        apply_url=url_for("papers.take_effect", code=paper.code),
        built_in_url=url_for("papers.download_template", code=paper.code, edition=BUILT_IN),
    )


def _row(paper: WordPaper, found: PaperTemplate, who: str) -> EditionRow:
    state = HOLDS if found.is_current else REPLACED if found.effective_at else KEPT
    return EditionRow(
        edition=found.edition,
        name=found.name,
        who=who,
        at_text=moment(found.uploaded_at),
        size_text=file_size(found.size),
        state=state,
        holds=found.is_current,
        **_urls(paper.code, found.edition),
    )


def _built_in_row(paper: WordPaper, holds: bool) -> EditionRow:
    state = HOLDS if holds else KEPT
    return EditionRow(BUILT_IN, "Mẫu của cổng", "", "", "", state, holds, **_urls(paper.code, BUILT_IN))


def _urls(code: str, edition: int) -> dict[str, str]:
    return {
        "file_url": url_for("papers.download_template", code=code, edition=edition),
        "trial_url": url_for("papers.download_trial", code=code, edition=edition),
    }
