"""Delegations (ủy quyền): pure rules over values. Where one stands, who may receive it, and that none goes in a circle.

Source: Nghị định 30/2020/NĐ-CP, Điều 13 khoản 3: delegated in writing, within a time and for named matters, to someone
of the giver's own body; who was delegated does not delegate again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from portal.domain.access.roles import SUBORDINATE
from portal.domain.accounts.enums import DelegationState

LONGEST = timedelta(days=366)
RECEIVING_LEVELS = frozenset({SUBORDINATE})
"""Levels below the giver's unit whose people may receive: the divisions and bodies of the giver's own office."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One delegation: who gives, who receives, its first and its last day."""

    giver_id: int
    receiver_id: int
    first: date
    last: date


def closes_cycle(edges: Iterable[Edge], new: Edge) -> bool:
    """Whether, with `new`, on some day someone would act for a person who acts for them, directly or through others.

    What is in force changes only on first days, so that the first day of `new` and those of the others within it tell.
    """
    others = [e for e in edges if e.first <= new.last and e.last >= new.first]
    days = {new.first, *(e.first for e in others if e.first > new.first)}
    return any(
        _leads([e for e in others if e.first <= day <= e.last], new.receiver_id, new.giver_id) for day in sorted(days)
    )


def _leads(edges: Iterable[Edge], start: int, goal: int) -> bool:
    """Whether a way leads from `start` to `goal`, from givers to receivers."""
    onward: dict[int, set[int]] = {}
    for edge in edges:
        onward.setdefault(edge.giver_id, set()).add(edge.receiver_id)
    seen, front = {start}, [start]
    while front:
        here = front.pop()
        if here == goal:
            return True
        fresh = onward.get(here, set()) - seen
        seen |= fresh
        front.extend(fresh)
    return False


def may_receive(same_unit: bool, below: bool, level: str) -> bool:
    """Whether someone may receive: of the giver's own unit, or of a division or body within it."""
    return same_unit or (below and level in RECEIVING_LEVELS)


def delegation_state(valid_from: date, valid_to: date | None, ended: bool, backed: bool, on: date) -> DelegationState:
    """Where a delegation stands on that day (its last day counts). `backed`: its giver holds the role on that day."""
    if ended:
        return DelegationState.REVOKED
    if valid_to is not None and valid_to < on:
        return DelegationState.OVER
    if valid_from > on:
        return DelegationState.COMING
    return DelegationState.IN_FORCE if backed else DelegationState.UNBACKED
