"""Who may take which step of a paper, and why not. The paper came through a scoped query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from portal.domain.access.actor import Actor, Work
from portal.domain.access.enums import Permission
from portal.domain.approvals import queries
from portal.domain.approvals.enums import APPROVAL_WORKFLOW, OPEN_TO_EDIT
from portal.domain.approvals.kinds import DocumentKind, kinds
from portal.domain.approvals.models import Approval, ChainStep
from portal.domain.approvals.queries import Answerer
from portal.domain.approvals.rules import Target, previous_position, targets

HAD_HAND = "Ông/bà đã soạn hoặc sửa văn bản này (hoặc ủy quyền, được ủy quyền với người soạn) nên không tự duyệt."
NO_CHAIN = "Loại văn bản này chưa có quy trình được ban hành; xin Văn phòng Sở ban hành quy trình."
NO_WAY_ON = "Không có bước nào ở sau có người xử lý được; xin Văn phòng Sở kiểm tra phân quyền."
CAME_FROM_DRAFTER = "Đây là bước đầu sau người soạn; nếu cần sửa, xin trả lại người soạn."


@dataclass(frozen=True, slots=True)
class ActionOffer:
    """A step that is the actor's to take in the present state; `reason` says why it is closed when it is.

    `targets` are the steps that the paper may go on to, for those that lead on.
    """

    action: str
    label: str
    reason: str = ""
    needs_reason: bool = False
    targets: tuple[Target, ...] = field(default=())

    @property
    def allowed(self) -> bool:
        return not self.reason

    @property
    def open_targets(self) -> tuple[Target, ...]:
        return tuple(target for target in self.targets if not target.reason)


@dataclass(frozen=True, slots=True)
class WayFacts:
    """A paper with all that its steps are decided by: its chain, who answers there, who edited, how it came here."""

    approval: Approval
    kind: DocumentKind
    steps: tuple[ChainStep, ...]
    people: Mapping[int, tuple[Answerer, ...]]
    hands: frozenset[int]
    came_from: int | None
    faults: tuple[str, ...] = ()

    def free(self, position: int) -> tuple[Answerer, ...]:
        """Who can answer a step and had no hand in the paper, nor acts for one who had."""
        givers: dict[int, set[int]] = {}
        for one in (p for people in self.people.values() for p in people):
            if one.giver_id is not None:
                givers.setdefault(one.user_id, set()).add(one.giver_id)
        return tuple(
            one
            for one in self.people.get(position, ())
            if self.hands.isdisjoint({one.user_id, *givers.get(one.user_id, ())})
        )

    @property
    def answered(self) -> frozenset[int]:
        """The positions where someone can answer."""
        return frozenset(step.position for step in self.steps if self.free(step.position))

    def step_at(self, position: int) -> ChainStep | None:
        """The chain's step at a position; None for 0, the drafter's."""
        return next((step for step in self.steps if step.position == position), None)


def facts_of(work: Work, approval: Approval, *, check: bool = False) -> WayFacts:
    """Read what a paper's steps are decided by; a paper that is not yet on its way is shown by the present edition.

    `check`: also ask its feature what keeps it from being put forward.
    """
    session, kind = work.session, kinds()[approval.kind_code]
    definition_id = approval.definition_id
    if definition_id is None:
        current = session.scalars(queries.current_definition(kind.code)).one_or_none()
        definition_id = None if current is None else current.id
    steps = tuple(session.scalars(queries.steps_of(definition_id)))
    moves = [(m.action, m.from_position, m.to_position) for m, _, _ in session.execute(queries.moves_of(approval.id))]
    faults = tuple(kind.faults(work, approval.record_id)) if check and approval.state in OPEN_TO_EDIT else ()
    return WayFacts(
        approval,
        kind,
        steps,
        queries.answering(session, approval, steps, work.today()),
        queries.hands_of(session, approval),
        previous_position(moves, approval.position),
        faults,
    )


def drafts(actor: Actor, approval: Approval) -> bool:
    """Whether the actor is of the drafting side: who edits, puts forward, takes back and gives up."""
    return actor.holds_at(kinds()[approval.kind_code].edit, approval.unit_id)


def can_edit(actor: Actor, approval: Approval) -> bool:
    """Whether the actor may change the paper now."""
    return drafts(actor, approval) and approval.state in OPEN_TO_EDIT


def had_hand(actor: Actor, hands: frozenset[int]) -> bool:
    """Whether the actor, or anyone they act for, is among those who drafted or edited."""
    return not actor.identities.isdisjoint(hands)


def own_seats(actor: Actor, facts: WayFacts) -> Sequence[Answerer]:
    """As what the actor could answer the step that the paper stands at."""
    return [one for one in facts.people.get(facts.approval.position, ()) if one.user_id == actor.user_id]


def acting_for(actor: Actor, action: str, facts: WayFacts) -> int | None:
    """In whose name the actor takes a step: the giver of the delegation, or None in their own."""
    if action in _DRAFTING:
        return actor.acts_for(facts.kind.edit, facts.approval.unit_id)
    givers = [one.giver_id for one in own_seats(actor, facts)]
    return None if not givers or None in givers else givers[0]


def can_manage_chains(actor: Actor) -> bool:
    """Whether the actor keeps the chains of the portal's papers."""
    return actor.can(Permission.CHAIN_MANAGE)


