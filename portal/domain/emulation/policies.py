"""Who may do what to a registration, and why not.

The object came through a scoped query; these ask about exactly this one.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from portal.domain.access.actor import Actor
from portal.domain.access.enums import Permission
from portal.domain.emulation.enums import (
    EDITABLE,
    REGISTRATION_WORKFLOW,
    SUBMITTED,
    HiddenState,
    RegistrationState,
)
from portal.domain.emulation.models import EmulationRegistration as Registration
from portal.domain.emulation.queries.registrations import SEEN_BY_RECEIVER
from portal.domain.units.models import UnitKind

P = Permission
DRAFTED_BY_ACTOR = (
    "Ông/bà đã soạn bản đăng ký này (hoặc được người soạn ủy quyền) nên không tự duyệt; xin lãnh đạo khác duyệt."
)
PROPOSED_BY_ACTOR = (
    "Ông/bà đã soạn hoặc gửi bản đăng ký này (hoặc được ủy quyền) nên không tự xử lý; xin người khác tiếp nhận."
)
NO_HEAD = "Đơn vị chưa có tài khoản lãnh đạo; xin gửi bản đã ký giấy."
PERIOD_CLOSED = "Kỳ đăng ký đã đóng với đơn vị; xin đề nghị cơ quan tiếp nhận gia hạn."


@dataclass(frozen=True, slots=True)
class ActionOffer:
    """A step that the actor's role covers in the present state; `reason` says why it is closed to them when it is."""

    action: str
    label: str
    allowed: bool
    reason: str = ""
    needs_reason: bool = False


def is_own(actor: Actor, registration: Registration) -> bool:
    """Whether the registration is of a unit that the actor works for."""
    return actor.holds_at(P.REGISTRATION_VIEW, registration.unit_id)


def can_view_content(actor: Actor, registration: Registration) -> bool:
    """Whether the actor may read more than that the registration exists; the object is one that they may know of."""
    if is_own(actor, registration):
        return True
    if actor.holds_at(P.REGISTRATION_RECEIVE, registration.receiver_unit_id):
        return registration.state in SEEN_BY_RECEIVER
    return actor.can(P.REGISTRATION_VIEW) and registration.state in SUBMITTED


def state_shown(actor: Actor, registration: Registration) -> RegistrationState | HiddenState:
    """The state as the actor sees it: of what is not sent, others see that it is being written."""
    return shown(registration.state, is_own(actor, registration))


def shown(state: RegistrationState, own: bool) -> RegistrationState | HiddenState:
    """The same for a row of a list: `own` when the unit is the actor's."""
    unsent = state in (RegistrationState.DRAFT, RegistrationState.IN_REVIEW)
    return HiddenState.DRAFTING if unsent and not own else state


def can_open(actor: Actor, unit_id: int) -> bool:
    """Whether the actor may open a registration of this unit."""
    return actor.holds_at(P.REGISTRATION_EDIT, unit_id)


def can_edit(actor: Actor, registration: Registration) -> bool:
    """Whether the actor may change content, pledges and lines now."""
    return actor.holds_at(P.REGISTRATION_EDIT, registration.unit_id) and registration.state in EDITABLE


def is_behind(actor: Actor, editors: Collection[int]) -> bool:
    """Whether the actor, or anyone they act for, is among those who drafted (or sent) it."""
    return not actor.identities.isdisjoint(editors)


def can_submit(
    actor: Actor, registration: Registration, kind: UnitKind | None = None, *, has_head: bool = True
) -> bool:
    """An officer puts it before the unit's head."""
    return can_edit(actor, registration) and (has_head or kind is None or kind.head_review)


def can_withdraw(actor: Actor, registration: Registration) -> bool:
    """An officer takes it back from the head's desk."""
    return _holds(actor, registration, "withdraw", P.REGISTRATION_EDIT)


def can_send_back(actor: Actor, registration: Registration) -> bool:
    """The head returns it to the officer."""
    return _holds(actor, registration, "send_back", P.REGISTRATION_APPROVE)


def can_send(actor: Actor, registration: Registration, editors: Collection[int]) -> bool:
    """The head approves and sends; nobody who drafted may."""
    return _holds(actor, registration, "send", P.REGISTRATION_APPROVE) and not is_behind(actor, editors)


def can_send_signed(actor: Actor, registration: Registration, kind: UnitKind) -> bool:
    """Where no head reviews in the portal, the officer sends what the head has signed on paper."""
    return not kind.head_review and _holds(actor, registration, "send_signed", P.REGISTRATION_SEND, P.REGISTRATION_EDIT)


def can_take_back(actor: Actor, registration: Registration) -> bool:
    """The unit takes back what it sent, until it is accepted."""
    return _holds(actor, registration, "take_back", P.REGISTRATION_EDIT, P.REGISTRATION_APPROVE)


