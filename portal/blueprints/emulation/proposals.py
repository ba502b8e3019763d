"""/thi-dua/to-trinh: the list, a new paper, one paper with its text and lines, its DOCX."""

from __future__ import annotations

import io

from flask import Response, flash, send_file, url_for
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from portal.blueprints.emulation import bp
from portal.blueprints.emulation._proposal_forms import ProposalForm
from portal.blueprints.emulation._proposal_list import PROPOSALS, paper_number
from portal.blueprints.emulation.papers import DOCX
from portal.core.errors import InvalidInput, NotAllowed, RuleBroken
from portal.core.manifest import Shown
from portal.core.text import whole_number
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.approvals import policies as way_policies
from portal.domain.approvals.due import shown
from portal.domain.approvals.enums import ApprovalState
from portal.domain.approvals.models import Approval
from portal.domain.emulation.proposal_models import EmulationProposal
from portal.domain.emulation.queries.periods import periods_of_year
from portal.domain.emulation.queries.proposals import paper_frame, proposal_lines
from portal.domain.emulation.services import proposals as services
from portal.domain.emulation.services.proposals import OBJECT_TYPE, ProposalData
from portal.exports._issuer import Issuer
from portal.exports.emulation_proposal import ProposalPaper, write
from portal.web.access import requires
from portal.web.attachments import files_panel
from portal.web.audit_reads import record_read
from portal.web.context import actor, today, work
from portal.web.drafts import keeps, of_form
from portal.web.fields import put_errors
from portal.web.formats import day
from portal.web.htmx import page, see_other
from portal.web.lists import list_page
from portal.web.menu import year_in_view

P = Permission
TEXT, NEW = "emulation.proposal", "emulation.new_proposal"


@bp.get("/to-trinh")
@requires(P.PROPOSAL_VIEW)
def list_proposals() -> Response:
    """The tờ trình that I may see."""
    return list_page(PROPOSALS, "emulation/list_proposals.html", drafts=actor().can(P.PROPOSAL_EDIT))


@bp.get("/to-trinh/moi")
@requires(P.PROPOSAL_EDIT)
def new_proposal() -> Response:
    """The text of a new paper; what is usually written stands there already."""
    form = _offer(work(), ProposalForm(formdata=None))
    year = year_in_view()
    form.subject.data = f"Về việc đề nghị công nhận danh hiệu thi đua, tặng hình thức khen thưởng năm {year}"
    form.recipient.data = "Chủ tịch UBND tỉnh Hưng Yên"
    return _new_page(form)


@bp.post("/to-trinh/moi")
@requires(P.PROPOSAL_EDIT)
@keeps(NEW, check=lambda: None)
def create_proposal() -> Response:
    """Begin the paper."""
    form = ProposalForm()
    valid, current = form.validate(), work()
    _offer(current, form)
    if not valid:
        return _new_page(form, 422)
    unit_id = min(current.actor.unit_ids(P.PROPOSAL_EDIT))
    period = str(form.period_id.data or "")
    try:
        made = services.create(current, whole_number(period) or 0, unit_id, form.to_data())
    except InvalidInput as error:
        put_errors(form, error)
        return _new_page(form, 422)
    flash("Đã lập tờ trình. Xin chọn các dòng đưa vào danh sách.", "ok")
    return see_other(_url(made))


@bp.get("/to-trinh/<int:proposal_id>")
@requires(P.PROPOSAL_VIEW)
def show_proposal(proposal_id: int) -> Response:
    """One paper: text, lines, files, and where it is."""
    current = work()
    found, way = services.load(current, proposal_id)
    return _page(current, found, way, _filled(ProposalForm(formdata=None), found))


def _may_edit(proposal_id: int) -> None:
    current = work()
    _, way = services.load(current, proposal_id)
    if not way_policies.can_edit(current.actor, way):
        raise NotAllowed


@bp.post("/to-trinh/<int:proposal_id>")
@requires(P.PROPOSAL_VIEW)
@keeps(TEXT, check=_may_edit)
def save_proposal(proposal_id: int) -> Response:
    """Save the text."""
    form = ProposalForm()
    valid, current = form.validate(), work()
    found, way = services.load(current, proposal_id)
    if not way_policies.drafts(current.actor, way):
        raise NotAllowed
    if not valid:
        return _page(current, found, way, form, 422)
    try:
        version = str(form.version.data or "")
        services.save(current, found, way, whole_number(version) or 0, form.to_data())
    except InvalidInput as error:
        put_errors(form, error)
        return _page(current, found, way, form, 422)
    except RuleBroken as error:
        form.version.data = str(found.version)  # the reader has been told; once more is their decision
        return _page(current, found, way, form, 409, error.message)
    flash("Đã lưu nội dung tờ trình.", "ok")
    return see_other(_url(found))


