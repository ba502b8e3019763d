"""/trinh-ky: the list, one paper with its way, and the steps that are taken with an opinion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, request, url_for
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from portal.blueprints.approvals import bp
from portal.blueprints.approvals.forms import OpinionForm, number
from portal.blueprints.approvals.lists import PAPERS
from portal.core.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, VersionConflict
from portal.core.manifest import Shown
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.approvals import policies, queries
from portal.domain.approvals.due import shown
from portal.domain.approvals.enums import APPROVAL_WORKFLOW, ApprovalState
from portal.domain.approvals.kinds import RecordView
from portal.domain.approvals.models import Approval, ChainStep
from portal.domain.approvals.policies import ActionOffer, WayFacts
from portal.domain.approvals.services import papers as services
from portal.domain.approvals.services.papers import StepData
from portal.web.access import requires
from portal.web.context import today, work
from portal.web.drafts import FormDraft, keeps, of_form
from portal.web.fields import put_errors
from portal.web.formats import day, days_left, moment
from portal.web.htmx import page, see_other
from portal.web.lists import list_page

DRAFT = "approvals.opinion"
TRANSITIONS = {step.action: step for step in APPROVAL_WORKFLOW.transitions}
DONE = "Đã xong: {}."
ICONS = {
    "submit": "send-2",
    "forward": "send-2",
    "approve": "rubber-stamp",
    "back": "arrow-back-up",
    "return": "arrow-back-up",
    "withdraw": "arrow-back-up",
    "reopen": "arrow-back-up",
    "abandon": "trash",
}
LEADING = ("forward", "approve", "submit")
NEEDS_WORDS = "Bước này cần ghi rõ lý do vào ô Ý kiến."


@dataclass(frozen=True, slots=True)
class WayStep:
    """A step of the way as components/workflow.html draws it."""

    label: str
    note: str
    done: bool
    current: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the trail."""

    at_text: str
    at_iso: str
    action: str
    who: str
    for_whom: str
    opinion: str
    from_label: str
    to_label: str


@dataclass(frozen=True, slots=True)
class PaperPage:
    """One paper as its page shows it."""

    id: int
    title: str
    kind: str
    state: Shown
    meta: Sequence[tuple[str, str]]
    steps: Sequence[WayStep]
    record: RecordView
    record_url: str
    trail: Sequence[Entry]
    offers: Sequence[ActionOffer]
    icons: Any
    waits: str


@bp.get("/trinh-ky")
@requires(Permission.PAPER_VIEW)
def list_papers() -> Response:
    """The papers that wait for me, that I sent, that I may see."""
    return list_page(PAPERS, "approvals/list_papers.html")


@bp.get("/trinh-ky/<int:approval_id>")
@requires(Permission.PAPER_VIEW)
def show_paper(approval_id: int) -> Response:
    """A paper: where it stands, who said what, what I may do."""
    return _page(_visible(work(), approval_id), OpinionForm(formdata=None))


def _may_speak(approval_id: int) -> None:
    """Raise unless there is a step for the actor to take: what the draft of the opinion asks."""
    current = work()
    if not policies.actions_for(current.actor, policies.facts_of(current, _visible(current, approval_id))):
        raise NotAllowed


@bp.post("/trinh-ky/<int:approval_id>")
@requires(Permission.PAPER_VIEW)
@keeps(DRAFT, check=_may_speak)
def take_step(approval_id: int) -> Response:
    """Take the step whose button was pressed."""
    action = request.form.get("action", "")
    form, current = OpinionForm(), work()
    valid = form.validate()
    found = _visible(current, approval_id)
    if action not in TRANSITIONS:
        return _page(found, form, 422, "Xin chọn một việc để làm với văn bản này.")
    if TRANSITIONS[action].needs_reason and not (form.opinion.data or "").strip():
        form.opinion.errors = [*form.opinion.errors, NEEDS_WORDS]
        valid = False
    if not valid:
        return _page(found, form, 422)
    to = number(form.to_position.data) or None
    data = StepData(action, form.read_version, form.opinion.data or "", to if action in services.ONWARD else None)
    try:
        services.take_step(current, approval_id, data)
    except InvalidInput as error:
        put_errors(form, error)
        return _page(found, form, 422)
    except RuleBroken as error:
        current.session.refresh(found)
        form.version.data = str(found.version)  # the reader has been told; once more is their decision
        return _page(found, form, 409, _told(current, found, error))
    flash(DONE.format(TRANSITIONS[action].done.lower()), "ok")
    reader = queries.reader_of(current.session, current.actor, current.today())
    if current.session.scalars(queries.one_paper(reader, approval_id)).one_or_none() is None:
        return see_other(url_for("approvals.list_papers"))
    return see_other(url_for("approvals.show_paper", approval_id=approval_id))


