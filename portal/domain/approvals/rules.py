"""Chains and the ways through them: pure functions over values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from portal.domain.access.enums import Permission, Role
from portal.domain.access.roles import ROLES
from portal.domain.approvals.enums import StepRelation

MOST_STEPS, MOST_DAYS, LONGEST_LABEL = 9, 60, 120
ANSWERING_ROLES: tuple[Role, ...] = tuple(
    role for role, spec in ROLES.items() if Permission.PAPER_VIEW in spec.grants and not spec.confidential
)
"""Roles that a step can be given to: those that open the pages of papers."""


class Step(Protocol):
    """What the rules read of a step."""

    position: int
    label: str
    role: Role
    relation: StepRelation
    may_skip: bool
    may_finish: bool
    days: int | None


@dataclass(frozen=True, slots=True)
class Target:
    """A step that a paper may go on to; `reason` says why it cannot (nobody answers there)."""

    position: int
    label: str
    reason: str = ""


NOBODY = "chưa có người giữ vai trò này, hoặc chỉ có người đã soạn, sửa văn bản"


def chain_faults(steps: Sequence[Step]) -> list[str]:
    """What keeps a chain from being published, in words for the office."""
    if not steps:
        return ["Quy trình cần ít nhất một bước."]
    faults = []
    if len(steps) > MOST_STEPS:
        faults.append(f"Quy trình có nhiều nhất {MOST_STEPS} bước.")
    last = steps[-1]
    if not last.may_finish:
        faults.append(f"Bước cuối ({last.label}) phải được duyệt.")
    if last.may_skip:
        faults.append(f"Bước cuối ({last.label}) không bỏ qua được.")
    for one, other in pairwise(steps):
        if (one.role, one.relation) == (other.role, other.relation):
            faults.append(f"Hai bước liền nhau ({one.label}; {other.label}) do cùng một vai trò xử lý.")
    return faults


def reachable(steps: Sequence[Step], position: int) -> list[Step]:
    """The steps that a paper at `position` (0: with the drafter) may go on to: the next one, and further ones as long
    as all between may be skipped.
    """
    found = []
    for step in steps:
        if step.position > position:
            found.append(step)
            if not step.may_skip:
                break
    return found


def targets(steps: Sequence[Step], position: int, answered: frozenset[int]) -> list[Target]:
    """The reachable steps with the reason why one is closed; `answered` are the positions where someone can answer."""
    return [
        Target(step.position, step.label, "" if step.position in answered else NOBODY)
        for step in reachable(steps, position)
    ]


def previous_position(moves: Sequence[tuple[str, int, int]], position: int) -> int | None:
    """The step from which a paper came to `position`, by its moves (action, from, to), the newest first; None when it
    came from the drafter.
    """
    for action, came_from, went_to in moves:
        if action == "submit":
            return None
        if action == "forward" and went_to == position:
            return came_from
    return None