@bp.post("/to-trinh/<int:proposal_id>/dong/<int:line_id>/bo")
@requires(P.PROPOSAL_VIEW)
def remove_proposal_line(proposal_id: int, line_id: int) -> Response:
    """Take a line out of the paper."""
    current = work()
    found, way = services.load(current, proposal_id)
    services.remove_line(current, found, way, line_id)
    flash("Đã bỏ dòng khỏi tờ trình.", "ok")
    return see_other(f"{_url(found)}#danh-sach")


@bp.get("/to-trinh/<int:proposal_id>/to-trinh.docx")
@requires(P.PROPOSAL_VIEW)
def download_proposal(proposal_id: int) -> Response:
    """The paper as a DOCX file, made from what is stored now."""
    current = work()
    found, _ = services.load(current, proposal_id)
    period, unit = current.session.execute(paper_frame(found.id)).one()
    lines = current.session.execute(proposal_lines(found.id)).all()
    issuer = Issuer(
        name="Sở Nội vụ",
        level_code="department",
        kind_code="department",
        place=unit.place,
        head_title="Giám đốc",
        symbol="SNV",
        parent_name=unit.name,
    )
    made = ProposalPaper(
        issuer=issuer,
        subject=found.subject,
        recipient=found.recipient,
        grounds=_paragraphs(found.grounds),
        content=_paragraphs(found.content),
        lines=[(title.name, line.name, line.post, line.place) for line, title in lines],
        year=today().year,
        number=paper_number(found),
        signed_on=found.paper_date,
        signer_title=found.signer_title,
        signer_name=found.signer_name,
    )
    record_read("proposal.document_exported", OBJECT_TYPE, found.id, unit_id=found.unit_id)
    name = f"to-trinh-thi-dua-{period.year}-{found.id}.docx"
    content = io.BytesIO(write(made, current.clock.now()))
    return send_file(content, DOCX, as_attachment=True, download_name=name, conditional=False, etag=False)


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _url(found: EmulationProposal) -> str:
    return url_for("emulation.show_proposal", proposal_id=found.id)


def _offer(current: Work, form: ProposalForm) -> ProposalForm:
    periods = current.session.scalars(periods_of_year(year_in_view())).all()
    form.period_id.choices = [SelectChoice(str(period.id), period.name) for period in periods]
    if not form.period_id.data:
        ours = next((p for p in periods if p.year == year_in_view() and p.sector.value == "office"), None)
        form.period_id.data = str(ours.id) if ours else None
    return form


def _filled(form: ProposalForm, found: EmulationProposal) -> ProposalForm:
    form.version.data = str(found.version)
    for name in ProposalData.__dataclass_fields__:
        form[name].data = getattr(found, name)
    return form


def _new_page(form: ProposalForm, status: int = 200) -> Response:
    return page("emulation/new_proposal.html", status=status, form=form, draft=of_form(NEW, "moi", form))


def _page(
    current: Work, found: EmulationProposal, way: Approval, form: ProposalForm, status: int = 200, problem: str = ""
) -> Response:
    period, _ = current.session.execute(paper_frame(found.id)).one()
    can_edit = way_policies.can_edit(current.actor, way)
    state: Shown = shown(way, today())
    meta = [
        ("Kỳ đăng ký", period.name),
        ("Số, ký hiệu", paper_number(found)),
        ("Ngày", day(found.paper_date)),
        ("Người ký", found.signer_name),
    ]
    return page(
        "emulation/show_proposal.html",
        status=status,
        proposal=found,
        way=way,
        state=state,
        meta=[pair for pair in meta if pair[1]],
        lines=current.session.execute(proposal_lines(found.id)).all(),
        form=form,
        draft=of_form(TEXT, found.id, form) if can_edit else None,
        can_edit=can_edit,
        may_record=way.state is ApprovalState.APPROVED and services.may_record(current, found),
        files=files_panel(current, OBJECT_TYPE, found.id),
        texts=[("Căn cứ", _paragraphs(found.grounds)), ("Nội dung", _paragraphs(found.content))],
        problem=problem,
    )