def _visible(current: Work, approval_id: int) -> Approval:
    reader = queries.reader_of(current.session, current.actor, current.today())
    found = current.session.scalars(queries.one_paper(reader, approval_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def _told(current: Work, found: Approval, error: RuleBroken) -> str:
    """What the reader is told: who moved the paper meanwhile, when it is that."""
    last = current.session.execute(queries.moves_of(found.id).limit(1)).one_or_none()
    if not isinstance(error, VersionConflict) or last is None:
        return error.message
    return (
        f"{last[1]} vừa xử lý văn bản này lúc {moment(last[0].at)}. Ý kiến ông/bà nhập còn nguyên; xin xem lại văn bản "
        "rồi bấm lại nếu vẫn cần."
    )


def _page(found: Approval, form: OpinionForm, status: int = 200, problem: str = "") -> Response:
    current = work()
    facts = policies.facts_of(current, found, check=True)
    offers = sorted(policies.actions_for(current.actor, facts), key=lambda o: (o.action in LEADING, o.action))
    onward = next((o.open_targets for o in offers if o.open_targets), ())
    form.to_position.choices = [SelectChoice(str(t.position), t.label) for t in onward]
    if not form.version.data:
        form.version.data = str(found.version)
    if form.to_position.data is None and onward:
        form.to_position.data = str(onward[0].position)
    draft: FormDraft | None = of_form(DRAFT, found.id, form) if offers else None
    return page(
        "approvals/show_paper.html",
        status=status,
        paper=_shown(current, facts, offers),
        form=form,
        draft=draft,
        several=len(onward) > 1,
        problem=problem,
        action_url=url_for("approvals.take_step", approval_id=found.id),
    )


def _shown(current: Work, facts: WayFacts, offers: Sequence[ActionOffer]) -> PaperPage:
    found, kind = facts.approval, facts.kind
    rows = current.session.execute(queries.moves_of(found.id)).all()
    place: dict[int, str] = {0: "Người soạn", **{step.position: step.label for step in facts.steps}}
    trail = [
        Entry(
            at_text=moment(move.at),
            at_iso=move.at.isoformat(timespec="minutes"),
            action=TRANSITIONS[move.action].done,
            who=who,
            for_whom=giver or "",
            opinion=move.opinion,
            from_label=place.get(move.from_position, "") if move.from_position != move.to_position else "",
            to_label=place.get(move.to_position, ""),
        )
        for move, who, giver in rows
    ]
    values: dict[str, Any] = {kind.key: found.record_id}
    waiting = facts.free(found.position) if found.state is ApprovalState.RUNNING else ()
    return PaperPage(
        id=found.id,
        title=found.title,
        kind=kind.label,
        state=shown(found, today()),
        meta=_meta(facts),
        steps=_steps(facts),
        record=kind.show(current, found.record_id),
        record_url=url_for(kind.endpoint, **values),
        trail=trail,
        offers=offers,
        icons=ICONS,
        waits=", ".join(dict.fromkeys(one.name for one in waiting)),
    )


def _meta(facts: WayFacts) -> list[tuple[str, str]]:
    found = facts.approval
    pairs = [("Loại", facts.kind.label), ("Trình lúc", moment(found.submitted_at))]
    if found.due_on is not None:
        left = days_left(found.due_on, today())
        pairs.append(("Hạn cho ý kiến", f"{day(found.due_on)}, {left[:1].lower()}{left[1:]}"))
    return [pair for pair in pairs if pair[1]]


def way_step(step: ChainStep, done: bool = False, current: bool = False) -> WayStep:
    """A step of a chain as it is drawn."""
    return WayStep(step.label, f"{step.days} ngày làm việc" if step.days else "", done, current)


def _steps(facts: WayFacts) -> list[WayStep]:
    """The drafter, the chain's steps, the signed paper."""
    found = facts.approval
    through = found.state in (ApprovalState.APPROVED, ApprovalState.ISSUED)
    here = found.position if found.state is ApprovalState.RUNNING else 0
    made = [WayStep("Soạn", "", through or here > 0, not through and here == 0)]
    for step in facts.steps:
        made.append(way_step(step, through or step.position < here, step.position == here))
    issued = found.state is ApprovalState.ISSUED
    made.append(WayStep("Phát hành", "Ghi số, ngày văn bản đã ký", issued, found.state is ApprovalState.APPROVED))
    return made