def actions_for(actor: Actor, facts: WayFacts) -> list[ActionOffer]:
    """The steps to show: those that are the actor's in the present state, the closed ones with their reason."""
    offers = []
    for step in APPROVAL_WORKFLOW.actions_from(facts.approval.state):
        if step.action == "issue" or not _concerns(actor, step.action, facts):
            continue
        reason, onward = _obstacle(actor, step.action, facts), _targets(step.action, facts)
        label = _label(step.action, step.label, onward)
        offers.append(ActionOffer(step.action, label, reason, step.needs_reason, onward))
    return offers


_DRAFTING = frozenset({"submit", "withdraw", "abandon"})


def _concerns(actor: Actor, action: str, facts: WayFacts) -> bool:
    if action in _DRAFTING:
        return drafts(actor, facts.approval)
    if not own_seats(actor, facts):
        return False
    here = facts.step_at(facts.approval.position)
    if here is None:
        return False
    if action == "approve":
        return here.may_finish
    return action != "forward" or here.position < facts.steps[-1].position


def _targets(action: str, facts: WayFacts) -> tuple[Target, ...]:
    if action not in ("submit", "forward"):
        return ()
    position = 0 if action == "submit" else facts.approval.position
    return tuple(targets(facts.steps, position, facts.answered))


def _label(action: str, label: str, onward: Sequence[Target]) -> str:
    """The button names the step that it leads to, where there is only one."""
    ways = [target for target in onward if not target.reason]
    if len(ways) != 1 or action not in ("submit", "forward"):
        return label
    to = ways[0].label[:1].lower() + ways[0].label[1:]
    return f"Trình {to}" if action == "submit" else f"Đồng ý, chuyển {to}"


def _obstacle(actor: Actor, action: str, facts: WayFacts) -> str:
    if action in _DRAFTING:
        return _submit_obstacle(facts) if action == "submit" else ""
    if had_hand(actor, facts.hands):
        return HAD_HAND
    if action == "back" and facts.came_from is None:
        return CAME_FROM_DRAFTER
    if action == "forward" and not any(not t.reason for t in _targets(action, facts)):
        return NO_WAY_ON
    return ""


def _submit_obstacle(facts: WayFacts) -> str:
    if not facts.steps:
        return NO_CHAIN
    if facts.faults:
        return "; ".join(facts.faults)
    return "" if any(not t.reason for t in _targets("submit", facts)) else NO_WAY_ON
