"""The actions that a page offers: by role and state, closed ones with their reason."""

from __future__ import annotations

from typing import Any

import pytest

from portal.domain.access.actor import Actor, AssignmentFacts, grants_from
from portal.domain.access.enums import Role
from portal.domain.emulation import policies
from portal.domain.emulation.enums import RegistrationState
from portal.domain.emulation.models import EmulationRegistration
from portal.domain.units.models import UnitKind

S = RegistrationState
UNIT, ABOVE, ELSEWHERE = 10, 20, 30
REVIEWED = UnitKind(code="district", label="Huyện", level_code="district", head_review=True)
SIGNED = UnitKind(code="commune", label="Xã", level_code="commune", head_review=False)


def actor(*roles: tuple[Role, int], key: int = 5) -> Actor:
    facts = [AssignmentFacts(n, role, unit) for n, (role, unit) in enumerate(roles)]
    return Actor(key, "ai", "Ai đó", UNIT, grants_from(facts))


OFFICER, HEAD = actor((Role.UNIT_OFFICER, UNIT)), actor((Role.UNIT_HEAD, UNIT))
COMMUNE = actor((Role.COMMUNE_OFFICER, UNIT))
RECEIVER, WATCHER = actor((Role.UNIT_OFFICER, ABOVE)), actor((Role.DIRECTOR, ABOVE))


def registration(state: RegistrationState) -> EmulationRegistration:
    return EmulationRegistration(id=1, unit_id=UNIT, receiver_unit_id=ABOVE, period_id=1, state=state)


def offered(who: Actor, state: RegistrationState, kind: UnitKind = REVIEWED, **more: Any) -> list[str]:
    return [o.action for o in policies.actions_for(who, registration(state), kind, more.pop("editors", ()), **more)]


@pytest.mark.parametrize(
    ("who", "state", "kind", "actions"),
    [
        (OFFICER, S.DRAFT, REVIEWED, ["submit"]),
        (OFFICER, S.RETURNED, REVIEWED, ["submit"]),
        (OFFICER, S.IN_REVIEW, REVIEWED, ["withdraw"]),
        (OFFICER, S.SENT, REVIEWED, ["take_back"]),
        (OFFICER, S.ACCEPTED, REVIEWED, []),
        (HEAD, S.DRAFT, REVIEWED, []),
        (HEAD, S.IN_REVIEW, REVIEWED, ["send_back", "send"]),
        (HEAD, S.SENT, REVIEWED, ["take_back"]),
        (COMMUNE, S.DRAFT, SIGNED, ["submit", "send_signed"]),
        (COMMUNE, S.SENT, SIGNED, ["take_back"]),
        (RECEIVER, S.DRAFT, REVIEWED, []),
        (RECEIVER, S.SENT, REVIEWED, ["return", "accept"]),
        (RECEIVER, S.ACCEPTED, REVIEWED, ["reopen"]),
        (RECEIVER, S.RETURNED, REVIEWED, []),
        (WATCHER, S.SENT, REVIEWED, []),
        (actor((Role.UNIT_OFFICER, ELSEWHERE)), S.SENT, REVIEWED, []),
    ],
)
def test_what_is_offered(who: Actor, state: RegistrationState, kind: UnitKind, actions: list[str]) -> None:
    assert offered(who, state, kind) == actions


def reasons(who: Actor, state: RegistrationState, kind: UnitKind = REVIEWED, **more: Any) -> dict[str, str]:
    offers = policies.actions_for(who, registration(state), kind, more.pop("editors", ()), **more)
    assert all(o.allowed is not bool(o.reason) for o in offers)
    return {o.action: o.reason for o in offers}


def test_a_head_who_drafted_is_told_why_not() -> None:
    found = reasons(HEAD, S.IN_REVIEW, editors={5})
    assert found == {"send_back": "", "send": policies.DRAFTED_BY_ACTOR}
    assert not policies.can_send(HEAD, registration(S.IN_REVIEW), {5})
    assert policies.can_send(HEAD, registration(S.IN_REVIEW), {6})


