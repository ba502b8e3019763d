"""Circles of delegations are found on every day, whatever their length; who may receive; where one stands."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.domain.accounts.delegation_rules import Edge, closes_cycle, delegation_state, may_receive
from portal.domain.accounts.enums import DelegationState as S

START = date(2023, 3, 1)
DAYS, PEOPLE = 8, 5


def day(number: int) -> date:
    return START + timedelta(days=number)


@st.composite
def edges(draw: st.DrawFn) -> Edge:
    giver, receiver = draw(st.permutations(range(PEOPLE)))[:2]
    first = draw(st.integers(0, DAYS - 1))
    return Edge(giver, receiver, day(first), day(draw(st.integers(first, DAYS - 1))))


def circular_on(edges: list[Edge], on: date) -> bool:
    """The plain way: who acts for whom, closed over itself, until nothing is added."""
    pairs = {(e.giver_id, e.receiver_id) for e in edges if e.first <= on <= e.last}
    while True:
        more = pairs | {(a, d) for a, b in pairs for c, d in pairs if b == c}
        if more == pairs:
            return any(a == b for a, b in pairs)
        pairs = more


@settings(max_examples=150, deadline=None)
@given(st.lists(edges(), max_size=7))
def test_what_is_let_through_never_goes_in_a_circle(wanted: list[Edge]) -> None:
    kept: list[Edge] = []
    for new in wanted:
        refused = closes_cycle(kept, new)
        assert refused == any(circular_on([*kept, new], day(n)) for n in range(DAYS)), "neither more nor less"
        if not refused:
            kept.append(new)
    assert not any(circular_on(kept, day(n)) for n in range(DAYS))


def test_a_circle_that_never_closes_on_one_day_is_none() -> None:
    before = [Edge(1, 2, day(0), day(2)), Edge(2, 3, day(3), day(5))]
    assert not closes_cycle(before, Edge(3, 1, day(0), day(9)))
    assert closes_cycle([*before, Edge(1, 2, day(5), day(6))], Edge(3, 1, day(0), day(9)))


@pytest.mark.parametrize(
    ("same", "below", "level", "may"),
    [
        (True, True, "department", True),
        (False, True, "subordinate", True),
        (False, True, "commune", False),
        (False, True, "department", False),
        (False, False, "subordinate", False),
    ],
)
def test_who_may_receive(same: bool, below: bool, level: str, may: bool) -> None:
    assert may_receive(same, below, level) is may


@pytest.mark.parametrize(
    ("first", "last", "ended", "backed", "state"),
    [
        (0, 5, False, True, S.IN_FORCE),
        (3, 3, False, True, S.IN_FORCE),
        (4, 5, False, True, S.COMING),
        (0, 2, False, True, S.OVER),
        (0, 5, False, False, S.UNBACKED),
        (0, 5, True, True, S.REVOKED),
    ],
)
def test_where_a_delegation_stands(first: int, last: int, ended: bool, backed: bool, state: S) -> None:
    assert delegation_state(day(first), day(last), ended, backed, day(3)) is state
    assert state.label
    assert state.tone
    assert state.icon
