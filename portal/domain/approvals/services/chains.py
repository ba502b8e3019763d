"""Chains: an edition is begun from the one in force, edited step by step, published; papers under way keep theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select

from portal.core.db import hold
from portal.core.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, VersionConflict
from portal.core.text import clean
from portal.domain.access.actor import Work
from portal.domain.access.enums import Role
from portal.domain.approvals import policies, queries
from portal.domain.approvals.enums import StepRelation
from portal.domain.approvals.errors import DefinitionPublished, NothingToPublish
from portal.domain.approvals.kinds import kinds
from portal.domain.approvals.models import ChainDefinition, ChainStep
from portal.domain.approvals.rules import ANSWERING_ROLES, LONGEST_LABEL, MOST_DAYS, MOST_STEPS, chain_faults
from portal.domain.audit.services import record

OBJECT_TYPE = "chain_definition"
MAX_NOTE = 300
CARRIED = ("label", "role", "relation", "may_skip", "may_finish", "days")


@dataclass(frozen=True, slots=True)
class ChainStepData:
    """A step as the office writes it; `days` are working days, None for none."""

    label: str
    role: Role
    relation: StepRelation = StepRelation.BODY
    may_skip: bool = False
    may_finish: bool = False
    days: int | None = None


def begin_edition(work: Work, kind_code: str) -> ChainDefinition:
    """The edition of a kind's chain that is being written; begun from the one in force when there is none."""
    _may(work)
    if kind_code not in kinds():
        raise NotFound
    hold(work.session, f"chain:{kind_code}")
    found = work.session.scalars(queries.open_definition(kind_code)).one_or_none()
    if found is not None:
        return found
    current = work.session.scalars(queries.current_definition(kind_code)).one_or_none()
    newest = select(func.max(ChainDefinition.edition)).where(ChainDefinition.kind_code == kind_code)
    now = work.clock.now()
    made = ChainDefinition(
        kind_code=kind_code,
        edition=(work.session.scalar(newest) or 0) + 1,
        created_by_id=work.actor.user_id or None,
        created_at=now,
        changed_at=now,
    )
    work.session.add(made)
    work.session.flush()
    if current is not None:
        steps = work.session.scalars(queries.steps_of(current.id)).all()
        work.session.add_all(
            ChainStep(definition_id=made.id, position=n, **{name: getattr(step, name) for name in CARRIED})
            for n, step in enumerate(steps, 1)
        )
        work.session.flush()
    _audit(work, "chain.begun", made)
    return made


def load_open(work: Work, definition_id: int, version: int) -> ChainDefinition:
    """An edition that may be edited, locked. Raises NotAllowed, NotFound, DefinitionPublished, VersionConflict."""
    _may(work)
    stmt = queries.one_definition(definition_id).with_for_update().execution_options(populate_existing=True)
    found = work.session.scalars(stmt).one_or_none()
    if found is None or found.kind_code not in kinds():
        raise NotFound
    if found.published_at is not None:
        raise DefinitionPublished
    if found.version != version:
        raise VersionConflict
    return found


def add_step(work: Work, definition_id: int, version: int, data: ChainStepData) -> ChainDefinition:
    """Put a step at the end of an edition."""
    found = load_open(work, definition_id, version)
    steps = _steps(work, found)
    if len(steps) >= MOST_STEPS:
        raise RuleBroken(f"Quy trình có nhiều nhất {MOST_STEPS} bước.")
    values = _values(data)
    work.session.add(ChainStep(definition_id=found.id, position=len(steps) + 1, **values))
    return _changed(work, found, "chain.step_added", data.label)


def update_step(work: Work, definition_id: int, version: int, position: int, data: ChainStepData) -> ChainDefinition:
    """Write a step anew."""
    found = load_open(work, definition_id, version)
    step = _step(_steps(work, found), position)
    for name, value in _values(data).items():
        setattr(step, name, value)
    return _changed(work, found, "chain.step_updated", data.label)


