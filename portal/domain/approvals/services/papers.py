"""Papers on their way. A feature begins one with its record and edits the record only under `begin_edit`; the steps are
taken here. The paper's row is what everyone locks first: who edits the record, and who moves the paper.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select

from portal.core.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, VersionConflict, WrongState
from portal.core.text import clean, clean_lines, fold
from portal.domain.access.actor import Work
from portal.domain.accounts.models import UserAccount
from portal.domain.approvals import policies, queries
from portal.domain.approvals.enums import APPROVAL_WORKFLOW, OPEN_TO_EDIT, ApprovalState
from portal.domain.approvals.errors import PaperNotEditable
from portal.domain.approvals.kinds import kinds
from portal.domain.approvals.models import Approval, ApprovalHand, ApprovalMove
from portal.domain.approvals.policies import ActionOffer, WayFacts
from portal.domain.approvals.services.notices import tell_step
from portal.domain.audit.services import record
from portal.domain.calendar.queries import load_calendar

OBJECT_TYPE = APPROVAL_WORKFLOW.object_type
MAX_OPINION, MAX_TITLE = 4_000, 300
ONWARD = frozenset({"submit", "forward"})
ENDS = frozenset({"approve", "issue", "abandon"})


@dataclass(frozen=True, slots=True)
class StepData:
    """A step as it is asked for: of which version of the paper, with which opinion, on to which step."""

    action: str
    version: int
    opinion: str = ""
    to_position: int | None = None


def begin(work: Work, kind_code: str, record_id: int, title: str, unit_id: int) -> Approval:
    """A draft of the actor's for a feature's new record. Raises NotAllowed when they draft no such papers there."""
    kind = kinds()[kind_code]
    if not work.actor.holds_at(kind.edit, unit_id):
        raise NotAllowed
    giver = work.actor.acts_for(kind.edit, unit_id)
    now = work.clock.now()
    approval = Approval(
        kind_code=kind.code,
        record_id=record_id,
        unit_id=unit_id,
        division_id=_home(work, giver),
        drafted_by_id=work.actor.user_id,
        drafted_for_id=giver,
        created_at=now,
        updated_at=now,
        **_titled(title),
    )
    work.session.add(approval)
    work.session.flush()
    note_hand(work, approval)
    _audit(work, approval, "approval.begun", {"kind": kind.label}, giver)
    return approval


def _home(work: Work, giver: int | None) -> int:
    if giver is None:
        return work.actor.home_unit_id
    return work.session.get_one(UserAccount, giver).home_unit_id


def _titled(title: str) -> dict[str, str]:
    text = clean(title)[:MAX_TITLE]
    return {"title": text, "folded": fold(text)}


def of_record(work: Work, kind_code: str, record_id: int) -> Approval:
    """The paper of a record that its feature has loaded in scope. Raises NotFound."""
    found = work.session.scalars(queries.of_record(kind_code, record_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def begin_edit(work: Work, approval: Approval) -> None:
    """Lock the paper for a change of its record; raises NotAllowed or PaperNotEditable."""
    lock(work, approval)
    if not policies.drafts(work.actor, approval):
        raise NotAllowed
    if approval.state not in OPEN_TO_EDIT:
        raise PaperNotEditable


def finish_edit(work: Work, approval: Approval, title: str) -> None:
    """After a change of the record: the paper bears its title, and who edited does not approve it."""
    approval.updated_at = work.clock.now()
    for name, value in _titled(title).items():
        setattr(approval, name, value)
    note_hand(work, approval)
    work.session.flush()


def lock(work: Work, approval: Approval) -> None:
    """Lock the row and read it again, so that the decision rests on what is there now."""
    work.session.refresh(approval, with_for_update=True)


def note_hand(work: Work, approval: Approval) -> None:
    """Remember who edited, and in whose name: none of them may approve it until it has been returned."""
    giver = work.actor.acts_for(kinds()[approval.kind_code].edit, approval.unit_id)
    people = {work.actor.user_id, giver} - {None}
    known = set(work.session.scalars(select(ApprovalHand.user_id).where(ApprovalHand.approval_id == approval.id)))
    now = work.clock.now()
    work.session.add_all(ApprovalHand(approval_id=approval.id, user_id=p, at=now) for p in people - known if p)
    work.session.flush()


def load_for_write(work: Work, approval_id: int) -> Approval:
    """The paper, locked until the transaction ends; NotFound when the actor may not see it."""
    reader = queries.reader_of(work.session, work.actor, work.today())
    stmt = queries.one_paper(reader, approval_id).with_for_update(of=Approval)
    found = work.session.scalars(stmt.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound
    return found


def take_step(work: Work, approval_id: int, data: StepData) -> Approval:
    """Take a step of a paper.

    Raises NotFound, VersionConflict, WrongState, NotAllowed, RuleBroken (with the reason why the step is closed),
    ReasonMissing and InvalidInput (`opinion`, `to_position`).
    """
    approval = load_for_write(work, approval_id)
    if approval.version != data.version:
        raise VersionConflict
    facts = policies.facts_of(work, approval, check=data.action == "submit")
    words = clean_lines(data.opinion)
    if len(words) > MAX_OPINION:
        raise InvalidInput({"opinion": ["Ý kiến dài quá 4.000 ký tự."]})
    offer = _offered(work, facts, data.action)
    APPROVAL_WORKFLOW.check(data.action, approval.state, words)
    to = _goal(facts, offer, data.to_position)
    _move(work, facts, data.action, to, words)
    return approval


def issue(work: Work, approval: Approval) -> None:
    """The signed paper's number and day were recorded: the paper is through. Its feature has checked who may."""
    lock(work, approval)
    APPROVAL_WORKFLOW.check("issue", approval.state)
    _move(work, policies.facts_of(work, approval), "issue", approval.position, "")