def test_a_receiver_who_proposed_is_told_why_not() -> None:
    found = reasons(RECEIVER, S.SENT, editors={5})
    assert set(found.values()) == {policies.PROPOSED_BY_ACTOR}
    for allowed in (policies.can_accept, policies.can_return):
        assert not allowed(RECEIVER, registration(S.SENT), {5})
        assert allowed(RECEIVER, registration(S.SENT), {6})
    assert not policies.can_reopen(RECEIVER, registration(S.ACCEPTED), {5})


def test_a_commune_without_a_head_is_told_why_it_cannot_submit() -> None:
    found = reasons(COMMUNE, S.DRAFT, SIGNED, has_head=False)
    assert found == {"submit": policies.NO_HEAD, "send_signed": ""}


@pytest.mark.parametrize("who", [OFFICER, COMMUNE])
def test_a_closed_period_is_said(who: Actor) -> None:
    assert set(reasons(who, S.DRAFT, SIGNED, closed=True).values()) == {policies.PERIOD_CLOSED}
    assert reasons(HEAD, S.IN_REVIEW, closed=True) == {"send_back": "", "send": policies.PERIOD_CLOSED}


def test_which_steps_need_a_reason() -> None:
    offers = policies.actions_for(RECEIVER, registration(S.SENT), REVIEWED, ())
    assert {o.action: o.needs_reason for o in offers} == {"return": True, "accept": False}


def test_editing_is_for_the_own_unit_and_open_states() -> None:
    for state in S:
        assert policies.can_edit(OFFICER, registration(state)) is (state in (S.DRAFT, S.RETURNED))
        assert not policies.can_edit(HEAD, registration(state))
        assert not policies.can_edit(RECEIVER, registration(state))
    assert policies.can_open(OFFICER, UNIT)
    assert not policies.can_open(OFFICER, ABOVE)


def test_taking_in_asks_both_registrations() -> None:
    own = EmulationRegistration(id=2, unit_id=ABOVE, receiver_unit_id=1, period_id=1, state=S.DRAFT)
    assert policies.can_take_in(RECEIVER, own, registration(S.SENT))
    assert policies.can_take_in(RECEIVER, own, registration(S.ACCEPTED))
    assert not policies.can_take_in(RECEIVER, own, registration(S.RETURNED))
    assert not policies.can_take_in(OFFICER, own, registration(S.SENT))
    stranger = registration(S.SENT)
    stranger.receiver_unit_id = ELSEWHERE
    assert not policies.can_take_in(RECEIVER, own, stranger)


def test_recording_the_paper() -> None:
    for who in (OFFICER, HEAD, COMMUNE):
        assert [s for s in S if policies.can_record_paper(who, registration(s))] == [S.SENT, S.ACCEPTED]
    assert not policies.can_record_paper(RECEIVER, registration(S.SENT))


def test_in_whose_name() -> None:
    facts = [AssignmentFacts(1, Role.UNIT_HEAD, UNIT, given_by_id=9)]
    delegate = Actor(5, "ai", "Ai đó", UNIT, grants_from(facts))
    assert policies.acting_for(delegate, "send", registration(S.IN_REVIEW)) == 9
    both = Actor(5, "ai", "Ai đó", UNIT, grants_from([*facts, AssignmentFacts(2, Role.UNIT_HEAD, UNIT)]))
    assert policies.acting_for(both, "send", registration(S.IN_REVIEW)) is None
    assert policies.acting_for(WATCHER, "send", registration(S.IN_REVIEW)) is None
    assert policies.acting_unit("accept", registration(S.SENT)) == ABOVE
    assert policies.acting_unit("send", registration(S.IN_REVIEW)) == UNIT


def test_simple_rights() -> None:
    assert policies.can_submit(OFFICER, registration(S.DRAFT))
    assert not policies.can_submit(COMMUNE, registration(S.DRAFT), SIGNED, has_head=False)
    assert policies.can_withdraw(OFFICER, registration(S.IN_REVIEW))
    assert policies.can_send_back(HEAD, registration(S.IN_REVIEW))
    assert policies.can_send_signed(COMMUNE, registration(S.RETURNED), SIGNED)
    assert not policies.can_send_signed(COMMUNE, registration(S.RETURNED), REVIEWED)
    assert policies.can_take_back(HEAD, registration(S.SENT))
    assert policies.is_own(OFFICER, registration(S.SENT))
    assert not policies.is_own(WATCHER, registration(S.SENT))