def can_record_paper(actor: Actor, registration: Registration) -> bool:
    """The unit writes down the number, day and signed file of the paper once it is sent."""
    unit_id = registration.unit_id
    held = any(actor.holds_at(p, unit_id) for p in (P.REGISTRATION_EDIT, P.REGISTRATION_SEND, P.REGISTRATION_APPROVE))
    return held and registration.state in SUBMITTED


def can_accept(actor: Actor, registration: Registration, editors: Collection[int] = ()) -> bool:
    """The unit right above takes it; nobody who proposed it may."""
    return _receives(actor, registration, "accept", editors)


def can_return(actor: Actor, registration: Registration, editors: Collection[int] = ()) -> bool:
    """The unit right above returns it with a reason."""
    return _receives(actor, registration, "return", editors)


def can_reopen(actor: Actor, registration: Registration, editors: Collection[int] = ()) -> bool:
    """The unit right above opens an accepted registration again, with a reason."""
    return _receives(actor, registration, "reopen", editors)


def can_take_in(actor: Actor, own: Registration, source: Registration) -> bool:
    """Whether lines of `source`, a registration sent to this unit, may be copied into the unit's own."""
    return can_edit(actor, own) and source.receiver_unit_id == own.unit_id and source.state in SUBMITTED


def actions_for(
    actor: Actor,
    registration: Registration,
    kind: UnitKind,
    editors: Collection[int],
    *,
    has_head: bool = True,
    closed: bool = False,
) -> list[ActionOffer]:
    """The steps to show: those of the actor's role in the present state, the closed ones with their reason."""
    offers: list[ActionOffer] = []
    for step in REGISTRATION_WORKFLOW.actions_from(registration.state):
        permissions, unit_id = _asked(step.action, registration)
        if not any(actor.holds_at(p, unit_id) for p in permissions):
            continue
        if step.action == "send_signed" and kind.head_review:
            continue
        reason = _obstacle(actor, step.action, kind, editors, has_head, closed)
        offers.append(ActionOffer(step.action, step.label, not reason, reason, step.needs_reason))
    return offers


def _obstacle(actor: Actor, action: str, kind: UnitKind, editors: Collection[int], has_head: bool, closed: bool) -> str:
    if action == "send" and is_behind(actor, editors):
        return DRAFTED_BY_ACTOR
    if action in _RECEIVING and is_behind(actor, editors):
        return PROPOSED_BY_ACTOR
    if action == "submit" and not has_head and not kind.head_review:
        return NO_HEAD
    if action in ("submit", "send", "send_signed") and closed:
        return PERIOD_CLOSED
    return ""


_RECEIVING = frozenset({"accept", "return", "reopen"})
_PERMISSIONS: dict[str, tuple[Permission, ...]] = {
    "submit": (P.REGISTRATION_EDIT,),
    "withdraw": (P.REGISTRATION_EDIT,),
    "send_back": (P.REGISTRATION_APPROVE,),
    "send": (P.REGISTRATION_APPROVE,),
    "send_signed": (P.REGISTRATION_SEND, P.REGISTRATION_EDIT),
    "take_back": (P.REGISTRATION_EDIT, P.REGISTRATION_APPROVE),
    "return": (P.REGISTRATION_RECEIVE,),
    "accept": (P.REGISTRATION_RECEIVE,),
    "reopen": (P.REGISTRATION_RECEIVE,),
}


def _asked(action: str, registration: Registration) -> tuple[tuple[Permission, ...], int]:
    unit_id = registration.receiver_unit_id if action in _RECEIVING else registration.unit_id
    return _PERMISSIONS[action], unit_id


def acting_for(actor: Actor, action: str, registration: Registration) -> int | None:
    """In whose name the actor takes this step: the giver of the delegation, or None in their own."""
    permissions, unit_id = _asked(action, registration)
    held = [p for p in permissions if actor.holds_at(p, unit_id)]
    givers = [actor.acts_for(p, unit_id) for p in held]
    return None if not givers or None in givers else givers[0]


def acting_unit(action: str, registration: Registration) -> int:
    """The unit for which this step is taken: the receiver's for its steps, else the registration's own."""
    return _asked(action, registration)[1]


def _holds(actor: Actor, registration: Registration, action: str, *permissions: Permission) -> bool:
    return REGISTRATION_WORKFLOW.allows(action, registration.state) and any(
        actor.holds_at(p, registration.unit_id) for p in permissions
    )


def _receives(actor: Actor, registration: Registration, action: str, editors: Collection[int]) -> bool:
    return (
        REGISTRATION_WORKFLOW.allows(action, registration.state)
        and actor.holds_at(P.REGISTRATION_RECEIVE, registration.receiver_unit_id)
        and not is_behind(actor, editors)
    )
