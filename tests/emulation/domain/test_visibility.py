"""Who knows of a registration and who reads it: every role, state and relation, in SQL and in the policy alike."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import insert, select

from portal.core.db import write_mode
from portal.core.runtime import Runtime
from portal.domain.access.actor import Actor, AssignmentFacts, grants_from
from portal.domain.access.enums import Permission, Role
from portal.domain.access.roles import ROLES
from portal.domain.emulation import policies
from portal.domain.emulation.enums import HiddenState, RegistrationState
from portal.domain.emulation.models import REGISTRATION_TABLE, EmulationRegistration
from portal.domain.emulation.queries import of_unit, readable_registrations, visible_registrations
from tests.emulation.domain.builders import World

S = RegistrationState
ALL = frozenset(S)
SENT = frozenset({S.SENT, S.ACCEPTED})
RETURNED = SENT | {S.RETURNED}
NONE: frozenset[RegistrationState] = frozenset()
# Where the registration stands, seen from the unit of the assignment: its own, the one right below, two below, aside.
OWN, CHILD, GRANDCHILD, ASIDE = "own", "child", "grandchild", "aside"
PLACES = {OWN: "326", CHILD: "12022", GRANDCHILD: "12022", ASIDE: "330"}
SEAT = {OWN: "326", CHILD: "326", GRANDCHILD: "33", ASIDE: "326"}
WATCHERS = {Role.DIRECTOR, Role.DEPUTY_DIRECTOR, Role.OFFICE, Role.COUNCIL_MEMBER, Role.VIEWER}
RECEIVERS = {Role.DIVISION_HEAD, Role.EMULATION_OFFICER, Role.UNIT_OFFICER, Role.UNIT_HEAD}


def expected(role: Role, place: str) -> tuple[bool, frozenset[RegistrationState]]:
    """The reviewed word: whether it is known to exist, and in which states its content is read."""
    if role is Role.COMMUNE_OFFICER:
        return (True, ALL) if place == OWN else (False, NONE)
    if role not in WATCHERS | RECEIVERS or place == ASIDE:
        return False, NONE
    if place == OWN:
        return True, ALL
    if place == CHILD and role in RECEIVERS:
        return True, RETURNED
    return True, SENT


@pytest.fixture
def registrations(world: World, runtime: Runtime) -> Callable[[str, RegistrationState], int]:
    """A registration of a unit, put into a state."""
    made: dict[str, int] = {}
    now = runtime.clock.now()
    with write_mode(), runtime.session_factory() as session:
        for code, receiver in (("326", "33"), ("12022", "326"), ("330", "33")):
            made[code] = session.execute(
                insert(EmulationRegistration).returning(EmulationRegistration.id),
                {
                    "period_id": world.periods["2023"],
                    "unit_id": world.units[code],
                    "receiver_unit_id": world.units[receiver],
                    "created_by_id": 1,
                    "created_at": now,
                    "updated_at": now,
                    "sent_at": now,
                },
            ).scalar_one()
        session.commit()

    def put(code: str, state: RegistrationState) -> int:
        with write_mode(), runtime.session_factory() as session:
            session.execute(
                REGISTRATION_TABLE.update().where(REGISTRATION_TABLE.c.id == made[code]).values(state=state)
            )
            session.commit()
        return made[code]

    return put


def actor_at(world: World, role: Role, unit: str) -> Actor:
    return Actor(1, "ai", "Ai đó", world.units[unit], grants_from([AssignmentFacts(1, role, world.units[unit])]))


@pytest.mark.parametrize("place", [OWN, CHILD, GRANDCHILD, ASIDE])
def test_every_role_state_and_relation(
    world: World,
    runtime: Runtime,
    registrations: Callable[[str, RegistrationState], int],
    place: str,
) -> None:
    on = runtime.clock.today()
    for state in S:
        key = registrations(PLACES[place], state)
        with runtime.session_factory() as session:
            one = session.get_one(EmulationRegistration, key)
            for role in Role:
                known, readable = expected(role, place)
                actor = actor_at(world, role, SEAT[place])
                seen = key in session.scalars(select(visible_registrations(actor, on).subquery().c.id)).all()
                read = key in session.scalars(select(readable_registrations(actor, on).subquery().c.id)).all()
                found = session.scalars(of_unit(actor, one.unit_id, one.period_id, on)).one_or_none()
                assert (seen, found is not None, read) == (known, known, state in readable), (role, state)
                if known:
                    assert policies.can_view_content(actor, one) is read, (role, state)
                    hidden = place != OWN and state in (S.DRAFT, S.IN_REVIEW)
                    assert policies.state_shown(actor, one) is (HiddenState.DRAFTING if hidden else state)


def test_every_role_that_sees_registrations_is_covered() -> None:
    seeing = {role for role, spec in ROLES.items() if Permission.REGISTRATION_VIEW in spec.grants}
    assert seeing == WATCHERS | RECEIVERS | {Role.COMMUNE_OFFICER}


def test_the_province_sees_as_the_right_above_what_its_districts_returned(
    world: World, runtime: Runtime, registrations: Callable[[str, RegistrationState], int]
) -> None:
    key = registrations("326", S.RETURNED)
    for role, reads in ((Role.EMULATION_OFFICER, True), (Role.DIRECTOR, False)):
        actor = actor_at(world, role, "33")
        with runtime.session_factory() as session:
            found = session.scalars(readable_registrations(actor, runtime.clock.today())).all()
            assert [one.id for one in found] == ([key] if reads else [])


def test_without_any_grant_nothing_is_seen(
    world: World, runtime: Runtime, registrations: Callable[[str, RegistrationState], int]
) -> None:
    registrations("326", S.SENT)
    nobody = Actor(1, "ai", "Ai đó", 1)
    with runtime.session_factory() as session:
        assert session.scalars(visible_registrations(nobody, runtime.clock.today())).all() == []
        assert session.scalars(readable_registrations(nobody, runtime.clock.today())).all() == []