def _offered(work: Work, facts: WayFacts, action: str) -> ActionOffer:
    if action not in {t.action for t in APPROVAL_WORKFLOW.transitions} - {"issue"}:
        raise NotFound
    if not APPROVAL_WORKFLOW.allows(action, facts.approval.state):
        raise WrongState
    offer = next((o for o in policies.actions_for(work.actor, facts) if o.action == action), None)
    if offer is None:
        raise NotAllowed
    if offer.reason == policies.HAD_HAND:
        raise NotAllowed(offer.reason)
    if offer.reason:
        raise RuleBroken(offer.reason)
    return offer


def _goal(facts: WayFacts, offer: ActionOffer, wanted: int | None) -> int:
    """The position that a step leads to."""
    here = facts.approval.position
    if offer.action == "back":
        return facts.came_from or 0
    if offer.action not in ONWARD:
        return here if offer.action in ("approve",) else 0
    ways = [target.position for target in offer.open_targets]
    if wanted is None:
        return ways[0]
    if wanted not in ways:
        raise InvalidInput({"to_position": ["Không chuyển đến bước này được; xin chọn bước khác."]})
    return wanted


def _move(work: Work, facts: WayFacts, action: str, to: int, words: str) -> None:
    approval, hands = facts.approval, facts.hands
    now, before, came_from = work.clock.now(), approval.state, approval.position
    giver = None if action == "issue" else policies.acting_for(work.actor, action, facts)
    due, after = approval.due_on, APPROVAL_WORKFLOW.transition(action).target
    due_next = _due(work, facts, to) if after is ApprovalState.RUNNING else None
    if action == "submit":
        note_hand(work, approval)
        approval.submitted_at = now
        approval.definition_id = facts.steps[0].definition_id
    approval.state, approval.position, approval.due_on = after, to, due_next
    approval.updated_at = approval.arrived_at = now
    approval.finished_at = now if action in ENDS else None
    work.session.add(
        ApprovalMove(
            approval_id=approval.id,
            action=action,
            from_position=came_from,
            to_position=to,
            actor_id=work.actor.user_id,
            on_behalf_of_id=giver,
            opinion=words,
            due_on=due,
            at=now,
        )
    )
    if after is ApprovalState.RETURNED:  # the drafting begins anew: who edits from now on is noted anew
        work.session.execute(delete(ApprovalHand).where(ApprovalHand.approval_id == approval.id))
    work.session.flush()
    detail = {"from": _place(facts, came_from, before), "to": _place(facts, to, after)}
    _audit(work, approval, f"approval.{_PAST[action]}", detail, giver)
    tell_step(work, facts, action, hands)
    facts.kind.follow(work, approval.record_id, action)
    work.session.flush()


def _due(work: Work, facts: WayFacts, position: int) -> Any:
    step = facts.step_at(position)
    if step is None or step.days is None:
        return None
    return load_calendar(work.session).add_working_days(work.today(), step.days)


def _place(facts: WayFacts, position: int, state: ApprovalState) -> str:
    step = facts.step_at(position)
    return step.label if state is ApprovalState.RUNNING and step is not None else state.value


_PAST: Mapping[str, str] = {
    "submit": "submitted",
    "forward": "forwarded",
    "back": "sent_back",
    "return": "returned",
    "approve": "approved",
    "withdraw": "withdrawn",
    "reopen": "reopened",
    "issue": "issued",
    "abandon": "abandoned",
}


def _audit(work: Work, approval: Approval, action: str, detail: Mapping[str, Any], giver: int | None) -> None:
    record(
        work,
        action,
        OBJECT_TYPE,
        approval.id,
        unit_id=approval.unit_id,
        on_behalf_of_id=giver,
        detail=detail,
    )