def move_step(work: Work, definition_id: int, version: int, position: int, by: int) -> ChainDefinition:
    """Move a step one place up (-1) or down (1). A place is taken once only: the two exchange what they hold."""
    found = load_open(work, definition_id, version)
    steps = _steps(work, found)
    one, other = _step(steps, position), _step(steps, position + (1 if by > 0 else -1))
    label = one.label
    for name in CARRIED:
        mine, theirs = getattr(one, name), getattr(other, name)
        setattr(one, name, theirs)
        setattr(other, name, mine)
    return _changed(work, found, "chain.step_moved", label)


def remove_step(work: Work, definition_id: int, version: int, position: int) -> ChainDefinition:
    """Take a step out; those after it move up."""
    found = load_open(work, definition_id, version)
    steps = _steps(work, found)
    gone = _step(steps, position)
    label = gone.label
    work.session.delete(gone)
    work.session.flush()
    for step in steps:
        if step.position > position:
            step.position -= 1
            work.session.flush()
    return _changed(work, found, "chain.step_removed", label)


def discard(work: Work, definition_id: int, version: int) -> None:
    """Throw the edition that is being written away."""
    found = load_open(work, definition_id, version)
    _audit(work, "chain.discarded", found)
    work.session.execute(delete(ChainStep).where(ChainStep.definition_id == found.id))
    work.session.delete(found)
    work.session.flush()


def publish(work: Work, definition_id: int, version: int, note: str = "") -> ChainDefinition:
    """Put an edition in force for papers that are put forward from now on. Raises NothingToPublish with its faults."""
    found = load_open(work, definition_id, version)
    faults = chain_faults(_steps(work, found))
    if faults:
        raise NothingToPublish(f"{NothingToPublish.message} {' '.join(faults)}")
    words = clean(note)
    if len(words) > MAX_NOTE:
        raise InvalidInput({"note": [f"Dài quá {MAX_NOTE} ký tự."]})
    now = work.clock.now()
    found.note, found.published_at, found.changed_at = words, now, now
    found.published_by_id = work.actor.user_id or None
    work.session.flush()
    _audit(work, "chain.published", found)
    return found


def _may(work: Work) -> None:
    if not policies.can_manage_chains(work.actor):
        raise NotAllowed


def _steps(work: Work, definition: ChainDefinition) -> list[ChainStep]:
    return list(work.session.scalars(queries.steps_of(definition.id)))


def _step(steps: list[ChainStep], position: int) -> ChainStep:
    found = next((step for step in steps if step.position == position), None)
    if found is None:
        raise NotFound
    return found


def _values(data: ChainStepData) -> dict[str, Any]:
    errors: dict[str, list[str]] = {}
    label = clean(data.label)
    if not label:
        errors["label"] = ["Xin ghi tên bước."]
    elif len(label) > LONGEST_LABEL:
        errors["label"] = [f"Dài quá {LONGEST_LABEL} ký tự."]
    if data.role not in ANSWERING_ROLES:
        errors["role"] = ["Vai trò này không xử lý văn bản trình ký."]
    if data.days is not None and not 1 <= data.days <= MOST_DAYS:
        errors["days"] = [f"Số ngày làm việc từ 1 đến {MOST_DAYS}; để trống nếu không đặt hạn."]
    if errors:
        raise InvalidInput(errors)
    return {name: getattr(data, name) for name in CARRIED} | {"label": label}


def _changed(work: Work, definition: ChainDefinition, action: str, label: str) -> ChainDefinition:
    definition.changed_at = work.clock.now()
    definition.edits += 1
    work.session.flush()
    _audit(work, action, definition, {"step": clean(label)})
    return definition


def _audit(work: Work, action: str, definition: ChainDefinition, detail: dict[str, Any] | None = None) -> None:
    said = {"kind": kinds()[definition.kind_code].label, "edition": definition.edition}
    record(work, action, OBJECT_TYPE, definition.id, detail=said | (detail or {}))
