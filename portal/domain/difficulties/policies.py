"""Who may take which step with an item, and why not. The item came through a scoped query."""

from __future__ import annotations

from dataclasses import dataclass

from portal.domain.access.actor import Actor
from portal.domain.access.enums import Permission, Reach
from portal.domain.difficulties.enums import DIFFICULTY_WORKFLOW, EDITABLE, OPENED
from portal.domain.difficulties.models import Difficulty

P = Permission
DRAFTED_BY_ACTOR = (
    "Ông/bà đã soạn trả lời này (hoặc được người soạn ủy quyền) nên không tự duyệt; xin lãnh đạo khác duyệt."
)
UNIT_STEPS = frozenset({"send", "take_back", "drop", "supplement"})
ASSIGNEE_STEPS = frozenset({"forward", "ask_back", "submit_answer"})
_HELD = {
    "assign": (P.DIFFICULTY_RECEIVE,),
    "forward": (P.DIFFICULTY_RECEIVE,),
    "ask_back": (P.DIFFICULTY_RECEIVE,),
    "refuse": (P.DIFFICULTY_RECEIVE,),
    "close": (P.DIFFICULTY_RECEIVE,),
    "publish": (P.DIFFICULTY_RECEIVE, P.DIFFICULTY_APPROVE),
    "return_answer": (P.DIFFICULTY_APPROVE,),
    "approve": (P.DIFFICULTY_APPROVE,),
}
"""What a step of the Sở asks to be held there."""


@dataclass(frozen=True, slots=True)
class StepOffer:
    """A step that the actor's part covers in the present state; `reason` says why it is closed to them when it is."""

    action: str
    label: str
    reason: str = ""


def is_own(actor: Actor, item: Difficulty) -> bool:
    """Whether the item is of a unit that the actor works for."""
    return actor.holds_at(P.DIFFICULTY_VIEW, item.unit_id)


def is_at_office(actor: Actor) -> bool:
    """Whether the actor looks from the Sở: from above the units."""
    return any(grant.reach is Reach.SUBTREE for grant in actor.grants_of(P.DIFFICULTY_VIEW))


def can_read(actor: Actor, item: Difficulty) -> bool:
    """Whether the actor may read more than the title: the unit always, the Sở once it has received the item."""
    return is_own(actor, item) or (is_at_office(actor) and item.state in OPENED)


def can_edit(actor: Actor, item: Difficulty) -> bool:
    """Whether the actor may change text and files now."""
    return actor.holds_at(P.DIFFICULTY_EDIT, item.unit_id) and item.state in EDITABLE


def is_assignee(actor: Actor, item: Difficulty) -> bool:
    """Whether the actor, or someone they act for, owes the answer."""
    return item.assignee_id in actor.identities


def has_part(actor: Actor, item: Difficulty, action: str) -> bool:
    """Whether the step is the actor's to take, whatever the state."""
    if action in UNIT_STEPS:
        return actor.holds_at(P.DIFFICULTY_EDIT, item.unit_id)
    if action == "open":
        return is_at_office(actor) and not is_own(actor, item)
    if action in ASSIGNEE_STEPS and is_assignee(actor, item):
        return True
    if action == "close" and actor.holds_at(P.DIFFICULTY_EDIT, item.unit_id):
        return True
    return any(actor.can(permission) for permission in _HELD.get(action, ()))


def obstacle(actor: Actor, item: Difficulty, action: str) -> str:
    """Why a step that is the actor's is closed to them; empty when it is not."""
    drafted = {item.answered_by_id, item.answered_for_id} - {None}
    return DRAFTED_BY_ACTOR if action == "approve" and not actor.identities.isdisjoint(drafted) else ""


def steps_for(actor: Actor, item: Difficulty) -> list[StepOffer]:
    """The steps to show in the present state."""
    return [
        StepOffer(step.action, step.label, obstacle(actor, item, step.action))
        for step in DIFFICULTY_WORKFLOW.actions_from(item.state)
        if has_part(actor, item, step.action)
    ]


def giver_behind(actor: Actor, item: Difficulty, action: str) -> int | None:
    """In whose name alone the actor takes the step; None when in their own."""
    if action in UNIT_STEPS:
        return actor.acts_for(P.DIFFICULTY_EDIT, item.unit_id)
    if action in ASSIGNEE_STEPS and is_assignee(actor, item):
        return None if item.assignee_id == actor.user_id else item.assignee_id
    held = _HELD.get(action, (P.DIFFICULTY_VIEW,))
    return next((actor.giver_behind(one) for one in held if actor.can(one)), None)
