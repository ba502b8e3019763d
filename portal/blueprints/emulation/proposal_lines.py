"""The lines of a tờ trình chosen among the accepted ones, and the signed paper recorded."""

from __future__ import annotations

from flask import Response, flash, request, url_for

from portal.blueprints.emulation import bp
from portal.blueprints.emulation._proposal_forms import SignedForm
from portal.blueprints.emulation._signed_paper import received_paper
from portal.core.errors import InvalidInput, NotAllowed, RuleBroken
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.approvals import policies as way_policies
from portal.domain.approvals.enums import ApprovalState
from portal.domain.approvals.models import Approval
from portal.domain.attachments.services import attach_file
from portal.domain.emulation.enums import TitleScope
from portal.domain.emulation.proposal_models import EmulationProposal
from portal.domain.emulation.proposals import SIGNED
from portal.domain.emulation.queries.periods import titles_valid
from portal.domain.emulation.queries.proposals import (
    MOST_OFFERED,
    CandidateFilter,
    candidate_units,
    candidates,
    paper_frame,
)
from portal.domain.emulation.services import proposals as services
from portal.domain.emulation.services.proposals import OBJECT_TYPE
from portal.web.access import requires
from portal.web.context import work
from portal.web.drafts import keeps, of_form
from portal.web.fields import put_errors
from portal.web.htmx import page, see_other

P = Permission
RECORD = "emulation.proposal_paper"
FILTERS = ("q", "danh-hieu", "cap", "don-vi")


@bp.get("/to-trinh/<int:proposal_id>/chon-dong")
@requires(P.PROPOSAL_EDIT)
def choose_proposal_lines(proposal_id: int) -> Response:
    """The accepted lines that stand in no paper, narrowed by level, title, unit and words."""
    current = work()
    found, way = services.load(current, proposal_id)
    return _choose(current, found, way)


@bp.post("/to-trinh/<int:proposal_id>/chon-dong")
@requires(P.PROPOSAL_EDIT)
def add_proposal_lines(proposal_id: int) -> Response:
    """Put the chosen lines into the paper."""
    ids = {int(text) for text in request.form.getlist("chon") if text.isascii() and text.isdigit() and len(text) < 10}
    current = work()
    found, way = services.load(current, proposal_id)
    try:
        count = services.add_lines(current, found, way, ids)
    except InvalidInput as error:
        return _choose(current, found, way, 422, " ".join(text for texts in error.errors.values() for text in texts))
    except RuleBroken as error:
        return _choose(current, found, way, 409, error.message)
    flash(f"Đã đưa {count} dòng vào tờ trình.", "ok")
    return see_other(f"{url_for('emulation.show_proposal', proposal_id=found.id)}#danh-sach")


def _choose(current: Work, found: EmulationProposal, way: Approval, status: int = 200, problem: str = "") -> Response:
    if not way_policies.drafts(current.actor, way):
        raise NotAllowed
    given = {name: request.args.get(name, "") for name in FILTERS}
    period, _ = current.session.execute(paper_frame(found.id)).one()
    scopes = {scope.value: scope for scope in TitleScope}
    wanted = CandidateFilter(
        _number(given["danh-hieu"]), scopes.get(given["cap"]), _number(given["don-vi"]), given["q"]
    )
    rows = current.session.execute(candidates(found, wanted).limit(MOST_OFFERED + 1)).all()
    return page(
        "emulation/choose_proposal_lines.html",
        status=status,
        proposal=found,
        rows=rows[:MOST_OFFERED],
        more=len(rows) > MOST_OFFERED,
        most=MOST_OFFERED,
        given=given,
        closed="" if way_policies.can_edit(current.actor, way) else "Tờ trình đang trình hoặc đã duyệt.",
        titles=current.session.scalars(titles_valid(period)).all(),
        units=current.session.execute(candidate_units(found)).all(),
        scopes=list(TitleScope),
        problem=problem,
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _may_record(proposal_id: int) -> None:
    current = work()
    found, way = services.load(current, proposal_id)
    if not services.may_record(current, found) or way.state is not ApprovalState.APPROVED:
        raise NotAllowed


@bp.get("/to-trinh/<int:proposal_id>/van-ban")
@requires(P.PROPOSAL_RECORD)
def edit_proposal_paper(proposal_id: int) -> Response:
    """Write down the number, symbol and day that văn thư gave, the signer and the signed PDF."""
    _, way = services.load(work(), proposal_id)
    form = SignedForm(formdata=None)
    form.version.data, form.paper_symbol.data = str(way.version), "TTr-SNV"
    return _record_page(proposal_id, form, way)


@bp.post("/to-trinh/<int:proposal_id>/van-ban")
@requires(P.PROPOSAL_RECORD)
@keeps(RECORD, check=_may_record)
def record_proposal_paper(proposal_id: int) -> Response:
    """Record the signed paper: it is locked from then on."""
    form = SignedForm()
    valid = form.validate()
    received = received_paper(form)
    valid = valid and not form.errors
    current = work()
    found, way = services.load(current, proposal_id)
    if not services.may_record(current, found):
        raise NotAllowed
    if not valid:
        return _record_page(proposal_id, form, way, 422)
    try:
        file_id = None
        if received is not None and way.state is ApprovalState.APPROVED:
            file_id = attach_file(current, received, OBJECT_TYPE, found.id, found.unit_id, SIGNED).id
        version = _number(str(form.version.data or "")) or 0
        services.record_paper(current, found, way, version, form.to_data(file_id))
    except InvalidInput as error:
        put_errors(form, error)
        return _record_page(proposal_id, form, way, 422)
    except RuleBroken as error:
        form.version.data = str(way.version)
        return _record_page(proposal_id, form, way, 409, error.message)
    flash("Đã ghi văn bản đã ký. Tờ trình đã khóa.", "ok")
    return see_other(url_for("emulation.show_proposal", proposal_id=found.id))


def _record_page(proposal_id: int, form: SignedForm, way: Approval, status: int = 200, problem: str = "") -> Response:
    closed = "" if way.state is ApprovalState.APPROVED else "Chỉ ghi khi tờ trình đã được duyệt và chưa phát hành."
    return page(
        "emulation/record_proposal.html",
        status=status,
        form=form,
        draft=of_form(RECORD, proposal_id, form),
        title=way.title,
        closed=closed if status == 200 else "",
        problem=problem,
        back_url=url_for("emulation.show_proposal", proposal_id=proposal_id),
        action_url=url_for("emulation.record_proposal_paper", proposal_id=proposal_id),
    )
