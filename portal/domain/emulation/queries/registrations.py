"""Registrations: which rows an actor may know of, whose content they may read, and who stands behind a registration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from portal.core.workflow import WorkflowStep
from portal.domain.access.actor import Actor
from portal.domain.access.enums import Permission
from portal.domain.access.roles import ROLES
from portal.domain.accounts.models import RoleAssignment, UserAccount
from portal.domain.accounts.queries import assignment_on
from portal.domain.emulation.catalogue_models import EmulationMovement, EmulationTitle
from portal.domain.emulation.enums import REGISTRATION_WORKFLOW, SUBMITTED, RegistrationState
from portal.domain.emulation.models import (
    EmulationRegistration,
    ExpectedNumber,
    RegistrationEditor,
    RegistrationMovement,
    RegistrationPledge,
)
from portal.domain.units.models import Unit, UnitKind
from portal.domain.units.queries import scope

UNSCOPED = {
    "pledges_of": "pledges of a registration that was loaded in scope",
    "movements_of": "movements of a registration that was loaded in scope",
    "expected_of": "expected numbers of a registration that was loaded in scope",
    "kind_of": "the kind of a unit whose registration was loaded in scope",
    "heads_at": "whether the unit of a registration that was loaded in scope has a head's account",
}
OBJECT_TYPE = REGISTRATION_WORKFLOW.object_type
SEEN_BY_RECEIVER = SUBMITTED | {RegistrationState.RETURNED}
"""States in which the unit right above reads the content: what was returned has been sent before."""


def visible_registrations(actor: Actor, on: date) -> Select[EmulationRegistration]:
    """The registrations that the actor may know of (not yet: whose content they may read)."""
    return (
        select(EmulationRegistration)
        .where(scope(actor, Permission.REGISTRATION_VIEW, EmulationRegistration.unit_id, on))
        .order_by(EmulationRegistration.id)
    )


def get_registration(actor: Actor, registration_id: int, on: date) -> Select[EmulationRegistration]:
    """One registration, when the actor may know of it."""
    return visible_registrations(actor, on).where(EmulationRegistration.id == registration_id)


def content_scope(
    actor: Actor, on: date, reg: type[EmulationRegistration] = EmulationRegistration
) -> ColumnElement[bool]:
    """The condition that the actor may read a registration's content.

    Their own unit's in every state; as the unit right above, what was sent and what was returned; as someone who looks
    on from
    further above, what was sent. `policies.can_view_content` says the same of one loaded object.
    """
    own = actor.unit_ids(Permission.REGISTRATION_VIEW)
    receiving = actor.unit_ids(Permission.REGISTRATION_RECEIVE)
    ways: list[ColumnElement[bool]] = [reg.state.in_(sorted(SUBMITTED))]
    if own:
        ways.append(reg.unit_id.in_(sorted(own)))
    if receiving:
        ways.append(and_(reg.receiver_unit_id.in_(sorted(receiving)), reg.state.in_(sorted(SEEN_BY_RECEIVER))))
    return and_(scope(actor, Permission.REGISTRATION_VIEW, reg.unit_id, on), or_(*ways))


def readable_registrations(actor: Actor, on: date) -> Select[EmulationRegistration]:
    """The registrations whose content the actor may read."""
    return select(EmulationRegistration).where(content_scope(actor, on)).order_by(EmulationRegistration.id)


def of_unit(actor: Actor, unit_id: int, period_id: int, on: date) -> Select[EmulationRegistration]:
    """A unit's registration for a period, when the actor may know of it."""
    return visible_registrations(actor, on).where(
        EmulationRegistration.unit_id == unit_id, EmulationRegistration.period_id == period_id
    )


def pledges_of(registration_id: int) -> Select[RegistrationPledge]:
    """The numeric pledges in their order."""
    return (
        select(RegistrationPledge)
        .where(RegistrationPledge.registration_id == registration_id)
        .order_by(RegistrationPledge.position, RegistrationPledge.id)
    )


def movements_of(registration_id: int) -> Select[EmulationMovement]:
    """The movements that the unit joins, in the catalogue's order."""
    return (
        select(EmulationMovement)
        .join(RegistrationMovement, RegistrationMovement.movement_id == EmulationMovement.id)
        .where(RegistrationMovement.registration_id == registration_id)
        .order_by(EmulationMovement.kind.desc(), EmulationMovement.id)
    )


def expected_of(registration_id: int) -> Select[EmulationTitle, int]:
    """The expected numbers: (title, number), by the titles' rank."""
    return (
        select(EmulationTitle, ExpectedNumber.number)
        .join(ExpectedNumber, ExpectedNumber.title_id == EmulationTitle.id)
        .where(ExpectedNumber.registration_id == registration_id)
        .order_by(EmulationTitle.rank, EmulationTitle.id)
    )


def editors_of(session: Session, registration: EmulationRegistration) -> frozenset[int]:
    """Everyone who stands behind the registration since the last return: who edited it, in whose name, and, once it is
    sent, who sent it.

    None of these may approve it, nor receive it.
    """
    found = set(
        session.scalars(select(RegistrationEditor.user_id).where(RegistrationEditor.registration_id == registration.id))
    )
    if registration.state in SUBMITTED:
        step = session.execute(
            select(WorkflowStep.actor_id, WorkflowStep.on_behalf_of_id)
            .where(
                WorkflowStep.object_type == OBJECT_TYPE,
                WorkflowStep.object_id == registration.id,
                WorkflowStep.to_state == RegistrationState.SENT.value,
            )
            .order_by(WorkflowStep.id.desc())
            .limit(1)
        ).one_or_none()
        found.update(user for user in (registration.sent_by_id, *(step or ())) if user is not None)
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class StepFacts:
    """What the workflow's policies ask beside the registration itself."""

    kind: UnitKind
    editors: frozenset[int]
    has_head: bool


def kind_of(unit_id: int) -> Select[UnitKind]:
    """The kind of a unit."""
    return select(UnitKind).join(Unit, Unit.kind_code == UnitKind.code).where(Unit.id == unit_id)


def heads_at(unit_id: int, on: date) -> Select[int]:
    """The accounts that may approve for exactly this unit on that day."""
    approving = [role for role, spec in ROLES.items() if Permission.REGISTRATION_APPROVE in spec.grants]
    return (
        select(RoleAssignment.user_id)
        .join(UserAccount, UserAccount.id == RoleAssignment.user_id)
        .where(
            RoleAssignment.unit_id == unit_id,
            RoleAssignment.role.in_(approving),
            assignment_on(on),
            UserAccount.disabled_at.is_(None),
        )
        .order_by(RoleAssignment.id)
    )


def step_facts(session: Session, registration: EmulationRegistration, on: date) -> StepFacts:
    """Gather the facts for the policies of one registration (four short queries at most)."""
    return StepFacts(
        kind=session.scalars(kind_of(registration.unit_id)).one(),
        editors=editors_of(session, registration),
        has_head=session.scalars(heads_at(registration.unit_id, on).limit(1)).first() is not None,
    )
