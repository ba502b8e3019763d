"""What every delegation must fulfil, whoever writes it down: its giver, an administrator, a second person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, or_, select

from portal.core.db import hold
from portal.core.text import clean
from portal.domain.access.actor import Work
from portal.domain.access.enums import Role
from portal.domain.access.roles import ROLES
from portal.domain.accounts.delegation_queries import edges_from, held_throughout, home_relation
from portal.domain.accounts.delegation_rules import LONGEST, Edge, closes_cycle, may_receive
from portal.domain.accounts.models import RoleAssignment, UserAccount
from portal.domain.accounts.queries import assignment_not_over

Faults = dict[str, list[str]]
LOCK = "delegation"
CIRCLE = "Người nhận đang ủy quyền cho người giao, trực tiếp hoặc qua người khác: không ủy quyền vòng."
NOT_HELD = "Người ủy quyền không giữ vai trò này ở đơn vị đó trong suốt thời gian ủy quyền."


@dataclass(frozen=True, slots=True)
class Handed:
    """One role over one unit, handed from a person to another, from a day to a day, for a reason."""

    giver_id: int
    receiver_id: int
    role: Role
    unit_id: int
    first: date
    last: date | None
    reason: str


def delegation_faults(work: Work, handed: Handed) -> Faults:
    """What is wrong with a delegation, by `giver`, `receiver`, `role`, `last` and `reason`.

    From here on one transaction at a time: two delegations made at once cannot close a circle together.
    """
    hold(work.session, LOCK)
    faults: Faults = {}
    if not clean(handed.reason):
        faults["reason"] = ["Ủy quyền cần ghi căn cứ, ví dụ số văn bản ủy quyền."]
    if not ROLES[handed.role].delegable:
        faults["role"] = ["Vai trò này không ủy quyền được."]
    if handed.last is None:
        faults["last"] = ["Ủy quyền phải có ngày cuối."]
    elif handed.last - handed.first > LONGEST:
        faults["last"] = ["Ủy quyền dài nhất một năm. Hết hạn thì lập ủy quyền mới."]
    if handed.giver_id == handed.receiver_id:
        return faults | {"giver": ["Không tự ủy quyền cho mình."]}
    if handed.last is not None and not faults:
        faults |= _faults_between(work, handed, handed.last)
    return faults


def _faults_between(work: Work, handed: Handed, last: date) -> Faults:
    held = held_throughout(handed.giver_id, handed.role, handed.unit_id, handed.first, last)
    if work.session.scalar(held.limit(1)) is None:
        return {"giver": [NOT_HELD]}
    if fault := _receiver_fault(work, handed):
        return {"receiver": [fault]}
    if work.session.scalar(_held_already(handed, last)) is not None:
        return {"role": ["Người nhận đã giữ, hoặc đã được ủy quyền, vai trò này ở đơn vị đó trong thời gian đã chọn."]}
    if closes_cycle(_edges(work, handed.receiver_id, handed.first, last), _edge(handed, last)):
        return {"receiver": [CIRCLE]}
    return {}


def _receiver_fault(work: Work, handed: Handed) -> str:
    receiver = work.session.get(UserAccount, handed.receiver_id)
    if receiver is None or receiver.disabled_at is not None:
        return "Tài khoản của người nhận đang bị khóa."
    relation = work.session.execute(home_relation(handed.giver_id, handed.receiver_id, work.today())).one()
    if not may_receive(*relation):
        return "Người nhận phải cùng đơn vị với người ủy quyền, hoặc ở phòng, ban, đơn vị trực thuộc của đơn vị đó."
    return ""


def _held_already(handed: Handed, last: date) -> Select[int]:
    """The receiver holds the same role there themselves, or has it from the same giver, on one of these days."""
    return (
        select(RoleAssignment.id)
        .where(
            RoleAssignment.user_id == handed.receiver_id,
            RoleAssignment.role == handed.role,
            RoleAssignment.unit_id == handed.unit_id,
            or_(RoleAssignment.given_by_id.is_(None), RoleAssignment.given_by_id == handed.giver_id),
            assignment_not_over(handed.first),
            RoleAssignment.valid_from <= last,
        )
        .limit(1)
    )


def _edges(work: Work, start: int, first: date, last: date) -> list[Edge]:
    """Every delegation that can be reached from a person, givers to receivers, on these days."""
    found: list[Edge] = []
    seen, front = {start}, {start}
    while front:
        rows = work.session.execute(edges_from(front, first, last)).all()
        found += [Edge(r.given_by_id, r.user_id, r.valid_from, r.valid_to or date.max) for r in rows]
        front = {r.user_id for r in rows} - seen
        seen |= front
    return found


def _edge(handed: Handed, last: date) -> Edge:
    return Edge(handed.giver_id, handed.receiver_id, handed.first, last)
